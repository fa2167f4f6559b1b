/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Preemption points. Interrupts are off in the kernel, so what can take long is
 * done in steps, with a point after each:
 *
 *   step - point - step - point ... - point        every PREEMPT_INTERVAL:
 *                                       |          interrupts are let in
 *                                       +-> true: another thread is to run now
 *
 * Then the work is broken off and gone on with when its thread runs next. All
 * of it that is not in the objects worked on is in the thread (`unfinished' and
 * `steps' in thread.h): a call that returns PREEMPTED is made again with the same
 * arguments, and finds done what is done, or its steps say how far it came.
 *
 * At a point all that interrupts touch is consistent (queues of threads,
 * timers, irq objects); where work can be broken off, everything is.
 */
#ifndef PREEMPT_H
#define PREEMPT_H

#include "lib/types.h"
#include "x86/cpu/cpu.h"

#define PREEMPT_INTERVAL	6000	/* instructions, roughly */
#define PREEMPTED		(-4096)	/* what no call returns */

/* Lets interrupts in. True: break off. */
bool preempt_window(void);

/* Counts work that a point comes after. */
static inline void preempt_count(unsigned int instructions)
{
	this_cpu()->preempt_left -= instructions;
}

/* Counts the work of a step. True: it is time for a window. */
static inline bool preempt_due(unsigned int instructions)
{
	return unlikely((this_cpu()->preempt_left -= instructions) < 0);
}

static inline bool preempt_point(unsigned int instructions)
{
	return preempt_due(instructions) && preempt_window();
}

/* A window said true, but the work goes on: the next point is due at once. */
static inline void preempt_late(void)
{
	this_cpu()->preempt_left = 0;
}

/* A point where work is not broken off. */
static inline void preempt_pass(unsigned int instructions)
{
	if (preempt_point(instructions))
		preempt_late();
}

#endif
