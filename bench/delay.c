/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How late a thread of the highest real-time priority wakes up on CPU 0 while processes
 * on the other CPUs do operations without pause.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#include "bench.h"

#define WAKE_UPS	2000
#define PERIOD_NS	1000000L
#define SECOND_NS	1000000000L

static const struct op *const *busy_ops;

static void be_busy(int cpu)
{
	choose_cpu(cpu);
	for (;;) {
		for (const struct op *const *op = busy_ops; *op; op++) {
			CHECK(!(*op)->setup || (*op)->setup((*op)->argument));
			(*op)->run((*op)->calls);
			if ((*op)->teardown)
				(*op)->teardown();
		}
	}
}

static long until_now(const struct timespec *when)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - when->tv_sec) * SECOND_NS + now.tv_nsec - when->tv_nsec;
}

static void wake_up_often(long *worst, long *sum)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	for (unsigned int i = 0; i < WAKE_UPS; i++) {
		long late;

		when.tv_nsec += PERIOD_NS;
		when.tv_sec += when.tv_nsec / SECOND_NS;
		when.tv_nsec %= SECOND_NS;
		CHECK(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL));
		late = until_now(&when);
		*worst = late > *worst ? late : *worst;
		*sum += late;
	}
}

void delay_run(const struct op *const *ops, unsigned int members)
{
	struct sched_param most = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };
	pid_t others[MEMBERS_MAX];
	long worst = 0, sum = 0;

	CHECK(members && members <= MEMBERS_MAX);
	busy_ops = ops;
	for (unsigned int i = 1; i < members; i++)
		others[i] = start_peer(be_busy, i);
	CHECK(!mlockall(MCL_CURRENT | MCL_FUTURE));
	choose_cpu(0);
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &most));
	sleep(1);	/* until they are at it */
	wake_up_often(&worst, &sum);
	printf("delay worst %ld mean %ld\n", worst, sum / WAKE_UPS);
	for (unsigned int i = 1; i < members; i++)
		stop_peer(others[i]);
}
