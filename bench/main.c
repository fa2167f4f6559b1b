/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs the operations that the arguments name, or all of them, and prints for
 * each one line: its name, the smallest and the median number of ticks per
 * call over the rounds.
 *
 *	bench [-r ROUNDS] [-w] [-n MEMBERS [-m | -d]] [-c COMMAND...] [OPERATION...]
 *
 * -n runs each in so many processes at once, on a CPU each, with -m in threads of
 * one process, and prints how many, and the ticks per call and process; with -d one
 * is a thread that sleeps, and how late it wakes is printed, in nanoseconds;
 * -w runs the rounds inside of windows that the profiling plugin of QEMU sees;
 * -c measures one run of a command instead; -l lists the operations; -t
 * prints how many ticks the TSC makes in a microsecond of this host.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <x86intrin.h>

#include "bench.h"

#define ROUNDS		15
#define MAX_ROUNDS	1000

static const struct op *const tables[] = {
	call_ops, poll_ops, signal_ops, ipc_ops, switch_ops, process_ops,
	memory_ops, file_ops,
};

static unsigned int rounds = ROUNDS;
static bool windows, threads, delay;
static unsigned int members;

void check(bool condition, const char *what)
{
	if (condition)
		return;
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(1);
}

int bench_fd;

bool open_file(unsigned int unused)
{
	static char page[PAGE];

	bench_fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK(bench_fd >= 0);
	for (int done = 0; done < FILE_SIZE; done += PAGE)
		CHECK(write(bench_fd, page, PAGE) == PAGE);
	return true;
}

void close_file(void)
{
	close(bench_fd);
	unlink(FILE_NAME);
}

pid_t start_peer(void (*loop)(int), int argument)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	loop(argument);
	_exit(0);
}

void stop_peer(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The plugin knows these two by their names. */
__attribute__((noipa)) void window_begin(void)
{
	asm volatile("" ::: "memory");
}

__attribute__((noipa)) void window_end(void)
{
	asm volatile("" ::: "memory");
}

/* Each round begins at the same distance from the timer's last interrupt. */
static unsigned long measure(const struct op *op)
{
	unsigned long begin, ticks;

	usleep(1);
	if (windows)
		window_begin();
	begin = __rdtsc();
	op->run(op->calls);
	ticks = __rdtsc() - begin;
	if (windows)
		window_end();
	return ticks;
}

static int compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

static void run_op(const struct op *op)
{
	static unsigned long ticks[MAX_ROUNDS];
	unsigned int n = op->rounds && op->rounds < rounds ? op->rounds : rounds;

	if (op->setup && !op->setup(op->argument)) {
		printf("%s unavailable\n", op->name);
		return;
	}
	op->run(op->calls);
	for (unsigned int i = 0; i < n; i++)
		ticks[i] = measure(op);
	if (op->teardown)
		op->teardown();
	qsort(ticks, n, sizeof(*ticks), compare);
	printf("%s %.2f %.2f %u\n", op->name, (double)ticks[0] / op->calls,
	       (double)ticks[n / 2] / op->calls, op->calls);
}

static void run_crowd(const struct op *op)
{
	crowd_run(op, members, threads, rounds);
}

static const struct op *chosen_ops[64];

static void choose(const struct op *op)
{
	size_t count = 0;

	while (chosen_ops[count])
		count++;
	CHECK(count < sizeof(chosen_ops) / sizeof(*chosen_ops) - 1);
	chosen_ops[count] = op;
}

static void run_command(char **argv)
{
	unsigned long begin, ticks;
	int status;
	pid_t pid;

	begin = __rdtsc();
	pid = vfork();
	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	ticks = __rdtsc() - begin;
	if (status)
		printf("failed: %s: status %#x\n", argv[0], status);
	else
		printf("%s %lu %lu 1\n", getenv("NAME") ?: argv[0], ticks, ticks);
}

static unsigned long nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000UL + now.tv_nsec;
}

static void print_tick_rate(void)
{
	unsigned long time = nanoseconds(), begin = __rdtsc(), ticks;

	usleep(500000);
	ticks = __rdtsc() - begin;
	time = nanoseconds() - time;
	printf("%.3f\n", ticks * 1000.0 / time);
}

static bool chosen(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void for_each(char **names, void (*action)(const struct op *op))
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct op *op = tables[t]; op->name; op++)
			if (chosen(op->name, names))
				action(op);
}

static void print_name(const struct op *op)
{
	puts(op->name);
}

int main(int argc, char **argv)
{
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "+r:n:mdwclt")) != -1) {
		switch (option) {
		case 'r':
			rounds = atoi(optarg);
			CHECK(rounds > 0 && rounds <= MAX_ROUNDS);
			break;
		case 'n':
			members = atoi(optarg);
			CHECK(members > 0);
			break;
		case 'm':
			threads = true;
			break;
		case 'd':
			delay = true;
			break;
		case 'w':
			windows = true;
			break;
		case 'c':
			CHECK(optind < argc);
			run_command(argv + optind);
			return 0;
		case 'l':
			for_each(argv + optind, print_name);
			return 0;
		case 't':
			print_tick_rate();
			return 0;
		default:
			return 2;
		}
	}
	if (delay) {
		for_each(argv + optind, choose);
		delay_run(chosen_ops, members);
		return 0;
	}
	for_each(argv + optind, members ? run_crowd : run_op);
	return 0;
}
