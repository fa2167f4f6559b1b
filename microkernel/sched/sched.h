/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler: 256 priorities, round robin within each, preemptive. The
 * running thread is not in the queues.
 *
 *   bitmap  [..1....1..]       a bit for each queue that is not empty
 *   queue   prio 255: T7 - T2  higher runs first; preempted threads rejoin at
 *           prio   4: T9       the head, those with a spent slice at the tail
 *
 * Each CPU has its own queues, for the threads whose home it is. Lock: the kernel's.
 */
#ifndef SCHED_H
#define SCHED_H

#include "lib/types.h"
#include "x86/cpu/cpu.h"

struct thread;
struct timer;

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

/* From now on it runs on that CPU; the current thread when it has left the kernel's work behind: sched_leave. */
void sched_move(struct thread *thread, struct cpu *cpu);

/* The current thread, with UNFINISHED_MOVE: it goes. */
void sched_leave(struct thread *thread);

/* A timer of the thread's: on its home CPU. */
void sched_add_timer(struct thread *thread, struct timer *timer, u64 deadline);
void sched_remove_timer(struct thread *thread, struct timer *timer);

/* Makes its home CPU look at what has changed for the thread, unless it is this one. */
void sched_tell_home(const struct thread *thread);

/* Makes the right thread current; waits for interrupts while there is none. */
void sched_run(void);

#endif
