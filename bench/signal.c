/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals: handlers installed and run, and the one that a fault raises.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "bench.h"

static volatile char *page;
static sigjmp_buf back;
static pid_t self;

static void nothing(int number)
{
}

static void jump(int number)
{
	siglongjmp(back, 1);
}

static bool handle_usr1(unsigned int unused)
{
	self = getpid();
	signal(SIGUSR1, nothing);
	return true;
}

static bool protect(unsigned int unused)
{
	struct sigaction action = { .sa_handler = jump, .sa_flags = SA_NODEFER };

	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	CHECK(!sigaction(SIGSEGV, &action, NULL));
	return true;
}

static void default_all(void)
{
	signal(SIGUSR1, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
}

static void install_run(unsigned int calls)
{
	struct sigaction action = { .sa_handler = nothing };

	while (calls--)
		sigaction(SIGUSR1, &action, NULL);
}

static void handler_run(unsigned int calls)
{
	while (calls--)
		kill(self, SIGUSR1);
}

/* The handler does not return: it jumps, as lmbench's does. */
static void fault_run(unsigned int calls)
{
	volatile unsigned int left = calls;

	while (left--)
		if (!sigsetjmp(back, 0))
			*page = 1;
}

const struct op signal_ops[] = {
	{ "signal_install", 100, 0, 0, NULL, install_run, default_all },
	{ "signal_handler", 50, 0, 0, handle_usr1, handler_run, default_all },
	{ "protection_fault", 50, 0, 0, protect, fault_run, default_all },
	{}
};
