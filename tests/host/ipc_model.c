/* SPDX-License-Identifier: GPL-2.0 */
/* What IPC does, in arrays; see ipc_model.h. */
#include "ipc_model.h"

#include "ipc/ipc_string.h"

#include <string.h>

const u64 pin_of[IRQS] = { L4_IRQ_SOFT, L4_IRQ_SOFT, 5, 10, 11, 12 };
struct m_thread thread[THREADS];
struct m_gate gate[GATES];
struct m_irq irq[IRQS];
struct task *task[TASKS];
struct m_received received[TASKS][WINDOW];
int current, donee;

static u64 seen_alarms;

void model_thread_init(struct m_thread *t, int in_task, bool vcpu)
{
	*t = (struct m_thread){
		.task = in_task, .vcpu = vcpu, .state = THREAD_STOPPED, .reply_to = NOBODY,
		.replier = NOBODY, .pager = NOBODY, .handler = NOBODY,
		.partner = { NOBODY, NOBODY, 0 }, .peer = NOBODY, .timeslice = 10 * clock_tsc_khz(),
	};
}

static u64 ticks_of(u64 timeout)
{
	return ((timeout & 0x3ff) << (timeout >> 10)) * clock_tsc_khz() / 1000;
}

static u64 send_timeout(const struct m_thread *t)
{
	return t->flags >> L4_IPC_SEND_TIMEOUT_SHIFT & 0x7fff;
}

static u64 recv_timeout(const struct m_thread *t)
{
	return t->flags >> L4_IPC_RECV_TIMEOUT_SHIFT & 0x7fff;
}

static bool never_waits(u64 timeout)
{
	return timeout && !(timeout & 0x3ff);
}

static void wait(struct m_thread *t, enum thread_state state, u64 timeout)
{
	t->state = state;
	/* In the middle of a transfer that one's goes on. */
	if (t->peer == NOBODY)
		t->deadline = timeout ? machine.tsc + ticks_of(timeout) : 0;
}

static void run_on(struct m_thread *t)
{
	t->state = THREAD_READY;
	t->deadline = 0;
}

void model_finish(struct m_thread *t, long result)
{
	t->regs.ax = result;
	run_on(t);
}

/* A page for a string is there, or will not come: the string goes on, or ends. */
static void page_answered(struct m_thread *t, int error)
{
	struct m_thread *peer = &thread[t->peer], *from = t->sends ? t : peer;
	struct m_thread *worker = t->works ? t : peer;

	t->fault.proto = 0;
	t->state = THREAD_IN_TRANSFER;
	from->string_error = error;
	t->flags = t->regs.dx;
	worker->busy = true;
	worker->state = THREAD_READY;
}

static void give_up(struct m_thread *t, long error)
{
	if (!t->fault.proto) {
		model_finish(t, error);
	} else if (t->peer != NOBODY) {
		page_answered(t, -L4_EFAULT);
	} else {
		t->fault.proto = 0;
		t->deadline = 0;
		t->state = THREAD_STOPPED;
	}
}

static void drop_reply_right(struct m_thread *owner)
{
	struct m_thread *caller;

	if (owner->reply_to == NOBODY)
		return;
	caller = &thread[owner->reply_to];
	owner->reply_to = NOBODY;
	caller->replier = NOBODY;
	give_up(caller, -L4_EDEAD);
}

static void enqueue(struct m_thread *to, int from_irq, int from_thread, unsigned int priority)
{
	unsigned int at = 0;

	while (at < to->queued && to->queue[at].priority >= priority)
		at++;
	memmove(&to->queue[at + 1], &to->queue[at], (to->queued - at) * sizeof(to->queue[0]));
	to->queue[at] = (struct waiting){ from_irq, from_thread, priority };
	to->queued++;
}

static void dequeue(struct m_thread *to, int from_irq, int from_thread)
{
	for (unsigned int i = 0; i < to->queued; i++)
		if (to->queue[i].irq == from_irq && to->queue[i].thread == from_thread) {
			to->queued--;
			memmove(&to->queue[i], &to->queue[i + 1],
				(to->queued - i) * sizeof(to->queue[0]));
			return;
		}
	fail_msg("model: not queued");
}

