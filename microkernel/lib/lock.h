/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fair lock: who comes draws a number and waits until it is served.
 *
 *	next     the number that who comes next will draw
 *	served   whose turn it is: next == served: nobody has it
 */
#ifndef LOCK_H
#define LOCK_H

#include "lib/types.h"

struct lock {
	u32 next, served;
};

/* Takes it if nobody has it. */
static inline bool lock_try(struct lock *lock)
{
	u32 number = __atomic_load_n(&lock->served, __ATOMIC_ACQUIRE);

	return __atomic_compare_exchange_n(&lock->next, &(u32){ number }, number + 1, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline u32 lock_draw(struct lock *lock)
{
	return __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
}

/* By who has it: does somebody wait. */
static inline bool lock_wanted(struct lock *lock)
{
	return __atomic_load_n(&lock->next, __ATOMIC_RELAXED) - lock->served > 1;
}

/* What is read behind it is read when others can see it. */
static inline void lock_release(struct lock *lock)
{
	__atomic_fetch_add(&lock->served, 1, __ATOMIC_SEQ_CST);
}

#endif
