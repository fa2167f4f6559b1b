/* SPDX-License-Identifier: GPL-2.0 */
/* Random tests that can be repeated: SEED= and STEPS= of the environment. */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdbool.h>

/* Begins a test: the seed comes from SEED= or the clock and is printed. */
void host_seed(void);

/* Each thread has numbers of its own, after this. */
void host_seed_thread(unsigned long seed);

unsigned long host_random(void);
unsigned long host_below(unsigned long limit);

static inline bool host_one_in(unsigned long n)
{
	return !host_below(n);
}

/* How many operations a test does: STEPS=, or what is usual. And at its end: that it did them. */
unsigned long host_steps(unsigned long usual);
void host_operations(unsigned long count);

/* Which one it is at: said when the kernel panics. */
extern unsigned long host_step;

#endif
