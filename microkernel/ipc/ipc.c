/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC path: rendezvous of sender and receiver, one copy, no buffer.
 *
 * Each call is a send phase, a receive phase, or one after the other. A phase
 * either takes place at once, because the partner already waits, or leaves the
 * thread in a state (SENDING, RECEIVING, RECEIVING_FROM, AWAITING_REPLY) out of
 * which the partner's phase, a timeout or a cancellation takes it. The message
 * stays in the sender's registers and UTCB until then.
 *
 * Reply rights: reply_to of the receiver and replier of the caller point to
 * each other or are both NULL. A closed receive notes its partner when the call
 * begins, so that it misses no end of it; the note stays until the next one.
 */
#include "ipc/ipc.h"

#include "base/panic.h"
#include "ipc/ipc_string.h"
#include "lib/string.h"
#include "memory/map.h"
#include "memory/task.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"

#define TAG_KNOWN_BITS	(0x7ffUL | 0xffffUL << L4_TAG_PROTO_SHIFT | 0x7fffffffUL << L4_TAG_USER_SHIFT)
#define PROTO_KERNEL	(0x8000UL << L4_TAG_PROTO_SHIFT)
#define FLAGS_KNOWN	(0x1fUL | L4_TIMEOUT_MASK << L4_IPC_SEND_TIMEOUT_SHIFT | \
			 L4_TIMEOUT_MASK << L4_IPC_RECV_TIMEOUT_SHIFT)

#define IN_PROGRESS	1	/* beside errors: an item is on its way */

static u64 phase_timeout(const struct thread *thread, unsigned int shift)
{
	return (thread->ipc_flags >> shift) & L4_TIMEOUT_MASK;
}

static bool timeout_is_zero(u64 timeout)
{
	return timeout != L4_TIMEOUT_NEVER && !(timeout & 0x3ff);
}

static void start_timeout(struct thread *thread, u64 timeout)
{
	if (timeout != L4_TIMEOUT_NEVER)
		clock_add(&thread->timeout, clock_after_us((timeout & 0x3ff) << (timeout >> 10)));
}

/* While an item is on its way the timer is the transfer's, whatever its page faults come to. */
static __always_inline void stop_timeout(struct thread *thread)
{
	if (thread->timeout.queued && !thread->copy.peer)
		clock_remove(&thread->timeout);
}

/* Blocks in `state' until the partner, or the timeout of that phase, comes. */
static void block(struct thread *thread, u8 state, unsigned int timeout_shift)
{
	u64 timeout = phase_timeout(thread, timeout_shift);

	sched_block(thread, state);
	/* What ipc_fast.c does not do: see SLOW_WAIT. */
	if (timeout != L4_TIMEOUT_NEVER || thread->fault.proto || !is_canonical(thread->regs.ip) ||
	    (state == THREAD_RECEIVING && thread->reply_to))
		thread->slow |= SLOW_WAIT;
	start_timeout(thread, timeout);
}

/* Its IPC is over; `result' is what the call returns. */
static void finish(struct thread *thread, long result)
{
	stop_timeout(thread);
	thread_end_wait(thread);
	thread_set_result(thread, result);
	sched_ready(thread);
}

/* Of the two that an item is between. */
static struct thread *item_sender(struct thread *thread)
{
	return thread->copy.sends ? thread : thread->copy.peer;
}

static struct thread *item_worker(struct thread *thread)
{
	return thread->copy.works ? thread : thread->copy.peer;
}

/* The thread has got a page for the string, or will not: the string goes on. */
static void page_answered(struct thread *thread, int error)
{
	struct thread *worker = item_worker(thread);

	thread->fault.proto = 0;
	thread->ipc_flags = thread->copy.ipc_flags;
	sched_block(thread, THREAD_IN_TRANSFER);
	item_sender(thread)->copy.error = error;
	worker->unfinished |= UNFINISHED_COPY;
	sched_ready(worker);
}

