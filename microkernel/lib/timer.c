/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue of deadlines. Pure logic: it knows neither the clock nor who
 * waits. Invariant: no timer is earlier than its parent.
 */
#include "lib/timer.h"

static struct timer *heap_meld(struct timer *a, struct timer *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (b->deadline < a->deadline) {
		struct timer *swap = a;

		a = b;
		b = swap;
	}
	b->sibling = a->child;
	if (b->sibling)
		b->sibling->prev = b;
	b->prev = a;
	a->child = b;
	return a;
}

/* Pairs siblings from left to right, then melds the pairs from right to left. */
static struct timer *heap_meld_siblings(struct timer *first)
{
	struct timer *pairs = NULL, *root = NULL;

	while (first) {
		struct timer *a = first, *b = first->sibling;

		first = b ? b->sibling : NULL;
		a->sibling = a->prev = NULL;
		if (b)
			b->sibling = b->prev = NULL;
		a = heap_meld(a, b);
		a->sibling = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *next = pairs->sibling;

		pairs->sibling = NULL;
		root = heap_meld(root, pairs);
		pairs = next;
	}
	return root;
}

void timer_queue_add(struct timer_queue *queue, struct timer *timer, u64 deadline)
{
	if (timer->queued)
		timer_queue_remove(queue, timer);
	timer->deadline = deadline;
	timer->child = timer->sibling = timer->prev = NULL;
	timer->queued = true;
	queue->root = heap_meld(queue->root, timer);
}

void timer_queue_remove(struct timer_queue *queue, struct timer *timer)
{
	struct timer *children;

	if (!timer->queued)
		return;
	timer->queued = false;
	children = heap_meld_siblings(timer->child);
	if (queue->root == timer) {
		queue->root = children;
		return;
	}
	if (timer->prev->child == timer)
		timer->prev->child = timer->sibling;
	else
		timer->prev->sibling = timer->sibling;
	if (timer->sibling)
		timer->sibling->prev = timer->prev;
	queue->root = heap_meld(queue->root, children);
}

void timer_queue_run(struct timer_queue *queue, u64 now)
{
	for (int few = 32; few && queue->root && queue->root->deadline <= now; few--) {
		struct timer *due = queue->root;

		timer_queue_remove(queue, due);
		due->expire(due);
	}
}
