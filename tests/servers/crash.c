/* SPDX-License-Identifier: GPL-2.0 */
/* Ends in the way that its argument names. */
#include <l4/guard.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

static void thread(void *argument)
{
	*(volatile int *)argument = 1;
}

static long write_module(void)
{
	size_t size;
	volatile char *module = (volatile char *)l4_module("crash", &size);

	if (!module)
		return 1;
	*module = 1;
	return 0;
}

static long run_device(void)
{
	void *device = l4_device_request(0xfed00000, L4_PAGE_SHIFT);

	if (!device)
		return 1;
	((void (*)(void))device)();
	return 0;
}

/* Each page costs kernel memory, and nothing is given back. */
static long spend_quota(void)
{
	volatile char *at = (volatile char *)l4_pages_reserve(30);

	if (l4_guard((l4_word_t)at, 1UL << 30))
		return 1;
	for (l4_word_t i = 0; i < 1UL << 30; i += L4_PAGE_SIZE)
		at[i] = 1;
	return 2;
}

int main(int argc, char **argv)
{
	const char *how = argc ? argv[0] : "";
	static struct l4_thread other;
	volatile int zero = 0;

	printf("starts, to end by %s\n", how);
	if (!strcmp(how, "page"))
		*(volatile int *)0 = 1;
	if (!strcmp(how, "text"))
		*(volatile char *)main = 1;
	if (!strcmp(how, "port"))
		l4_port_out8(0x80, 1);
	if (!strcmp(how, "module"))
		return write_module();
	if (!strcmp(how, "device"))
		return run_device();
	if (!strcmp(how, "guard"))
		return spend_quota();
	if (!strcmp(how, "division"))
		return 100 / zero;
	if (!strcmp(how, "return"))
		return 7;
	if (!strcmp(how, "exit"))
		l4_thread_exit();
	if (!strcmp(how, "thread"))
		return l4_thread_run(&other, thread, NULL, 1) ? 1 : l4_thread_join(&other);
	if (!strcmp(how, "flood"))
		for (int i = 0; i < 100; i++)
			printf("\1\x1b[2J%d\n", i);
	return 0;
}
