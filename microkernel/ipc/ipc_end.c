/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ends of IPC that come from neither phase: timeouts, cancellation, and the end of
 * those a thread waits for.
 */
#include "ipc/ipc_parts.h"

#include "sched/preempt.h"
#include "x86/cpu/cpu.h"

static bool is_in_ipc(struct thread *thread)
{
	return thread->state == THREAD_SENDING || thread->state == THREAD_RECEIVING ||
	       thread->state == THREAD_RECEIVING_FROM || thread->state == THREAD_AWAITING_REPLY;
}

void ipc_timed_out(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	if (thread->transfer.peer && item_worker(thread) == cpu->current &&
	    (cpu->current->unfinished & UNFINISHED_TRANSFER)) {
		item_sender(thread)->transfer.late = true;
		cpu->need_resched = true;
	} else {
		ipc_cancel(thread, -L4_ETIMEDOUT);
	}
}

bool ipc_cancel(struct thread *thread, long error)
{
	if (thread->transfer.peer) {
		items_abort(thread, error);
		return true;
	}
	if (thread->transfer.answers) {
		items_end_answer(thread);
		sched_block(thread, THREAD_IN_TRANSFER);
		ipc_finish(thread, error);
		return true;
	}
	if (!is_in_ipc(thread))
		return false;
	ipc_leave(thread);
	ipc_fail(thread, error);
	return true;
}

/* Whom the thread waits for goes away. */
static void lose_partner(struct thread *thread)
{
	ipc_leave(thread);
	ipc_fail(thread, -L4_EDEAD);
}

bool ipc_sender_gone(struct sender *sender)
{
	while (!list_empty(&sender->awaited_by)) {
		struct thread *thread = list_first(&sender->awaited_by, struct thread, partner_link);

		list_del(&thread->partner_link);
		thread->partner = NULL;
		if (thread->state == THREAD_RECEIVING_FROM)
			lose_partner(thread);
		if (preempt_point(200))
			return false;
	}
	return true;
}

bool ipc_partner_gone(struct thread *thread)
{
	list_del(&thread->partner_link);
	ipc_drop_reply_right(thread);
	while (!list_empty(&thread->senders)) {
		struct sender *sender = list_first(&thread->senders, struct sender, link);

		if (sender->is_irq)
			ipc_unqueue_sender(sender);
		else
			lose_partner(container_of(sender, struct thread, sender));
		if (preempt_point(200))
			return false;
	}
	return ipc_sender_gone(&thread->sender);
}
