/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An item that takes its time, in steps, each when the thread runs that works on it:
 *
 *   items_transfer --> item_on, again and again --> items_transfer --> ipc_sent
 *        |               |  ^
 *        |    page fault v  | ipc_page_answered
 *        |           ask_for_page
 *        +--> answer_on: the same for a reply to a fault, without faults of its own
 *
 * A timeout, a cancellation or a death may come at any step: ipc_end.c.
 */
#include "ipc/ipc_parts.h"

#include "ipc/ipc_string.h"
#include "memory/map.h"
#include "memory/task.h"
#include "sched/preempt.h"

/* What is mapped where is as it was at first: what is done of it fits nothing else. */
static int map_on(struct thread *from, struct thread *to)
{
	struct transfer *transfer = &from->transfer;
	s64 count = map_range(&from->task->space, transfer->fpage, &to->task->space,
			      transfer->where, &from->steps);

	if (count == PREEMPTED)
		return STRING_AGAIN;
	if (count > 0 && !transfer->answers)
		to->utcb->item[transfer->items] = transfer->item;
	return count < 0 ? (int)count : 0;
}

/* Has a page been asked for too often, and nothing been copied since. */
static bool asks_in_vain(struct transfer *string)
{
	if (string->left != string->asked_at)
		string->asked = 0;
	string->asked_at = string->left;
	return string->asked++ >= L4_STRING_ATTEMPTS;
}

/*
 * A page of the thread's is missing for the string. 0: its pager is asked, or
 * all is over, because the partner does not wait for pagers. Else there is
 * nobody to ask, or somebody who waits for this very string, or who answers and
 * gives nothing.
 */
static int ask_for_page(struct thread *thread, u64 address, bool write)
{
	struct thread *peer = thread->transfer.peer;
	u64 timeout = *(volatile u64 *)&peer->utcb->string_timeout & L4_TIMEOUT_MASK;
	struct gate *pager = thread->pager.gate;
	u64 mr[] = { (address & ~L4_RIGHTS_ALL) | (write ? L4_RIGHT_W : L4_RIGHT_R),
		     thread->regs.ip, 0, 0 };

	if (thread->is_vcpu || !pager || !pager->thread || pager->thread == thread ||
	    pager->thread == peer || asks_in_vain(&item_sender(thread)->transfer))
		return -L4_EFAULT;
	if (ipc_timeout_is_zero(timeout)) {
		items_abort(thread, -L4_ETIMEDOUT);
		return 0;
	}
	sched_block(peer, THREAD_IN_TRANSFER);
	thread->transfer.ipc_flags = thread->ipc_flags;
	ipc_send_fault(thread, L4_PROTO_PAGE_FAULT, mr, pager);
	return 0;
}

/* The item is there, or has failed with `result': the rest of the message follows. */
static __always_inline void item_done(struct thread *from, struct thread *to, int result)
{
	from->transfer.items += !result;
	result = items_transfer(from, to, result);
	if (result != ITEMS_IN_PROGRESS)
		ipc_sent(from, to, result);
}

/* Goes on with the reply to a fault, unless that is over meanwhile. */
static void answer_on(struct thread *from)
{
	int result = from->reply_to ? map_on(from, from->reply_to) : 0;
	struct thread *to = from->reply_to;

	if (to && result == STRING_AGAIN)
		return;
	items_end_answer(from);
	if (!to) {
		ipc_finish(from, -L4_EDEAD);
		return;
	}
	from->reply_to = NULL;
	to->replier = NULL;
	item_done(from, to, result);
}

/* The current thread sends or receives an item. */
static void item_on(struct thread *worker)
{
	struct thread *from = item_sender(worker), *to = from->transfer.peer;
	struct string_fault fault;
	int result = from->transfer.error;

	if (from->transfer.late) {
		items_abort(from, -L4_ETIMEDOUT);
		return;
	}
	if (!result)
		result = from->transfer.left ? string_copy(from, &fault) : map_on(from, to);
	if (result == STRING_AGAIN)
		return;
	worker->unfinished &= ~UNFINISHED_TRANSFER;
	if (result == STRING_FAULT) {
		result = ask_for_page(fault.thread, fault.address, fault.write);
		if (!result)
			return;
	}
	from->transfer.peer = to->transfer.peer = NULL;
	item_done(from, to, result);
}

void ipc_continue(struct thread *thread)
{
	if (thread->transfer.answers)
		answer_on(thread);
	else
		item_on(thread);
}