/* Nobody resolves the fault the thread waits for, because of `error': it stops. */
static void fault_unresolved(struct thread *thread, long error)
{
	const struct fault_message *fault = &thread->fault;

	/* Who stops a thread knows it. */
	if (thread->task->system && error != -L4_ECANCELED)
		printk("kernel: %s stopped: %s %lx, %lx at ip %lx, sp %lx: no answer to its fault\n",
		       thread->task->name,
		       fault->proto == L4_PROTO_PAGE_FAULT ? "page fault" : "exception",
		       fault->mr[0], fault->mr[1], thread->regs.ip, thread->regs.sp);
	thread->fault.proto = 0;
	sched_block(thread, THREAD_STOPPED);
}

/* Its IPC failed; a fault that nobody resolves stops the thread instead. */
static void fail(struct thread *thread, long error)
{
	stop_timeout(thread);
	if (!thread->fault.proto)
		finish(thread, error);
	else if (thread->copy.peer)
		page_answered(thread, -L4_EFAULT);
	else
		fault_unresolved(thread, error);
}

static void drop_reply_right(struct thread *owner)
{
	struct thread *caller = owner->reply_to;

	if (!caller)
		return;
	owner->reply_to = NULL;
	caller->replier = NULL;
	fail(caller, -L4_EDEAD);
}

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

static void deliver_kernel_message(struct thread *to, u64 tag, u64 label)
{
	to->regs.ax = tag;
	to->regs.di = label;
	thread_end_wait(to);
}

static void deliver_irq(struct thread *to, struct sender *irq)
{
	deliver_kernel_message(to, l4_tag(0, 0, L4_PROTO_IRQ), irq->label);
}

/* Do the messages about the fault, and the replies, carry all registers. */
static bool has_registers(const struct thread *thread)
{
	return thread->fault.proto == L4_PROTO_EXCEPTION ||
	       thread->fault.proto == L4_PROTO_VCPU_DEAD;
}

static void deliver_fault(struct thread *from, struct thread *to, u64 label)
{
	const struct fault_message *fault = &from->fault;
	unsigned int words = L4_MSG_REGS;

	if (has_registers(from)) {
		thread_get_regs(from, &to->utcb->mr[L4_MSG_REGS]);
		words += L4_REGS_WORDS;
	}
	deliver_kernel_message(to, l4_tag(words, 0, fault->proto), label);
	to->regs.r8 = fault->mr[0];
	to->regs.r9 = fault->mr[1];
	to->regs.r10 = fault->mr[2];
	to->regs.bx = fault->mr[3];
}

/* A fault has its answer: the thread goes on as it was, its registers are its own. */
static void end_fault(struct thread *thread)
{
	u16 proto = thread->fault.proto;

	thread->fault.proto = 0;
	if (thread->copy.peer)
		page_answered(thread, 0);
	else if (proto == L4_PROTO_VCPU_DEAD)
		sched_block(thread, THREAD_STOPPED);
	else
		sched_ready(thread);
}

/* It has its message, or the answer to its fault: it runs on. */
static __always_inline void wake(struct thread *thread)
{
	stop_timeout(thread);
	if (thread->fault.proto)
		end_fault(thread);
	else
		sched_ready(thread);
}

/*
 * Its message was taken by `to': what follows the send phase. A sender that
 * waits now does so before the receiver is made ready, which need not be
 * queued then. True: the receive phase follows; `to' is still to be woken.
 */
static __always_inline bool after_send(struct thread *from, struct thread *to, long error)
{
	stop_timeout(from);
	if (from->ipc_flags & L4_IPC_CALL) {
		drop_reply_right(to);
		to->reply_to = from;
		from->replier = to;
		block(from, THREAD_AWAITING_REPLY, L4_IPC_RECV_TIMEOUT_SHIFT);
	} else if (error || !(from->ipc_flags & L4_IPC_RECV)) {
		finish(from, error);
	} else {
		return true;
	}
	wake(to);
	return false;
}

