/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is transferred of a message: its items, flexpages and strings, and then its
 * words. An item that is short is there at once; else it is work of one of both
 * ends, in steps, while the other waits: ipc_continue.c.
 */
#include "ipc/ipc_parts.h"

#include "ipc/ipc_string.h"
#include "memory/map.h"
#include "memory/task.h"
#include "sched/preempt.h"
#include "x86/cpu/x86.h"

static void transfer_words(struct thread *from, struct thread *to, unsigned int words)
{
	struct l4_frame *in = &from->regs, *out = &to->regs;

	out->r8 = in->r8;
	out->r9 = in->r9;
	out->r10 = in->r10;
	out->bx = in->bx;
	thread_end_wait(to);
	if (words > L4_MSG_REGS)
		copy_words(&to->utcb->mr[L4_MSG_REGS], &from->utcb->mr[L4_MSG_REGS],
			   words - L4_MSG_REGS);
}

/*
 * A flexpage that is short is mapped at once, with no interrupts in between: both
 * stay as they are. PREEMPTED: it is another one, and nothing was done.
 */
static int map_short(struct thread *from, struct thread *to)
{
	bool off = this_cpu()->preempt_off;
	int error;

	this_cpu()->preempt_off = true;
	error = map_at_once(&from->task->space, from->transfer.fpage, &to->task->space,
			    from->transfer.where, &from->steps);
	this_cpu()->preempt_off = off;
	return error;
}

/* The window is looked at first: PREEMPTED means that there is something to do, in steps. */
static int transfer_flexpage(struct thread *from, struct thread *to, struct l4_item item)
{
	struct transfer *transfer = &from->transfer;
	u64 type = l4_fpage_type(item.what), window = to->utcb->window[type];
	int error;

	/* A fault is resolved wherever it happened, but gives no capabilities. */
	if (to->fault.proto)
		window = type == L4_FPAGE_CAP ? L4_FPAGE_NONE : l4_fpage_all(type, L4_RIGHTS_ALL);
	error = map_decode_item(item, window, &transfer->fpage, &transfer->where);
	if (error)
		return error;
	error = map_short(from, to);
	if (!error && !to->fault.proto)
		to->utcb->item[transfer->items] = item;
	transfer->item = item;
	transfer->left = 0;
	return error;
}

/*
 * What a transfer costs in time is bounded by the patience of both ends: from its
 * first item that takes its time to the end of the message.
 */
static void start_patience(struct thread *thread)
{
	u64 timeout = *(volatile u64 *)&thread->utcb->string_timeout & L4_TIMEOUT_MASK;

	ipc_stop_timeout(thread);
	if (!ipc_timeout_is_zero(timeout))
		ipc_start_timeout(thread, timeout);
}

/*
 * Both are bound to each other until the item is there: one works on it when it
 * runs, the other waits. It is the one of higher priority: else a sender that
 * others keep from running would hold up a receiver that is above them all.
 */
static void begin_item(struct thread *from, struct thread *to)
{
	bool sender_works = from->priority >= to->priority;
	struct thread *worker = sender_works ? from : to, *other = sender_works ? to : from;

	if (!from->transfer.begun) {
		start_patience(from);
		start_patience(to);
		from->transfer.begun = true;
	}
	from->transfer.peer = to;
	to->transfer.peer = from;
	from->transfer.sends = true;
	to->transfer.sends = false;
	from->transfer.error = 0;
	worker->transfer.works = true;
	other->transfer.works = false;
	worker->unfinished |= UNFINISHED_TRANSFER;
	sched_block(other, THREAD_IN_TRANSFER);
	sched_ready(worker);
}

/*
 * A reply to a fault gives memory in steps: the thread goes on to wait for the
 * reply, which the sender owes until the item is there. So both can lose each
 * other as before the reply, and a string that the fault came from is not touched.
 */
static void begin_answer(struct thread *from, struct thread *to)
{
	from->reply_to = to;
	to->replier = from;
	from->transfer.answers = true;
	from->unfinished |= UNFINISHED_TRANSFER;
	sched_ready(from);
}

void items_end_answer(struct thread *from)
{
	from->transfer.answers = false;
	from->unfinished &= ~UNFINISHED_TRANSFER;
	steps_drop(&from->steps);
}

int items_transfer(struct thread *from, struct thread *to, int error)
{
	u64 tag = from->send_tag;

	while (!error && from->transfer.items < l4_tag_items(tag)) {
		struct l4_item item =
			*(volatile struct l4_item *)&from->utcb->item[from->transfer.items];

		if (l4_fpage_type(item.what) == L4_ITEM_STRING) {
			error = string_prepare(from, to, item);
			if (error)
				break;
		} else {
			error = transfer_flexpage(from, to, item);
			from->transfer.items += !error;
			if (error != PREEMPTED)
				continue;
		}
		if (to->fault.proto)
			begin_answer(from, to);
		else
			begin_item(from, to);
		return ITEMS_IN_PROGRESS;
	}
	if (!to->fault.proto) {
		transfer_words(from, to, l4_tag_words(tag));
		to->regs.ax = (tag & ~(0xfUL << L4_TAG_ITEMS_SHIFT)) |
			      ((u64)from->transfer.items << L4_TAG_ITEMS_SHIFT);
	}
	return error;
}

void items_abort(struct thread *thread, long error)
{
	struct thread *both[] = { thread, thread->transfer.peer };

	for (unsigned int i = 0; i < ARRAY_SIZE(both); i++) {
		both[i]->transfer.peer = NULL;
		both[i]->unfinished &= ~UNFINISHED_TRANSFER;
		steps_drop(&both[i]->steps);
		both[i]->fault.proto = 0;
		ipc_leave(both[i]);
		sched_block(both[i], THREAD_IN_TRANSFER);	/* it may be ready, to copy */
		ipc_finish(both[i], error);
	}
}