static bool accepts(const struct m_thread *to, int from_irq, int from_thread)
{
	return to->state == THREAD_RECEIVING ||
	       (to->state == THREAD_RECEIVING_FROM && to->partner.irq == from_irq &&
		to->partner.thread == from_thread);
}

static void deliver_irq(int i, struct m_thread *to)
{
	to->regs.ax = l4_tag(0, 0, L4_PROTO_IRQ);
	to->regs.di = irq[i].label;
	run_on(to);
}

/* Does the message about its fault, and the reply, carry all registers. */
static bool brings_registers(const struct m_thread *t)
{
	return t->fault.proto == L4_PROTO_EXCEPTION || t->fault.proto == L4_PROTO_VCPU_DEAD;
}

static void get_registers(const struct m_thread *t, u64 *mr)
{
	struct l4_thread_regs regs = { t->regs, t->fs, t->gs };

	memcpy(mr, &regs, sizeof(regs));
}

static bool set_registers(struct m_thread *t, const u64 *mr)
{
	struct l4_thread_regs regs;

	memcpy(&regs, mr, sizeof(regs));
	if ((s64)(regs.frame.ip << 16) >> 16 != (s64)regs.frame.ip ||
	    (s64)(regs.fs_base << 16) >> 16 != (s64)regs.fs_base ||
	    (s64)(regs.gs_base << 16) >> 16 != (s64)regs.gs_base ||
	    regs.frame.flags & ~(FLAGS_USER | FLAGS_IF | FLAGS_FIXED))
		return false;
	regs.frame.cs = SEL_USER_CS;
	regs.frame.ss = SEL_USER_SS;
	regs.frame.flags |= FLAGS_IF | FLAGS_FIXED;
	t->regs = regs.frame;
	t->fs = regs.fs_base;
	t->gs = regs.gs_base;
	t->can_continue = true;
	return true;
}

long model_regs(struct m_thread *caller, struct m_thread *t, u64 op)
{
	if (op > L4_REGS_WRITE || t == caller)
		return -L4_EINVAL;
	if (op == L4_REGS_WRITE) {
		if (t->state != THREAD_STOPPED && (!t->fault.proto || t->peer != NOBODY))
			return -L4_EBUSY;
		return set_registers(t, &caller->mr[L4_MSG_REGS]) ? 0 : -L4_EINVAL;
	}
	get_registers(t, &caller->mr[L4_MSG_REGS]);
	caller->fresh = L4_MSG_REGS + L4_REGS_WORDS;
	return 0;
}

static u8 memory[TASKS][MEMORY_SIZE];

bool memory_is_there(u64 address)
{
	u64 page = (address - MEMORY) / PAGE_SIZE;

	return address >= MEMORY && address < MEMORY + MEMORY_SIZE && (page % 8 != 7);
}

u8 *model_memory(int in_task, u64 address)
{
	return memory_is_there(address) ? &memory[in_task][address - MEMORY] : NULL;
}

static int map_one(struct m_thread *from, struct m_thread *to, struct l4_item item)
{
	u64 slot = l4_fpage_base(item.what), hot = item.where >> 12 & (WINDOW - 1);
	struct m_received *place = &received[to->task][hot];
	unsigned int g = slot - GATE_SLOT;

	/* Of other types there is only what was never set. */
	if (l4_fpage_type(item.what) != L4_FPAGE_CAP)
		return -L4_EINVAL;
	if (to->fault.proto || !to->window_open)
		return -L4_EOVERFLOW;
	if (place->gate != NOBODY)
		return -L4_EEXIST;
	if (g >= GATES || !gate[g].exists || !(gate[g].rights[from->task] & L4_RIGHT_R))
		return -L4_EFAULT;
	*place = (struct m_received){ g, from->task, gate[g].k };
	to->item[from->items] = item;
	return 0;
}