/* The window is looked at first: PREEMPTED means that there is something to do, in steps. */
static int transfer_map_item(struct thread *from, struct thread *to, struct l4_item item)
{
	u64 type = l4_fpage_type(item.what), window = to->utcb->window[type];
	bool off;
	int error;

	/* A fault is resolved wherever it happened, but gives no capabilities. */
	if (to->fault.proto)
		window = type == L4_FPAGE_CAP ? L4_FPAGE_NONE : l4_fpage_all(type, L4_RIGHTS_ALL);
	/* Both must stay as they are: no interrupts in between. */
	off = this_cpu()->preempt_off;
	this_cpu()->preempt_off = true;
	error = map_item_at_once(&from->task->space, item, &to->task->space, window, &from->steps);
	this_cpu()->preempt_off = off;
	if (!error && !to->fault.proto)
		to->utcb->item[from->copy.items] = item;
	from->copy.flexpage = item;
	from->copy.window = window;
	from->copy.left = 0;
	return error;
}

/* Item and window as they were at first: what is done of it fits nothing else. */
static int map_on(struct thread *from, struct thread *to)
{
	int error = map_item(&from->task->space, from->copy.flexpage, &to->task->space,
			     from->copy.window, &from->steps);

	if (!error && !from->copy.answers)
		to->utcb->item[from->copy.items] = from->copy.flexpage;
	return error == PREEMPTED ? STRING_AGAIN : error;
}

/*
 * What a transfer costs in time is bounded by the patience of both ends: from its
 * first item that takes its time to the end of the message.
 */
static void start_patience(struct thread *thread)
{
	u64 timeout = *(volatile u64 *)&thread->utcb->string_timeout & L4_TIMEOUT_MASK;

	stop_timeout(thread);
	if (!timeout_is_zero(timeout))
		start_timeout(thread, timeout);
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

	if (!from->copy.begun) {
		start_patience(from);
		start_patience(to);
		from->copy.begun = true;
	}
	from->copy.peer = to;
	to->copy.peer = from;
	from->copy.sends = true;
	to->copy.sends = false;
	from->copy.error = 0;
	worker->copy.works = true;
	other->copy.works = false;
	worker->unfinished |= UNFINISHED_COPY;
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
	from->copy.answers = true;
	from->unfinished |= UNFINISHED_COPY;
	sched_ready(from);
}

/* It answers no longer: its reply is over, or cancelled. */
static void end_answer(struct thread *from)
{
	from->copy.answers = false;
	from->unfinished &= ~UNFINISHED_COPY;
	steps_drop(&from->steps);
}

/*
 * Transfers the items that are left of a message, and then the rest of it. The
 * first item that fails, or has failed, is the last, and the result; the tag
 * received tells how many there are. IN_PROGRESS: not yet.
 */
static int transfer_items(struct thread *from, struct thread *to, int error)
{
	u64 tag = from->send_tag;

	while (!error && from->copy.items < l4_tag_items(tag)) {
		struct l4_item item =
			*(volatile struct l4_item *)&from->utcb->item[from->copy.items];

		if (l4_fpage_type(item.what) == L4_ITEM_STRING) {
			error = string_prepare(from, to, item);
			if (error)
				break;
		} else {
			error = transfer_map_item(from, to, item);
			from->copy.items += !error;
			if (error != PREEMPTED)
				continue;
		}
		if (to->fault.proto)
			begin_answer(from, to);
		else
			begin_item(from, to);
		return IN_PROGRESS;
	}
	if (!to->fault.proto) {
		transfer_words(from, to, l4_tag_words(tag));
		to->regs.ax = (tag & ~(0xfUL << L4_TAG_ITEMS_SHIFT)) |
			      ((u64)from->copy.items << L4_TAG_ITEMS_SHIFT);
	}
	return error;
}

/* Sender and receiver meet. The result is that of after_send(). */
static bool transfer(struct thread *from, struct thread *to, u64 label)
{
	int error = 0;

	if (from->fault.proto) {
		deliver_fault(from, to, label);
	} else {
		if (!to->fault.proto)
			to->regs.di = label;
		from->copy.items = from->copy.strings = 0;
		from->copy.begun = from->copy.late = false;
		error = transfer_items(from, to, 0);
	}
	return error != IN_PROGRESS && after_send(from, to, error);
}

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
static void queue_sender(struct thread *to, struct sender *sender)
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
	queue_sender(to, &thread->sender);
}

/* Does the thread wait for a message that this sender may bring. */
static bool accepts(const struct thread *to, const struct sender *sender)
{
	return to->state == THREAD_RECEIVING ||
	       (to->state == THREAD_RECEIVING_FROM && to->partner == sender);
}

