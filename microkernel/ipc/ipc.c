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
#include "ipc/ipc_parts.h"

#include "memory/task.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "x86/device/clock.h"

#define TAG_KNOWN_BITS	(0x7ffUL | 0xffffUL << L4_TAG_PROTO_SHIFT | 0x7fffffffUL << L4_TAG_USER_SHIFT)
#define PROTO_KERNEL	(0x8000UL << L4_TAG_PROTO_SHIFT)
#define FLAGS_KNOWN	(0x1fUL | L4_TIMEOUT_MASK << L4_IPC_SEND_TIMEOUT_SHIFT | \
			 L4_TIMEOUT_MASK << L4_IPC_RECV_TIMEOUT_SHIFT)

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

/*
 * Its message was taken by `to': what follows the send phase. A sender that
 * waits now does so before the receiver is made ready, which need not be
 * queued then. True: the receive phase follows; `to' is still to be woken.
 */
static __always_inline bool after_send(struct thread *from, struct thread *to, long error)
{
	ipc_stop_timeout(from);
	if (from->ipc_flags & L4_IPC_CALL) {
		ipc_drop_reply_right(to);
		to->reply_to = from;
		from->replier = to;
		ipc_block(from, THREAD_AWAITING_REPLY, L4_IPC_RECV_TIMEOUT_SHIFT);
	} else if (error || !(from->ipc_flags & L4_IPC_RECV)) {
		ipc_finish(from, error);
	} else {
		return true;
	}
	ipc_wake(to);
	return false;
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
		from->transfer.items = from->transfer.strings = 0;
		from->transfer.begun = from->transfer.late = false;
		error = items_transfer(from, to, 0);
	}
	return error != ITEMS_IN_PROGRESS && after_send(from, to, error);
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
		ipc_finish(thread, -L4_EDEAD);
		return NULL;
	}
	if (closed && thread->partner->to == thread)
		first = thread->partner;
	else if (!closed && !list_empty(&thread->senders))
		first = list_first(&thread->senders, struct sender, link);
	if (!first) {
		if (ipc_timeout_is_zero(ipc_phase_timeout(thread, L4_IPC_RECV_TIMEOUT_SHIFT)))
			ipc_finish(thread, -L4_ETIMEDOUT);
		else
			ipc_block(thread, closed ? THREAD_RECEIVING_FROM : THREAD_RECEIVING,
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
	ipc_wake(thread);
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

	ipc_wake(to);
	receive_phase(next);
}

void ipc_sent(struct thread *from, struct thread *to, long error)
{
	if (after_send(from, to, error))
		receive_next(from, to);
}

/* The send phase to a gate, and what follows it. */
static void send_phase(struct thread *from, struct gate *gate)
{
	struct thread *to = gate->thread;

	if (!to || to == from) {
		ipc_fail(from, to ? -L4_EINVAL : -L4_EDEAD);
		return;
	}
	if (accepts(to, &from->sender)) {
		if (transfer(from, to, gate->label))
			receive_next(from, to);
		return;
	}
	if (ipc_timeout_is_zero(ipc_phase_timeout(from, L4_IPC_SEND_TIMEOUT_SHIFT))) {
		ipc_finish(from, -L4_ETIMEDOUT);
		return;
	}
	from->sender.label = gate->label;
	from->sender.priority = from->priority;
	ipc_queue_sender(to, &from->sender);
	ipc_block(from, THREAD_SENDING, L4_IPC_SEND_TIMEOUT_SHIFT);
}

static void reply_phase(struct thread *from)
{
	struct thread *to = from->reply_to;

	if (!to) {
		ipc_finish(from, -L4_EDEAD);
		return;
	}
	if (has_registers(to) && l4_tag_words(from->send_tag) >= L4_MSG_REGS + L4_REGS_WORDS &&
	    !thread_set_regs(to, &from->utcb->mr[L4_MSG_REGS])) {
		ipc_finish(from, -L4_EINVAL);
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
		ipc_fault_unresolved(thread, -L4_EDEAD);
}

void ipc_send_irq(struct thread *thread, struct sender *sender)
{
	if (sender->to)
		return;
	if (!accepts(thread, sender)) {
		ipc_queue_sender(thread, sender);
		return;
	}
	deliver_irq(thread, sender);
	ipc_wake(thread);
}