static bool can_be_mapped(u64 address, u64 size)
{
	u64 last = address + size - 1;

	return last >= address && (last < USER_LOWER_END || address >= KERNEL_SLOT_END);
}

/* How long a thread lets a whole transfer take. */
static void be_patient(struct m_thread *t)
{
	t->deadline = t->string_timeout && !never_waits(t->string_timeout) ?
			      machine.tsc + ticks_of(t->string_timeout) : 0;
}

static int begin_string(struct m_thread *from, struct m_thread *to, struct l4_item item)
{
	struct l4_buffer buffer = to->buffer[from->strings];
	u64 length = item.what >> 12;

	if ((item.what & 0xfff) != L4_ITEM_STRING << L4_FPAGE_TYPE_SHIFT || !length ||
	    length > L4_STRING_MAX || to->fault.proto)
		return -L4_EINVAL;
	if (buffer.size < length)
		return -L4_EOVERFLOW;
	if (!can_be_mapped(item.where, length) || !can_be_mapped(buffer.address, length))
		return -L4_EFAULT;
	to->item[from->items] = (struct l4_item){ item.what, buffer.address };
	from->strings++;
	from->source = item.where;
	from->destination = buffer.address;
	from->left = length;
	from->peer = to - thread;
	to->peer = from - thread;
	from->sends = true;
	to->sends = false;
	from->string_error = 0;
	from->asked = 0;
	if (from->strings == 1) {
		be_patient(from);
		be_patient(to);
	}
	from->works = from->busy = from->priority >= to->priority;
	to->works = to->busy = !from->works;
	from->state = from->works ? THREAD_READY : THREAD_IN_TRANSFER;
	to->state = to->works ? THREAD_READY : THREAD_IN_TRANSFER;
	return 0;
}

static void receive(struct m_thread *t);

/* It has its message, or the answer to its fault. */
static void wake(struct m_thread *t)
{
	bool vcpu_dead = t->fault.proto == L4_PROTO_VCPU_DEAD;

	if (t->fault.proto && t->peer != NOBODY) {
		page_answered(t, 0);
		return;
	}
	t->fault.proto = 0;
	run_on(t);
	if (vcpu_dead)
		t->state = THREAD_STOPPED;
}

static void after_send(struct m_thread *from, struct m_thread *to, int error)
{
	wake(to);
	if (from->flags & L4_IPC_CALL) {
		drop_reply_right(to);
		to->reply_to = from - thread;
		from->replier = to - thread;
		wait(from, THREAD_AWAITING_REPLY, recv_timeout(from));
	} else if (error || !(from->flags & L4_IPC_RECV)) {
		model_finish(from, error);
	} else {
		receive(from);
	}
}

/* The items that are left, and when all of them, or those before a bad one, are there, the words. */
static void transfer_items(struct m_thread *from, struct m_thread *to, int error)
{
	for (; !error && from->items < l4_tag_items(from->tag); from->items += !error) {
		struct l4_item item = from->item[from->items];

		if (l4_fpage_type(item.what) != L4_ITEM_STRING) {
			error = map_one(from, to, item);
			continue;
		}
		error = begin_string(from, to, item);
		if (!error)
			return;
	}
	if (!to->fault.proto) {
		to->regs.r8 = from->regs.r8;
		to->regs.r9 = from->regs.r9;
		to->regs.r10 = from->regs.r10;
		to->regs.bx = from->regs.bx;
		for (unsigned int i = L4_MSG_REGS; i < l4_tag_words(from->tag); i++)
			to->mr[i] = from->mr[i];
		to->fresh = l4_tag_words(from->tag);
		to->regs.ax = (from->tag & ~(0xfUL << L4_TAG_ITEMS_SHIFT)) |
			      (u64)from->items << L4_TAG_ITEMS_SHIFT;
	}
	after_send(from, to, error);
}