/*
 * Returns the sender whose message was taken if its receive phase is next, so
 * that a chain of them is gone through in a loop; else NULL.
 */
static struct thread *receive_one(struct thread *thread)
{
	bool closed = thread->ipc_flags & L4_IPC_CLOSED;
	struct sender *first = NULL;
	struct thread *from;

	if (closed && !thread->partner) {
		finish(thread, -L4_EDEAD);
		return NULL;
	}
	if (closed && thread->partner->to == thread)
		first = thread->partner;
	else if (!closed && !list_empty(&thread->senders))
		first = list_first(&thread->senders, struct sender, link);
	if (!first) {
		if (timeout_is_zero(phase_timeout(thread, L4_IPC_RECV_TIMEOUT_SHIFT)))
			finish(thread, -L4_ETIMEDOUT);
		else
			block(thread, closed ? THREAD_RECEIVING_FROM : THREAD_RECEIVING,
			      L4_IPC_RECV_TIMEOUT_SHIFT);
		return NULL;
	}
	ipc_unqueue_sender(first);
	if (first->is_irq) {
		deliver_irq(thread, first);
		sched_ready(thread);
		return NULL;
	}
	from = container_of(first, struct thread, sender);
	if (!transfer(from, thread, from->sender.label))
		return NULL;
	wake(thread);
	return from;
}

/*
 * Threads that are queued on each other make a chain, which can be long. Who is
 * next in it waits for nothing, so interrupts may come in between.
 */
static void receive_phase(struct thread *thread)
{
	while (thread) {
		thread = receive_one(thread);
		if (thread)
			(void)preempt_point(400);
	}
}

/*
 * The receive phase of a sender whose receiver is still to be woken: see
 * after_send(). That is done before a chain is gone through.
 */
static __always_inline void receive_next(struct thread *from, struct thread *to)
{
	struct thread *next = receive_one(from);

	wake(to);
	receive_phase(next);
}

/* The send phase to a gate, and what follows it. */
static void send_phase(struct thread *from, struct gate *gate)
{
	struct thread *to = gate->thread;

	if (!to || to == from) {
		fail(from, to ? -L4_EINVAL : -L4_EDEAD);
		return;
	}
	if (accepts(to, &from->sender)) {
		if (transfer(from, to, gate->label))
			receive_next(from, to);
		return;
	}
	if (timeout_is_zero(phase_timeout(from, L4_IPC_SEND_TIMEOUT_SHIFT))) {
		finish(from, -L4_ETIMEDOUT);
		return;
	}
	from->sender.label = gate->label;
	from->sender.priority = from->priority;
	queue_sender(to, &from->sender);
	block(from, THREAD_SENDING, L4_IPC_SEND_TIMEOUT_SHIFT);
}

static void reply_phase(struct thread *from)
{
	struct thread *to = from->reply_to;

	if (!to) {
		finish(from, -L4_EDEAD);
		return;
	}
	if (has_registers(to) && l4_tag_words(from->send_tag) >= L4_MSG_REGS + L4_REGS_WORDS &&
	    !thread_set_regs(to, &from->utcb->mr[L4_MSG_REGS])) {
		finish(from, -L4_EINVAL);
		return;
	}
	from->reply_to = NULL;
	to->replier = NULL;
	if (transfer(from, to, 0))
		receive_next(from, to);
}

static bool request_is_valid(u64 tag, u64 flags)
{
	if (flags & ~FLAGS_KNOWN)
		return false;
	if ((flags & L4_IPC_SEND) && (flags & L4_IPC_REPLY))
		return false;
	if ((flags & L4_IPC_CALL) && (~flags & (L4_IPC_SEND | L4_IPC_RECV)))
		return false;
	if ((flags & L4_IPC_CLOSED) && (flags & (L4_IPC_RECV | L4_IPC_CALL)) != L4_IPC_RECV)
		return false;
	if (!(flags & (L4_IPC_SEND | L4_IPC_REPLY)))
		return flags & L4_IPC_RECV;
	return !(tag & ~TAG_KNOWN_BITS) && l4_tag_words(tag) <= L4_MSG_WORDS &&
	       l4_tag_items(tag) <= L4_MSG_ITEMS;
}

