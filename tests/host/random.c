/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers and the length of random tests; see random.h. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

unsigned long host_step;

static _Thread_local unsigned long state;
static struct timespec started;

void host_seed(void)
{
	const char *seed = getenv("SEED");

	clock_gettime(CLOCK_MONOTONIC, &started);
	state = seed ? strtoul(seed, NULL, 0) : (unsigned long)time(NULL) * 2654435761u % 1000000007;
	print_message("seed: SEED=%lu\n", state);
}

void host_seed_thread(unsigned long seed)
{
	state = seed;
}

/* Any mixer of a counter will do. */
unsigned long host_random(void)
{
	unsigned long x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 29) * 0xd1342543de82ef95;
	x = (x ^ x >> 32) * 0xd1342543de82ef95;
	return x ^ x >> 29;
}

unsigned long host_below(unsigned long limit)
{
	return host_random() % limit;
}

unsigned long host_steps(unsigned long usual)
{
	const char *steps = getenv("STEPS");

	return steps ? strtoul(steps, NULL, 0) : usual;
}

void host_operations(unsigned long count)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	print_message("operations: %lu in %.1f s\n", count,
		      now.tv_sec - started.tv_sec + (now.tv_nsec - started.tv_nsec) / 1e9);
}