static void deliver_fault(struct m_thread *from, struct m_thread *to)
{
	unsigned int words = L4_MSG_REGS;

	if (brings_registers(from)) {
		get_registers(from, &to->mr[L4_MSG_REGS]);
		words = to->fresh = L4_MSG_REGS + L4_REGS_WORDS;
	}
	to->regs.ax = l4_tag(words, 0, from->fault.proto);
	to->regs.r8 = from->fault.mr[0];
	to->regs.r9 = from->fault.mr[1];
	to->regs.r10 = from->fault.mr[2];
	to->regs.bx = from->fault.mr[3];
}

static void transfer(struct m_thread *from, struct m_thread *to, u64 label)
{
	if (!to->fault.proto)
		to->regs.di = label;
	/* A fault in the middle of a string does not disturb what there is of it. */
	if (!from->fault.proto) {
		from->items = from->strings = 0;
		transfer_items(from, to, 0);
		return;
	}
	deliver_fault(from, to);
	after_send(from, to, 0);
}

static void receive(struct m_thread *t)
{
	bool closed = t->flags & L4_IPC_CLOSED;
	unsigned int at = 0;
	struct waiting first;

	if (closed && t->partner_gone) {
		model_finish(t, -L4_EDEAD);
		return;
	}
	while (closed && at < t->queued &&
	       (t->queue[at].irq != t->partner.irq || t->queue[at].thread != t->partner.thread))
		at++;
	if (at >= t->queued) {
		if (never_waits(recv_timeout(t)))
			model_finish(t, -L4_ETIMEDOUT);
		else
			wait(t, closed ? THREAD_RECEIVING_FROM : THREAD_RECEIVING, recv_timeout(t));
		return;
	}
	first = t->queue[at];
	dequeue(t, first.irq, first.thread);
	if (first.irq != NOBODY) {
		irq[first.irq].queued = false;
		deliver_irq(first.irq, t);
		return;
	}
	transfer(&thread[first.thread], t, thread[first.thread].label);
}

/* The send phase to a gate that may be gone (NULL). */
static void send(struct m_thread *from, const struct m_gate *to_gate)
{
	struct m_thread *to;

	if (!to_gate || to_gate->thread == NOBODY) {
		give_up(from, -L4_EDEAD);
		return;
	}
	to = &thread[to_gate->thread];
	if (to == from) {
		give_up(from, -L4_EINVAL);
		return;
	}
	if (accepts(to, NOBODY, from - thread)) {
		transfer(from, to, to_gate->label);
		return;
	}
	if (never_waits(send_timeout(from))) {
		model_finish(from, -L4_ETIMEDOUT);
		return;
	}
	from->to = to - thread;
	from->label = to_gate->label;
	enqueue(to, NOBODY, from - thread, from->priority);
	wait(from, THREAD_SENDING, send_timeout(from));
}

static void reply(struct m_thread *from)
{
	struct m_thread *to;

	if (from->reply_to == NOBODY) {
		model_finish(from, -L4_EDEAD);
		return;
	}
	to = &thread[from->reply_to];
	if (brings_registers(to) && l4_tag_words(from->tag) >= L4_MSG_REGS + L4_REGS_WORDS &&
	    !set_registers(to, &from->mr[L4_MSG_REGS])) {
		model_finish(from, -L4_EINVAL);
		return;
	}
	from->reply_to = NOBODY;
	to->replier = NOBODY;
	transfer(from, to, 0);
}

static bool is_valid(u64 tag, u64 flags)
{
	u64 phases = flags & 0xff;

	if (phases & ~0x1fUL || flags & 0x8000ff00UL || flags >> 47)
		return false;
	switch (phases & ~L4_IPC_CLOSED) {
	case L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL:
		if (phases & L4_IPC_CLOSED)
			return false;
		break;
	case L4_IPC_RECV:
		return true;
	case L4_IPC_SEND:
	case L4_IPC_REPLY:
		if (phases & L4_IPC_CLOSED)
			return false;
		break;
	case L4_IPC_SEND | L4_IPC_RECV:
	case L4_IPC_REPLY | L4_IPC_RECV:
		break;
	default:
		return false;
	}
	return (tag & 0x7f) <= L4_MSG_WORDS && l4_tag_items(tag) <= L4_MSG_ITEMS &&
	       !(tag & 0xf800) && !(tag >> 63);
}

