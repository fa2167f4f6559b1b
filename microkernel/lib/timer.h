/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines in TSC ticks, one queue per CPU: a pairing heap, so that adding is
 * O(1) and taking the earliest O(log n) amortised, however many threads sleep.
 *
 *	      root: earliest
 *	      child -> sibling -> sibling      prev points to the left sibling,
 *	        |                              of the first child to the parent
 *	      child -> ...
 */
#ifndef TIMER_H
#define TIMER_H

#include "lib/types.h"

struct timer {
	u64 deadline;
	struct timer *child, *sibling, *prev;
	bool queued;
	void (*expire)(struct timer *timer);
};

struct timer_queue {
	struct timer *root;
};

void timer_queue_add(struct timer_queue *queue, struct timer *timer, u64 deadline);
void timer_queue_remove(struct timer_queue *queue, struct timer *timer);

/* Takes out and expires what is due at `now', the earliest 32: the alarm for more comes at once. */
void timer_queue_run(struct timer_queue *queue, u64 now);

#endif
