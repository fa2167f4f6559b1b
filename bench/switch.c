/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Context switches: processes in a ring of pipes pass a token, as in lmbench,
 * each touching memory of its own while it has it (the pipe's cost is
 * included); and two real-time processes that only yield to each other. A
 * call is one switch.
 */
#include <sched.h>
#include <stdlib.h>

#include "bench.h"

#define MAX_PROCESSES	8

static int pipes[MAX_PROCESSES][2];
static pid_t peers[MAX_PROCESSES];
static unsigned int processes, kilobytes;
static volatile long *memory;

/* Two numbers in the argument: processes, and each one's memory in KiB. */
#define RING(processes, kilobytes)	((processes) << 16 | (kilobytes))

static void use_memory(void)
{
	long sum = 0;

	for (unsigned int i = 0; i < kilobytes * 1024 / sizeof(long); i++)
		sum += memory[i];
	asm volatile("" :: "r"(sum));
}

/* Every process writes to its own memory once, so that it has it alone. */
static void make_memory(void)
{
	memory = calloc(kilobytes + 1, 1024);
	CHECK(memory);
	for (unsigned int i = 0; i < kilobytes * 1024 / sizeof(long); i++)
		memory[i] = i;
}

static void pass_token(int from, int to)
{
	char token;

	CHECK(read(pipes[from][0], &token, 1) == 1);
	use_memory();
	CHECK(write(pipes[to][1], &token, 1) == 1);
}

static void member(int number)
{
	make_memory();
	for (;;)
		pass_token(number, (number + 1) % processes);
}

static bool make_ring(unsigned int argument)
{
	processes = argument >> 16;
	kilobytes = argument & 0xffff;
	for (unsigned int i = 0; i < processes; i++)
		CHECK(!pipe(pipes[i]));
	for (unsigned int i = 1; i < processes; i++)
		peers[i] = start_peer(member, i);
	make_memory();
	return true;
}

static void end_ring(void)
{
	for (unsigned int i = 1; i < processes; i++)
		stop_peer(peers[i]);
	for (unsigned int i = 0; i < processes; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	free((void *)memory);
}

/* One turn of the ring is as many switches as it has processes. */
static void ring_run(unsigned int calls)
{
	char token = 0;

	for (; calls; calls -= processes) {
		CHECK(write(pipes[1][1], &token, 1) == 1);
		CHECK(read(pipes[0][0], &token, 1) == 1);
		use_memory();
	}
}

static void set_fifo(int policy)
{
	struct sched_param parameter = { policy == SCHED_FIFO };

	CHECK(!sched_setscheduler(0, policy, &parameter));
}

static void yield(int unused)
{
	for (;;)
		sched_yield();
}

static bool start_yielder(unsigned int unused)
{
	set_fifo(SCHED_FIFO);
	peers[1] = start_peer(yield, 0);
	return true;
}

static void stop_yielder(void)
{
	stop_peer(peers[1]);
	set_fifo(SCHED_OTHER);
}

/* Between two of our yields the other process has run: two switches. */
static void yield_run(unsigned int calls)
{
	for (; calls; calls -= 2)
		sched_yield();
}

const struct op switch_ops[] = {
	{ "switch_yield", 40, 0, 0, start_yielder, yield_run, stop_yielder },
	{ "switch_2p_0k", 40, 0, RING(2, 0), make_ring, ring_run, end_ring },
	{ "switch_8p_16k", 40, 0, RING(8, 16), make_ring, ring_run, end_ring },
	{ "switch_8p_64k", 40, 0, RING(8, 64), make_ring, ring_run, end_ring },
	{}
};