static int find_partner(struct m_thread *t, u64 dest)
{
	int partner;

	t->partner = (struct waiting){ NOBODY, NOBODY, 0 };
	t->partner_gone = false;
	if (dest - IRQ_SLOT < IRQS && irq[dest - IRQ_SLOT].exists) {
		t->partner.irq = dest - IRQ_SLOT;
		return 0;
	}
	if (dest - GATE_SLOT < GATES && gate[dest - GATE_SLOT].rights[t->task]) {
		partner = gate[dest - GATE_SLOT].thread;
	} else if (dest - THREAD_SLOT < THREADS && thread[dest - THREAD_SLOT].k) {
		partner = thread[dest - THREAD_SLOT].dead ? NOBODY : (int)(dest - THREAD_SLOT);
	} else {
		return -L4_ENOCAP;
	}
	if (partner == NOBODY)
		return -L4_EDEAD;
	if (&thread[partner] == t)
		return -L4_EINVAL;
	t->partner.thread = partner;
	return 0;
}

void model_ipc(struct m_thread *t, u64 dest, u64 tag, u64 flags)
{
	const struct m_gate *g = dest - GATE_SLOT < GATES ? &gate[dest - GATE_SLOT] : NULL;
	int error = 0;

	if (!is_valid(tag, flags)) {
		model_finish(t, -L4_EINVAL);
		return;
	}
	t->flags = flags;
	t->tag = tag & ~(0x8000UL << L4_TAG_PROTO_SHIFT);
	if (flags & L4_IPC_CLOSED)
		error = find_partner(t, dest);
	if (!error && (flags & L4_IPC_SEND)) {
		if (!g || !g->rights[t->task])
			error = -L4_ENOCAP;
		else if (!(g->rights[t->task] & L4_RIGHT_W))
			error = -L4_ERIGHTS;
	}
	if (error)
		model_finish(t, error);
	else if (flags & L4_IPC_SEND)
		send(t, g);
	else if (flags & L4_IPC_REPLY)
		reply(t);
	else
		receive(t);
}

/* Takes a thread out of an IPC, as a timeout, a stop or its deletion does. */
static void leave_ipc(struct m_thread *t)
{
	if (t->state == THREAD_SENDING)
		dequeue(&thread[t->to], NOBODY, t - thread);
	if (t->state == THREAD_AWAITING_REPLY) {
		thread[t->replier].reply_to = NOBODY;
		t->replier = NOBODY;
	}
}

static void lose_partner(struct m_thread *t)
{
	leave_ipc(t);
	give_up(t, -L4_EDEAD);
}

static void abort_transfer(struct m_thread *t, long error)
{
	struct m_thread *both[] = { t, &thread[t->peer] };

	for (unsigned int i = 0; i < ARRAY_SIZE(both); i++) {
		both[i]->peer = NOBODY;
		both[i]->busy = false;
		both[i]->fault.proto = 0;
		leave_ipc(both[i]);
		model_finish(both[i], error);
	}
}

bool model_cancel(struct m_thread *t, long error)
{
	if (t->peer != NOBODY) {
		abort_transfer(t, error);
		return true;
	}
	if (t->state != THREAD_SENDING && t->state != THREAD_RECEIVING &&
	    t->state != THREAD_RECEIVING_FROM && t->state != THREAD_AWAITING_REPLY)
		return false;
	leave_ipc(t);
	give_up(t, error);
	return true;
}

void model_priority(struct m_thread *t, unsigned int priority)
{
	t->priority = priority;
	if (t->state != THREAD_SENDING)
		return;
	dequeue(&thread[t->to], NOBODY, t - thread);
	enqueue(&thread[t->to], NOBODY, t - thread, priority);
}

void model_stop(struct m_thread *t, long error)
{
	model_cancel(t, error);
	t->state = THREAD_STOPPED;
	t->deadline = 0;
}

