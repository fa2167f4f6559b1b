/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An operation several times at once, each on a CPU of its own, in processes or
 * in threads of one: what they cost each other shows against one alone. For
 * threads only operations without static state are good.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <x86intrin.h>

#include "bench.h"

static struct shared {
	unsigned int ready, wanted;
	unsigned long ticks[MEMBERS_MAX];
} *shared;

static const struct op *common_op;
static unsigned int common_rounds;

void choose_cpu(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set));
}

/* All are there, and on a CPU each: none sleeps, so that none has to be woken. */
static void meet(void)
{
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) < shared->wanted)
		__builtin_ia32_pause();
}

static void member(unsigned int number)
{
	unsigned long begin;

	choose_cpu(number);
	CHECK(!common_op->setup || common_op->setup(common_op->argument));
	common_op->run(common_op->calls);
	common_op->run(common_op->calls);
	meet();
	begin = __rdtsc();
	for (unsigned int i = 0; i < common_rounds; i++)
		common_op->run(common_op->calls);
	shared->ticks[number] = __rdtsc() - begin;
	if (common_op->teardown)
		common_op->teardown();
}

static void *member_thread(void *number)
{
	member((unsigned int)(size_t)number);
	return NULL;
}

static void run_threads(unsigned int members)
{
	pthread_t threads[MEMBERS_MAX];

	for (unsigned int i = 0; i < members; i++)
		CHECK(!pthread_create(&threads[i], NULL, member_thread, (void *)(size_t)i));
	for (unsigned int i = 0; i < members; i++)
		pthread_join(threads[i], NULL);
}

static void run_processes(unsigned int members)
{
	int status;

	for (unsigned int i = 0; i < members; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid) {
			member(i);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < members; i++)
		CHECK(wait(&status) > 0 && !status);
}

void crowd_run(const struct op *op, unsigned int members, bool threads, unsigned int rounds)
{
	unsigned long sum = 0;

	CHECK(members && members <= MEMBERS_MAX);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	CHECK(shared != MAP_FAILED);
	shared->wanted = members;
	common_op = op;
	common_rounds = rounds;
	if (threads)
		run_threads(members);
	else
		run_processes(members);
	for (unsigned int i = 0; i < members; i++)
		sum += shared->ticks[i];
	printf("%s %s %u %.2f\n", op->name, threads ? "threads" : "processes", members,
	       (double)sum / members / rounds / op->calls);
	munmap(shared, sizeof(*shared));
}