/* Whom a closed receive is from: the thread behind a gate, a thread, or an interrupt. */
static int choose_partner(struct thread *thread, u64 slot)
{
	struct object *object = cap_object(cap_word(&thread->task->space, slot));
	struct thread *partner = NULL;
	struct sender *sender;

	if (!object)
		return -L4_ENOCAP;
	if (object->type == OBJECT_GATE)
		partner = ((struct gate *)object)->thread;
	else if (object->type == OBJECT_THREAD)
		partner = object->dead ? NULL : (struct thread *)object;
	else if (object->type != OBJECT_IRQ)
		return -L4_ENOCAP;
	if (object->type != OBJECT_IRQ && (!partner || partner == thread))
		return partner ? -L4_EINVAL : -L4_EDEAD;
	sender = partner ? &partner->sender : &((struct source *)object)->sender;
	list_del(&thread->partner_link);
	list_add(&sender->awaited_by, &thread->partner_link);
	thread->partner = sender;
	return 0;
}

void ipc_call(struct thread *thread)
{
	u64 dest = thread->regs.di, tag = thread->regs.si, flags = thread->regs.dx;
	struct object *gate;
	int error = 0;

	if (!request_is_valid(tag, flags)) {
		thread_set_result(thread, -L4_EINVAL);
		return;
	}
	thread->ipc_flags = flags;
	thread->send_tag = tag & ~PROTO_KERNEL;
	if (flags & L4_IPC_CLOSED)
		error = choose_partner(thread, dest);
	if (error) {
		thread_set_result(thread, error);
		return;
	}
	if (flags & L4_IPC_SEND) {
		gate = cap_lookup(&thread->task->space, dest, OBJECT_GATE, L4_RIGHT_W, &error);
		if (gate)
			send_phase(thread, (struct gate *)gate);
		else
			thread_set_result(thread, error);
	} else if (flags & L4_IPC_REPLY) {
		reply_phase(thread);
	} else {
		receive_phase(thread);
	}
}

void ipc_send_fault(struct thread *thread, u16 proto, const u64 mr[L4_MSG_REGS], struct gate *gate)
{
	thread->fault.proto = proto;
	for (int i = 0; i < L4_MSG_REGS; i++)
		thread->fault.mr[i] = mr[i];
	thread->ipc_flags = L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL;
	if (gate)
		send_phase(thread, gate);
	else
		fault_unresolved(thread, -L4_EDEAD);
}

void ipc_send_irq(struct thread *thread, struct sender *sender)
{
	if (sender->to)
		return;
	if (!accepts(thread, sender)) {
		queue_sender(thread, sender);
		return;
	}
	deliver_irq(thread, sender);
	wake(thread);
}

static void leave_ipc(struct thread *thread)
{
	stop_timeout(thread);
	if (thread->state == THREAD_SENDING) {
		ipc_unqueue_sender(&thread->sender);
	} else if (thread->state == THREAD_AWAITING_REPLY) {
		thread->replier->reply_to = NULL;
		thread->replier = NULL;
	}
}

static bool is_in_ipc(struct thread *thread)
{
	return thread->state == THREAD_SENDING || thread->state == THREAD_RECEIVING ||
	       thread->state == THREAD_RECEIVING_FROM || thread->state == THREAD_AWAITING_REPLY;
}

/* Neither will see the rest of the item: the IPC of both ends. */
static void abort_transfer(struct thread *thread, long error)
{
	struct thread *both[] = { thread, thread->copy.peer };

	for (unsigned int i = 0; i < ARRAY_SIZE(both); i++) {
		both[i]->copy.peer = NULL;
		both[i]->unfinished &= ~UNFINISHED_COPY;
		steps_drop(&both[i]->steps);
		both[i]->fault.proto = 0;
		leave_ipc(both[i]);
		sched_block(both[i], THREAD_IN_TRANSFER);	/* it may be ready, to copy */
		finish(both[i], error);
	}
}