void model_partner_gone(int from_irq, int from_thread)
{
	for (int i = 0; i < THREADS; i++) {
		struct m_thread *t = &thread[i];

		if (!t->k || t->partner.irq != from_irq || t->partner.thread != from_thread)
			continue;
		t->partner_gone = true;
		t->partner = (struct waiting){ NOBODY, NOBODY, 0 };
		if (t->state == THREAD_RECEIVING_FROM)
			lose_partner(t);
	}
}

void model_irq_unbind(struct m_irq *q)
{
	if (q->queued)
		dequeue(&thread[q->thread], q - irq, NOBODY);
	q->queued = q->in_service = q->pending = false;
	q->thread = NOBODY;
}

void model_thread_dies(struct m_thread *t)
{
	model_stop(t, -L4_EDEAD);
	t->dead = true;
	t->vcpu_deadline = 0;
	t->partner = (struct waiting){ NOBODY, NOBODY, 0 };
	model_partner_gone(NOBODY, t - thread);
	drop_reply_right(t);
	while (t->queued && t->queue[t->queued - 1].thread != NOBODY)
		lose_partner(&thread[t->queue[t->queued - 1].thread]);
	for (int i = 0; i < IRQS; i++)
		if (irq[i].exists && irq[i].thread == t - thread)
			model_irq_unbind(&irq[i]);
	while (t->queued)
		lose_partner(&thread[t->queue[0].thread]);
	for (int i = 0; i < GATES; i++)
		if (gate[i].exists && gate[i].thread == t - thread)
			gate[i].thread = NOBODY;
}

static void send_irq(int i, struct m_thread *to)
{
	if (accepts(to, i, NOBODY)) {
		deliver_irq(i, to);
		return;
	}
	irq[i].queued = true;
	enqueue(to, i, NOBODY, 255);
}

void model_irq_fires(int i)
{
	struct m_irq *q = &irq[i];
	struct m_thread *to;

	if (q->thread == NOBODY || q->in_service) {
		q->pending = true;
		return;
	}
	to = &thread[q->thread];
	q->in_service = true;
	q->pending = false;
	if (to->vcpu) {
		if (q->label < 64)
			to->pending |= 1UL << q->label;
		else
			to->more[(q->label - 64) / 64] |= 1UL << q->label % 64;
		to->pending |= (u64)(q->label >= 64) << L4_VCPU_PENDING_MORE;
		if (to->state == THREAD_VCPU_WAITING)
			model_finish(to, 0);
		return;
	}
	if (!q->queued)
		send_irq(i, to);
}

void model_irq_move(int i, int to)
{
	struct m_irq *q = &irq[i];
	bool queued = q->queued;

	if (queued)
		dequeue(&thread[q->thread], i, NOBODY);
	q->queued = false;
	q->thread = to;
	if (queued)
		send_irq(i, &thread[to]);
}

static void expire(u64 now)
{
	for (int i = 0; i < THREADS; i++) {
		struct m_thread *t = &thread[i];

		if (!t->k || t->dead)
			continue;
		if (t->deadline && t->deadline <= now)
			model_cancel(t, -L4_ETIMEDOUT);
		if (t->vcpu_deadline && t->vcpu_deadline <= now) {
			t->vcpu_deadline = 0;
			t->pending |= 1UL << L4_VCPU_PENDING_TIMER;
			if (t->state == THREAD_VCPU_WAITING)
				model_finish(t, 0);
		}
	}
}

void model_fault(struct m_thread *t, int to, const struct m_fault *fault)
{
	if (fault->proto == L4_PROTO_VCPU_DEAD)
		t->can_continue = false;
	if (to == NOBODY) {
		t->state = THREAD_STOPPED;
		return;
	}
	t->fault = *fault;
	t->flags = L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL;
	send(t, to == GATE_GONE ? NULL : &gate[to]);
}

