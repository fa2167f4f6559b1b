// SPDX-License-Identifier: GPL-2.0
/* System calls about kernels and modules that must fail, and how. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REBOOT_MAGIC	0xfee1deadL
#define REBOOT_MAGIC2	672274793L
#define REBOOT_KEXEC	0x45584543L

static void show(const char *name, long result)
{
	printf("%s: %s\n", name, result < 0 ? strerror(errno) : "done");
}

int main(void)
{
	static const char junk[4096] = "no module";

	show("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
	show("kexec_file_load", syscall(SYS_kexec_file_load, 0, -1, 1, "", 0));
	show("reboot to a loaded kernel",
	     syscall(SYS_reboot, REBOOT_MAGIC, REBOOT_MAGIC2, REBOOT_KEXEC, 0));
	show("init_module with junk", syscall(SYS_init_module, junk, sizeof(junk), ""));
	show("init_module from nowhere", syscall(SYS_init_module, (void *)1, sizeof(junk), ""));
	show("finit_module without a file", syscall(SYS_finit_module, -1, "", 0));
	show("delete_module of none", syscall(SYS_delete_module, "none", 0));
	return 0;
}
