/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock of the kernel. All C behind the door runs with it, but for what is
 * named here, so at one time on one CPU; the short ways of entry.S run without:
 * they touch their own CPU's struct cpu, and of memory the current thread, its
 * UTCB and its stack; and so does what rides on a resume (memory/guest.h).
 *
 *   ring 3 --entry--> try: taken -----------------------------> work, release, leave
 *                      |  not: all registers are in the thread
 *                      +--> `waits' is set; serves requests ---> work, release, leave
 *
 * Who has waited for long sleeps, and is woken when it is its turn: on a host whose
 * own cores are too few, the one that has the lock may be waiting for that core.
 *
 * So who has the lock may touch all of another CPU's but its current thread, and
 * that, too, once the CPU waits for the lock (kernel_hold). With one CPU nobody
 * takes it: see many.c.
 */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include "lib/lock.h"
#include "sched/request.h"

struct thread;

extern struct lock kernel_lock_word;

/* Takes the lock if it is there at once. */
static inline __must_check bool kernel_try_lock(void)
{
	return lock_try(&kernel_lock_word);
}

/* Waits for it. All registers of the current thread are in it. */
void kernel_lock(void);

static inline void kernel_unlock(void)
{
	lock_release(&kernel_lock_word);
	request_wake();
}

/* Does another CPU wait for it. */
bool kernel_lock_wanted(void);

/* Lets who waits in between. The lock's holder is where its work may be broken off. */
void kernel_offer_lock(void);

/* Waits for an interrupt, without the lock. */
void kernel_wait(void);

/* The thread runs nowhere else, as long as we have the lock: all of its registers are in it. */
void kernel_hold(struct thread *thread);

#endif