/* 0: the pager is asked, or all is over; else there is nobody to ask. */
static int ask_for_page(struct m_thread *t, u64 address, bool write)
{
	struct m_thread *peer = &thread[t->peer];
	struct m_fault fault = { L4_PROTO_PAGE_FAULT,
				 { (address & ~7UL) | (write ? L4_RIGHT_W : L4_RIGHT_R), t->regs.ip, 0, 0 } };
	int pager = t->pager == NOBODY || t->pager == GATE_GONE ? NOBODY : gate[t->pager].thread;

	if (t->vcpu || pager == NOBODY || &thread[pager] == t || &thread[pager] == peer ||
	    (t->sends ? t : peer)->asked++ == L4_STRING_ATTEMPTS)
		return -L4_EFAULT;
	if (never_waits(peer->string_timeout)) {
		abort_transfer(t, -L4_ETIMEDOUT);
		return 0;
	}
	peer->state = THREAD_IN_TRANSFER;
	model_fault(t, t->pager, &fault);
	return 0;
}

static void copy_on(struct m_thread *worker)
{
	struct m_thread *peer = &thread[worker->peer], *from = worker->sends ? worker : peer;
	struct m_thread *to = &thread[from->peer];
	int error = from->string_error;

	worker->busy = false;
	to->fresh_memory = true;
	for (; !error && from->left; from->left--) {
		const u8 *source = model_memory(from->task, from->source);
		u8 *destination = model_memory(to->task, from->destination);
		struct m_thread *lacks = !source ? from : !destination ? to : NULL;

		if (lacks) {
			error = ask_for_page(lacks, source ? from->destination : from->source, source);
			if (!error)
				return;
			break;
		}
		*destination = *source;
		from->asked = 0;
		from->source++;
		from->destination++;
	}
	from->peer = to->peer = NOBODY;
	from->items += !error;
	transfer_items(from, to, error);
}

/* A thread's pages belong to one task's memory, and no other thread copies to them. */
static void check_memory(struct m_thread *t)
{
	u64 first = MEMORY + (t - thread) * 2 * PAGE_SIZE;

	t->fresh_memory = false;
	for (u64 page = first; page < first + 2 * PAGE_SIZE; page += PAGE_SIZE)
		if (memory_is_there(page))
			assert_memory_equal(model_memory(t->task, page),
					    phys_to_virt(MACHINE_USER_RAM + t->task * MEMORY_SIZE +
							 page - MEMORY), PAGE_SIZE);
}

/* Among equals it is the scheduler's business whose copy goes on first: it is looked at. */
int __real_string_copy(struct thread *from, struct string_fault *fault);
int __wrap_string_copy(struct thread *from, struct string_fault *fault);
int __wrap_string_copy(struct thread *from, struct string_fault *fault)
{
	static u64 copies;

	copies++;
	for (int i = 0; i < THREADS; i++)
		if (thread[i].k == from)
			thread[i].copied = copies;
	return __real_string_copy(from, fault);
}

/* The thread that has gone on with a copy, the first of them; NULL: none. */
static struct m_thread *next_copy(void)
{
	struct m_thread *first = NULL;
	u64 earliest = ~0UL;

	for (int i = 0; i < THREADS; i++) {
		struct m_thread *t = &thread[i], *from;

		if (!lives(i) || !t->busy)
			continue;
		from = t->sends ? t : &thread[t->peer];
		if ((t->k->unfinished & UNFINISHED_TRANSFER) && from->k->transfer.items == from->items)
			continue;
		if (from->copied < earliest) {
			earliest = from->copied;
			first = t;
		}
	}
	return first;
}

/* A copy that begins goes on to its end, or to a page that is missing, when its thread runs. */
void model_copies(void)
{
	struct m_thread *t;

	while ((t = next_copy()))
		copy_on(t);
	for (int i = 0; i < THREADS; i++)
		if (lives(i) && thread[i].fresh_memory)
			check_memory(&thread[i]);
}

void model_settle(void)
{
	if (machine.alarms == seen_alarms)
		return;
	seen_alarms = machine.alarms;
	expire(machine.tsc);
}
