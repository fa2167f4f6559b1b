/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers and the length of random tests; see random.h. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

u64 host_step;

static u64 state;
static struct timespec started;

void host_seed(void)
{
	const char *seed = getenv("SEED");

	clock_gettime(CLOCK_MONOTONIC, &started);
	state = seed ? strtoul(seed, NULL, 0) : (u64)time(NULL) * 2654435761u % 1000000007;
	print_message("seed: SEED=%lu\n", state);
}

/* Any mixer of a counter will do. */
u64 host_random(void)
{
	u64 x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 29) * 0xd1342543de82ef95;
	x = (x ^ x >> 32) * 0xd1342543de82ef95;
	return x ^ x >> 29;
}

u64 host_below(u64 limit)
{
	return host_random() % limit;
}

u64 host_steps(u64 usual)
{
	const char *steps = getenv("STEPS");

	return steps ? strtoul(steps, NULL, 0) : usual;
}

void host_operations(u64 count)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	print_message("operations: %lu in %.1f s\n", count,
		      now.tv_sec - started.tv_sec + (now.tv_nsec - started.tv_nsec) / 1e9);
}
