/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads of the own task. The one that starts a thread is the one that joins
 * or stops it. A fault of any of them is the parent's business (it ends the
 * server), unless l4_thread_control gives it another pager.
 */
#ifndef L4_THREAD_H
#define L4_THREAD_H

#include <l4/calls.h>

#define L4_THREAD_STACK_ORDER	14

struct l4_thread {
	l4_cap_t cap;			/* rights: all */
	l4_cap_t done;			/* software interrupt, raised at its end */
	void *stack;
	void (*entry)(void *argument);
	void *argument;
};

/*
 * Start entry(argument), on the caller's CPU; the priority is not above the caller's own.
 * l4_thread_move puts it on another: below the info page's `cpus'.
 */
long l4_thread_run(struct l4_thread *thread, void (*entry)(void *argument), void *argument,
		   unsigned int priority);

static inline long l4_thread_move(const struct l4_thread *thread, unsigned int cpu)
{
	return l4_thread_control(thread->cap, L4_THREAD_CPU, cpu);
}

/* How long it has been a CPU's current thread, in ticks of the TSC; or an error. */
static inline long l4_thread_time(const struct l4_thread *thread)
{
	return l4_thread_control(thread->cap, L4_THREAD_TIME, 0);
}

/* Wait until it has ended; its resources are free then. */
long l4_thread_join(struct l4_thread *thread);

/* Delete it, wherever it is. */
void l4_thread_kill(struct l4_thread *thread);

/* End the calling thread, as returning from its entry function does. */
void l4_thread_exit(void) __attribute__((noreturn));

/* At least that long; nothing is received meanwhile. */
long l4_sleep_us(l4_word_t us);

#endif