/* Has a page been asked for too often, and nothing been copied since. */
static bool asks_in_vain(struct string_copy *copy)
{
	if (copy->left != copy->asked_at)
		copy->asked = 0;
	copy->asked_at = copy->left;
	return copy->asked++ >= L4_STRING_ATTEMPTS;
}

/*
 * A page of the thread's is missing for the string. 0: its pager is asked, or
 * all is over, because the partner does not wait for pagers. Else there is
 * nobody to ask, or somebody who waits for this very string, or who answers and
 * gives nothing.
 */
static int ask_for_page(struct thread *thread, u64 address, bool write)
{
	struct thread *peer = thread->copy.peer;
	u64 timeout = *(volatile u64 *)&peer->utcb->string_timeout & L4_TIMEOUT_MASK;
	struct gate *pager = thread->pager.gate;
	u64 mr[] = { (address & ~L4_RIGHTS_ALL) | (write ? L4_RIGHT_W : L4_RIGHT_R),
		     thread->regs.ip, 0, 0 };

	if (thread->is_vcpu || !pager || !pager->thread || pager->thread == thread ||
	    pager->thread == peer || asks_in_vain(&item_sender(thread)->copy))
		return -L4_EFAULT;
	if (timeout_is_zero(timeout)) {
		abort_transfer(thread, -L4_ETIMEDOUT);
		return 0;
	}
	sched_block(peer, THREAD_IN_TRANSFER);
	thread->copy.ipc_flags = thread->ipc_flags;
	ipc_send_fault(thread, L4_PROTO_PAGE_FAULT, mr, pager);
	return 0;
}

/* Goes on with the reply to a fault, unless that is over meanwhile. */
static void answer_on(struct thread *from)
{
	int result = from->reply_to ? map_on(from, from->reply_to) : 0;
	struct thread *to = from->reply_to;

	if (to && result == STRING_AGAIN)
		return;
	end_answer(from);
	if (!to) {
		finish(from, -L4_EDEAD);
		return;
	}
	from->reply_to = NULL;
	to->replier = NULL;
	from->copy.items += !result;
	result = transfer_items(from, to, result);
	if (result != IN_PROGRESS && after_send(from, to, result))
		receive_next(from, to);
}

/* The current thread sends or receives an item. */
static void item_on(struct thread *worker)
{
	struct thread *from = item_sender(worker), *to = from->copy.peer;
	struct string_fault fault;
	int result = from->copy.error;

	if (from->copy.late) {
		abort_transfer(from, -L4_ETIMEDOUT);
		return;
	}
	if (!result)
		result = from->copy.left ? string_copy(from, &fault) : map_on(from, to);
	if (result == STRING_AGAIN)
		return;
	worker->unfinished &= ~UNFINISHED_COPY;
	if (result == STRING_FAULT) {
		result = ask_for_page(fault.thread, fault.address, fault.write);
		if (!result)
			return;
	}
	from->copy.peer = to->copy.peer = NULL;
	from->copy.items += !result;
	result = transfer_items(from, to, result);
	if (result != IN_PROGRESS && after_send(from, to, result))
		receive_next(from, to);
}

void ipc_continue(struct thread *thread)
{
	if (thread->copy.answers)
		answer_on(thread);
	else
		item_on(thread);
}

void ipc_timed_out(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	if (thread->copy.peer && item_worker(thread) == cpu->current &&
	    (cpu->current->unfinished & UNFINISHED_COPY)) {
		item_sender(thread)->copy.late = true;
		cpu->need_resched = true;
	} else {
		ipc_cancel(thread, -L4_ETIMEDOUT);
	}
}

bool ipc_cancel(struct thread *thread, long error)
{
	if (thread->copy.peer) {
		abort_transfer(thread, error);
		return true;
	}
	if (thread->copy.answers) {
		end_answer(thread);
		sched_block(thread, THREAD_IN_TRANSFER);
		finish(thread, error);
		return true;
	}
	if (!is_in_ipc(thread))
		return false;
	leave_ipc(thread);
	fail(thread, error);
	return true;
}

/* Whom the thread waits for goes away. */
static void lose_partner(struct thread *thread)
{
	leave_ipc(thread);
	fail(thread, -L4_EDEAD);
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
	drop_reply_right(thread);
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
