/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single system calls that do little, and the clock, which needs none.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "bench.h"

static bool open_zero(unsigned int unused)
{
	bench_fd = open("/dev/zero", O_RDONLY);
	return bench_fd >= 0;
}

static bool open_null(unsigned int unused)
{
	bench_fd = open("/dev/null", O_WRONLY);
	return bench_fd >= 0;
}

/* The instruction itself: the C library's getppid adds only a jump. */
static void getppid_run(unsigned int calls)
{
	while (calls--) {
		long result = SYS_getppid;

		asm volatile("syscall" : "+a"(result) :: "rcx", "r11", "memory");
	}
}

static void read_run(unsigned int calls)
{
	char byte;

	while (calls--)
		read(bench_fd, &byte, 1);
}

static void write_run(unsigned int calls)
{
	char byte = 0;

	while (calls--)
		write(bench_fd, &byte, 1);
}

static void stat_run(unsigned int calls)
{
	struct stat result;

	while (calls--)
		stat(FILE_NAME, &result);
}

static void fstat_run(unsigned int calls)
{
	struct stat result;

	while (calls--)
		fstat(bench_fd, &result);
}

static void open_close_run(unsigned int calls)
{
	while (calls--)
		close(open(FILE_NAME, O_RDONLY));
}

static void clock_run(unsigned int calls)
{
	struct timespec now;

	while (calls--)
		clock_gettime(CLOCK_MONOTONIC, &now);
}

static void yield_run(unsigned int calls)
{
	while (calls--)
		sched_yield();
}

const struct op call_ops[] = {
	{ "getppid", 200, .run = getppid_run },
	{ "read", 200, 0, 0, open_zero, read_run, close_file },
	{ "write", 200, 0, 0, open_null, write_run, close_file },
	{ "stat", 50, 0, 0, open_file, stat_run, close_file },
	{ "fstat", 100, 0, 0, open_file, fstat_run, close_file },
	{ "open_close", 50, 0, 0, open_file, open_close_run, close_file },
	{ "sched_yield", 100, .run = yield_run },
	{ "clock_gettime", 200, .run = clock_run },
	{}
};
