/* SPDX-License-Identifier: GPL-2.0 */
/*
 * More timer interrupts than the CPU has time for, as any user may ask for
 * them: samples of a clock every 10 us, of several events, which do not count
 * while Linux itself works, so that nothing throttles them. The process and
 * Linux must come through; and a part of the time must be left for the process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS		20
#define EVENTS		10
#define PERIOD		10000	/* ns, the shortest that Linux takes */
#define NOBODY		65534

/* What the runs tell the parent. */
static struct result {
	unsigned long calm, storm;	/* rounds */
	unsigned long wrong, failed;
} *result;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000UL + time.tv_nsec;
}

/* The same steps each time: another sum means that a register was lost. */
static uint64_t compute(void)
{
	static volatile uint64_t start = 1;
	uint64_t sum = start;

	for (unsigned int i = 0; i < 2000; i++) {
		sum ^= sum << 13;
		sum ^= sum >> 7;
		sum ^= sum << 17;
	}
	return sum;
}

static unsigned long rounds(uint64_t ns)
{
	uint64_t end = now() + ns, wanted = compute();
	unsigned long count = 0;
	pid_t parent = getppid();

	for (; now() < end; count++)
		if (compute() != wanted || getppid() != parent)
			result->wrong++;
	return count;
}

static void open_events(void)
{
	for (unsigned int i = 0; i < EVENTS; i++) {
		struct perf_event_attr attr = {
			.type = PERF_TYPE_SOFTWARE,
			.size = sizeof(attr),
			.config = PERF_COUNT_SW_CPU_CLOCK,
			.sample_period = PERIOD + i * 7,
			.sample_type = PERF_SAMPLE_IP,
			.exclude_kernel = 1,
		};

		if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) < 0)
			result->failed = errno;
	}
}

/* Half as long without a storm first, to compare. */
static void run(uint64_t ns)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		result->failed = errno;
	result->calm += 2 * rounds(ns / 2);
	open_events();
	result->storm += rounds(ns);
}

int main(int argc, char **argv)
{
	uint64_t ns = (argc > 1 ? strtoul(argv[1], NULL, 0) : 500) * 1000000UL;
	unsigned int ended = 0;
	int status;

	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < RUNS; i++) {
		if (!fork()) {
			run(ns);
			_exit(0);
		}
		if (wait(&status) > 0 && !status)
			ended++;
	}
	printf("storm: %u runs ended, %lu wrong, error %lu\n", ended, result->wrong,
	       result->failed);
	printf("storm: progress %lu percent\n",
	       result->calm ? result->storm * 100 / result->calm : 0);
	return 0;
}
