/* SPDX-License-Identifier: GPL-2.0 */
/* Random tests that can be repeated: SEED= and STEPS= of the environment. */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include "types.h"

/* Begins a test: the seed comes from SEED= or the clock and is printed. */
void host_seed(void);

u64 host_random(void);
u64 host_below(u64 limit);

static inline bool host_one_in(u64 n)
{
	return !host_below(n);
}

/* How many operations a test does: STEPS=, or what is usual. And at its end: that it did them. */
u64 host_steps(u64 usual);
void host_operations(u64 count);

/* Which one it is at: said when the kernel panics. */
extern u64 host_step;

#endif
