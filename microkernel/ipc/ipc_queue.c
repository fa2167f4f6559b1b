/* SPDX-License-Identifier: GPL-2.0 */
/* Who waits to send to a thread: senders in a queue, of which each finds its place in few steps. */
#include "ipc/ipc_parts.h"

/*
 * Senders queue by falling priority, equals as they come:
 *
 *	senders:  200 - 90 - 90 - 90 - 7 - 7
 *	           |     |             |
 *	ranks:    200 - 90 ----------- 7
 *
 * So a sender finds its place in as many steps as there are priorities, however
 * many wait.
 */
void ipc_queue_sender(struct thread *to, struct sender *sender)
{
	struct list *ranks = &to->ranks, *rank = ranks->prev, *next = &to->senders;

	while (rank != ranks && list_entry(rank, struct sender, rank)->priority < sender->priority) {
		next = &list_entry(rank, struct sender, rank)->link;
		rank = rank->prev;
	}
	list_add_tail(next, &sender->link);
	list_init(&sender->rank);
	if (rank == ranks || list_entry(rank, struct sender, rank)->priority != sender->priority)
		list_add(rank, &sender->rank);
	sender->to = to;
}

void ipc_unqueue_sender(struct sender *sender)
{
	struct list *next = sender->link.next;

	if (!sender->to)
		return;
	if (!list_empty(&sender->rank) && next != &sender->to->senders &&
	    list_entry(next, struct sender, link)->priority == sender->priority) {
		struct list *rank = &list_entry(next, struct sender, link)->rank;

		list_add(&sender->rank, rank);
	}
	list_del(&sender->rank);
	list_del(&sender->link);
	sender->to = NULL;
}

void ipc_priority_changed(struct thread *thread)
{
	struct thread *to = thread->sender.to;

	if (!to)
		return;
	ipc_unqueue_sender(&thread->sender);
	thread->sender.priority = thread->priority;
	ipc_queue_sender(to, &thread->sender);
}
