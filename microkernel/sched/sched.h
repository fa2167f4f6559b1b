/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler: 256 priorities, round robin within each, preemptive. The
 * running thread is not in the queues.
 *
 *   bitmap  [..1....1..]       a bit for each queue that is not empty
 *   queue   prio 255: T7 - T2  higher runs first; preempted threads rejoin at
 *           prio   4: T9       the head, those with a spent slice at the tail
 *
 * Lock (with more than one CPU): the run queue's, one per CPU.
 */
#ifndef SCHED_H
#define SCHED_H

#include "lib/types.h"
#include "x86/cpu/cpu.h"

struct thread;

/* The highest priority of those in the queues, if there is any. */
static inline unsigned int sched_best(const struct cpu *cpu)
{
	unsigned int word = 31 - __builtin_clz(cpu->ready_words);

	return word * 64 + 63 - __builtin_clzl(cpu->ready.bitmap[word]);
}

void sched_init(void);

/* Makes a thread ready to run; asks for a reschedule if it should run now. */
void sched_ready(struct thread *thread);

/* The thread stops being ready and is in `state' from now on. */
void sched_block(struct thread *thread, u8 state);

void sched_set_priority(struct thread *thread, u8 priority);

/*
 * The current thread gives the rest of its slice to this one, whatever its
 * priority, if it is ready; else to its equals.
 */
void sched_yield(struct thread *to);

/* Makes the right thread current; waits for interrupts while there is none. */
void sched_run(void);

#endif
