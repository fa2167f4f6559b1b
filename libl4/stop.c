/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a server ends the machine when going on makes no sense: QEMU, told so
 * by the kernel's command line, ends with an exit code; other machines stay as they
 * are, with the last message on the console.
 */
#include <l4/server.h>

void l4_sleep_forever(void)
{
	struct l4_msg msg = { 0 };

	for (;;) {
		msg.tag = 0;
		l4_ipc(L4_CAP_NONE, L4_IPC_RECV, &msg);
	}
}

void l4_stop(const struct l4_kip *kip, unsigned int code)
{
	if (kip->exit_port)
		l4_port_out8(kip->exit_port, code);
	printf("The system has stopped; it can be reset or switched off.\n");
	l4_sleep_forever();
}
