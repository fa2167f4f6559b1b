/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC state machine beside a plain model of it: threads of some tasks send,
 * call, reply, receive, fault, time out, are stopped, started and deleted;
 * gates, interrupts and tasks come and go. The model is written from
 * <l4/ipc.h>, <l4/syscall.h> and docs/abi.md: who waits for whom, in which
 * order, and what is in each one's registers afterwards. Which of the ready
 * threads runs is the scheduler's choice, if its priority is the highest.
 *
 * After each operation the state, queue, partner, reply rights, deadline and
 * registers of every thread must be the model's, and the lists behind them
 * sound.
 */
#include "ipc_model.h"
#include "sched/switch.h"

#include <stdlib.h>
#include <string.h>

static u64 fast_count;

/* While nobody runs. The alarm must have its chance, or the root thread would never run again. */
static bool pin_in_sleep(void)
{
	int i = IRQS - PINS + host_below(PINS);

	model_copies();
	model_settle();
	model_copies();
	if (machine_pin_masked[pin_of[i]] || host_one_in(3))
		return false;
	if (irq[i].exists)
		model_irq_fires(i);
	machine_interrupt_kernel(pin_of[i]);
	return true;
}
/* What the current thread does */

/* A fresh set of what a call keeps or passes on. */
static void other_registers(struct m_thread *t)
{
	struct l4_frame *regs = &t->k->regs;

	regs->r8 = host_random();
	regs->r9 = host_random();
	regs->r10 = host_random();
	regs->bx = host_random();
	regs->bp = host_random();
	regs->sp = 0x2000 + host_below(4096);
	regs->ip = 0x1000 + host_below(4096);
	t->regs = *regs;
}

static u64 some_timeout(u64 rare)
{
	if (!host_one_in(rare))
		return L4_TIMEOUT_NEVER;
	return host_one_in(3) ? L4_TIMEOUT_ZERO : host_below(1024) | host_below(6) << 10;
}

/* Mostly a gate, and then mostly one behind which somebody waits. */
static u64 some_slot(void)
{
	int g = 0;

	if (host_one_in(30))
		return host_one_in(2) ? EMPTY_SLOT : L4_CAP_TASK;
	if (host_one_in(8))
		return host_one_in(2) ? THREAD_SLOT + host_below(THREADS) :
					IRQ_SLOT + host_below(IRQS);
	for (int i = 0; i < 6; i++) {
		g = host_below(GATES);
		if (gate[g].thread != NOBODY && thread[gate[g].thread].state == THREAD_RECEIVING)
			break;
	}
	return GATE_SLOT + g;
}

/* Servers and clients, so that there is somebody to talk to; and others who do anything. */
static u64 some_flags(const struct m_thread *t)
{
	static const u64 kinds[] = {
		L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL, L4_IPC_SEND, L4_IPC_SEND | L4_IPC_RECV,
		L4_IPC_RECV, L4_IPC_RECV | L4_IPC_CLOSED, L4_IPC_REPLY,
		L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CLOSED, L4_IPC_REPLY | L4_IPC_RECV | L4_IPC_CLOSED,
	};
	int number = t - thread;
	u64 flags = kinds[host_below(ARRAY_SIZE(kinds))];
	bool plain = !host_one_in(8);

	if (host_one_in(50))
		flags = host_below(64) | (host_one_in(4) ? 1UL << host_below(64) : 0);
	else if (t->reply_to != NOBODY && plain)
		flags = L4_IPC_REPLY | (host_one_in(4) ? 0 : L4_IPC_RECV);
	else if (number % 3 == 1 && plain)
		flags = L4_IPC_RECV;
	else if (number % 3 == 2 && plain)
		flags = L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL;
	/* The root thread comes back by itself. */
	if (!number)
		return (flags & ~(0x7fffUL << 16 | 0x7fffUL << 32)) | 1UL << 16 | 1UL << 32;
	if (!plain || host_one_in(4))
		flags |= some_timeout(4) << L4_IPC_SEND_TIMEOUT_SHIFT |
			 some_timeout(2) << L4_IPC_RECV_TIMEOUT_SHIFT;
	return flags;
}

/* Registers that calls say nothing about, but that go along with all the others. */
static void learn_rest(struct m_thread *t)
{
	const struct l4_frame *k = &t->k->regs;
	struct l4_frame *m = &t->regs;

	m->r12 = k->r12;
	m->r13 = k->r13;
	m->r14 = k->r14;
	m->r15 = k->r15;
	m->r11 = k->r11;
	m->cx = k->cx;
	m->orig_ax = k->orig_ax;
	m->cs = k->cs;
	m->ss = k->ss;
	if (t->busy || (t->state != THREAD_READY && t->state != THREAD_STOPPED))
		m->ax = k->ax;
}

static void some_registers(struct m_thread *t)
{
	struct l4_thread_regs *regs = l4_utcb_regs(t->k->utcb);

	for (unsigned int i = 0; i < L4_REGS_WORDS; i++)
		t->k->utcb->mr[L4_MSG_REGS + i] = host_random();
	regs->frame.flags = host_random() & (host_one_in(10) ? ~0UL : FLAGS_USER | FLAGS_IF);
	regs->frame.ip >>= host_one_in(10) ? 0 : 17;
	regs->fs_base >>= host_one_in(10) ? 0 : 17;
	regs->gs_base >>= host_one_in(10) ? 0 : 17;
	memcpy(&t->mr[L4_MSG_REGS], regs, sizeof(*regs));
}

/* In the thread's own two pages, or nowhere. */
static u64 some_place(const struct m_thread *t)
{
	if (host_one_in(30))
		return host_random();
	return MEMORY + (t - thread) * 2 * PAGE_SIZE + host_below(PAGE_SIZE + PAGE_SIZE / 2);
}

/* A length that stays there; or one that is refused. */
static u64 some_length(const struct m_thread *t, u64 place)
{
	u64 room = MEMORY + (t - thread + 1) * 2 * PAGE_SIZE - place;

	if (host_one_in(50))
		return host_below(2) * (L4_STRING_MAX + 1);
	return min_u64(host_below(host_one_in(6) ? 5000 : 100), room);
}

static void prepare_strings(struct m_thread *t)
{
	struct l4_utcb *utcb = t->k->utcb;

	for (unsigned int i = 0; i < 4; i++) {
		u64 mine = MEMORY + (t - thread) * 2 * PAGE_SIZE + host_below(2 * PAGE_SIZE);
		u8 *byte = model_memory(t->task, mine);
		u64 place = some_place(t), size = MEMORY + (t - thread + 1) * 2 * PAGE_SIZE - place;

		t->buffer[i] = utcb->string[i] = (struct l4_buffer){
			place, t == thread || host_one_in(8) ? 0 : host_one_in(4) ? host_below(100) : size };
		if (byte)
			*byte = *(u8 *)phys_to_virt(MACHINE_USER_RAM + t->task * MEMORY_SIZE + mine - MEMORY) =
				host_random();
	}
	t->string_timeout = utcb->string_timeout = some_timeout(2);
}

static u64 some_tag(struct m_thread *t)
{
	unsigned int words = host_one_in(20) ? host_below(L4_MSG_WORDS + 1) : host_below(6);
	unsigned int items = host_one_in(6) ? host_below(4) : 0;
	u64 tag;

	if (host_one_in(4) && t->reply_to != NOBODY && thread[t->reply_to].fault.proto)
		words = L4_MSG_REGS + L4_REGS_WORDS + host_below(2);
	for (unsigned int i = L4_MSG_REGS; i < words; i++)
		t->mr[i] = t->k->utcb->mr[i] = host_random();
	if (words == L4_MSG_REGS + L4_REGS_WORDS)
		some_registers(t);
	for (unsigned int i = 0; i < items; i++) {
		struct l4_item item = { l4_fpage_cap(GATE_SLOT + host_below(GATES + 1), 0, 7),
					host_below(WINDOW) << 12 };

		/* The root thread must not wait for pagers. */
		if (t != thread && host_below(2)) {
			item.where = some_place(t);
			item.what = l4_string(some_length(t, item.where));
		}
		if (host_one_in(40))
			item.what ^= (l4_fpage_type(item.what) == L4_ITEM_STRING ?
				      1UL << (5 + host_below(59)) :
				      1UL << L4_FPAGE_TYPE_SHIFT);
		t->item[i] = t->k->utcb->item[i] = item;
	}
	tag = l4_tag(words, items, host_below(0x10000)) | (host_random() & 0x7fffffff) << 32;
	return host_one_in(100) ? tag | 1UL << host_below(64) : tag;
}

static void do_ipc(struct m_thread *t)
{
	u64 dest = some_slot(), flags = some_flags(t), tag = some_tag(t);

	t->window_open = !host_one_in(3);
	t->k->utcb->window[L4_FPAGE_CAP] = t->window_open ? l4_fpage_cap(WINDOW_SLOT, 4, 0) :
							    L4_FPAGE_NONE;
	prepare_strings(t);
	other_registers(t);
	t->regs.di = dest;
	t->regs.si = tag;
	t->regs.dx = flags;
	model_ipc(t, dest, tag, flags);
	machine_ipc(dest, tag, flags, !host_one_in(4));
	fast_count += machine_was_fast;
}

static void result(long value)
{
	thread[current].regs.ax = value;
}

static void call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	struct l4_frame *regs = &thread[current].regs;

	regs->di = a;
	regs->si = b;
	regs->dx = c;
	regs->r10 = d;
	machine_call(number, a, b, c, d);
}

/* ENOCAP, EDEAD or 0 for a thread capability. */
static int thread_error(int i)
{
	return !thread[i].k ? -L4_ENOCAP : thread[i].dead ? -L4_EDEAD : 0;
}

static void do_start(struct m_thread *t)
{
	int i = host_below(THREADS), error;
	u64 arg = host_random();

	(void)t;
	for (int n = 0; n < 4 && (!lives(i) || thread[i].state != THREAD_STOPPED); n++)
		i = host_below(THREADS);
	error = thread_error(i);
	if (!error && thread[i].state != THREAD_STOPPED)
		error = -L4_EBUSY;
	if (!error) {
		thread[i].state = THREAD_READY;
		thread[i].can_continue = true;
		thread[i].regs = (struct l4_frame){ .ip = 0x5000, .sp = 0x6000, .di = arg,
						    .flags = FLAGS_FIXED | FLAGS_IF };
	}
	result(error);
	call(L4_CALL_THREAD_START, THREAD_SLOT + i, 0x5000, 0x6000, arg);
}

static void do_control(struct m_thread *t)
{
	int i = 1 + host_below(THREADS - 1), error = thread_error(i);
	u64 op = host_one_in(30) ? L4_THREAD_TIME :
		 L4_THREAD_STOP + (host_below(4) ? 1 + host_below(2) : 0);
	u64 value = host_one_in(40);
	struct m_thread *target = &thread[i];

	(void)t;
	if (!error && value)
		error = -L4_EINVAL;
	if (!error && op == L4_THREAD_CONTINUE)
		error = target->state != THREAD_STOPPED ? -L4_EBUSY :
			target->can_continue ? 0 : -L4_EINVAL;
	if (!error && op == L4_THREAD_CANCEL && target->fault.proto && target->peer == NOBODY)
		error = -L4_EBUSY;
	/* The call's own result first: it may stop itself. */
	result(error);
	if (!error && op == L4_THREAD_TIME)
		result(switch_time_of(target->k));
	else if (!error && op == L4_THREAD_CONTINUE)
		target->state = THREAD_READY;
	else if (!error && op == L4_THREAD_STOP)
		model_stop(target, -L4_ECANCELED);
	else if (!error && !model_cancel(target, -L4_ECANCELED))
		result(-L4_EBUSY);
	call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, op, value, 0);
}

static void do_regs(struct m_thread *t)
{
	int i = host_below(THREADS), error = thread_error(i);
	u64 op = host_below(host_one_in(20) ? 4 : 2);

	some_registers(t);
	if (!error)
		learn_rest(&thread[i]);
	result(error ? error : model_regs(t, &thread[i], op));
	call(L4_CALL_THREAD_REGS, THREAD_SLOT + i, op, 0, 0);
}

static void do_priority(struct m_thread *t)
{
	int i = 1 + host_below(THREADS - 1), error = thread_error(i);
	unsigned int priority = host_one_in(8) ? host_below(300) : host_one_in(3) ? 62 + host_below(5) : 64;

	if (!error && priority > 255)
		error = -L4_EINVAL;
	if (!error && priority > t->priority)
		error = -L4_ERIGHTS;
	if (!error)
		model_priority(&thread[i], priority);
	result(error);
	call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_PRIORITY, priority, 0);
}

static void do_pager(struct m_thread *t)
{
	int i = host_below(THREADS), g = host_below(GATES), error = thread_error(i);
	bool pager = host_below(2);

	if (!error && !gate[g].rights[t->task])
		error = -L4_ENOCAP;
	if (!error && !(gate[g].rights[t->task] & L4_RIGHT_W))
		error = -L4_ERIGHTS;
	if (!error && pager)
		thread[i].pager = g;
	else if (!error)
		thread[i].handler = g;
	result(error);
	call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, pager ? L4_THREAD_PAGER : L4_THREAD_HANDLER,
	     GATE_SLOT + g, 0);
}

static void do_bind(struct m_thread *t)
{
	int i = host_below(IRQS), to = host_below(THREADS) / 3 * 3 + host_below(2), error;
	u64 label = host_below(host_one_in(3) ? 400 : 62);
	bool vcpu_label = label <= 61 || (label >= 64 && label <= 319);
	u64 trigger = host_one_in(3) ? host_below(4) << 8 : 0;
	struct m_irq *q = &irq[i];

	(void)t;
	error = !q->exists ? -L4_ENOCAP : thread_error(to);
	if (!error && q->thread != NOBODY)
		error = -L4_EBUSY;
	if (!error && (trigger == (L4_IRQ_LEVEL | L4_IRQ_EDGE) ||
		       (thread[to].vcpu && !vcpu_label)))
		error = -L4_EINVAL;
	if (!error) {
		q->thread = to;
		q->label = label;
		q->level = i >= IRQS - PINS && (trigger & L4_IRQ_LEVEL);
		if (q->pending)
			model_irq_fires(i);
	}
	result(error);
	call(L4_CALL_IRQ_CONTROL, IRQ_SLOT + i, L4_IRQ_BIND | trigger, THREAD_SLOT + to, label);
}

static void do_move(struct m_thread *t)
{
	int i = host_below(IRQS), to = host_below(THREADS) / 3 * 3 + host_below(2), error;

	(void)t;
	error = !irq[i].exists ? -L4_ENOCAP : thread_error(to);
	if (!error && (irq[i].thread == NOBODY || thread[irq[i].thread].vcpu != thread[to].vcpu))
		error = -L4_EINVAL;
	if (!error)
		model_irq_move(i, to);
	result(error);
	call(L4_CALL_IRQ_CONTROL, IRQ_SLOT + i, L4_IRQ_MOVE, THREAD_SLOT + to, 0);
}

static void do_irq(struct m_thread *t)
{
	int i = host_below(IRQS), error = 0;
	u64 op = host_one_in(20) ? host_below(10) + 5 : host_one_in(8) ? L4_IRQ_UNBIND :
		 host_below(3) ? L4_IRQ_ACK : L4_IRQ_RAISE;
	struct m_irq *q = &irq[i];

	(void)t;
	if (!q->exists) {
		error = -L4_ENOCAP;
	} else if (op == L4_IRQ_UNBIND) {
		model_irq_unbind(q);
	} else if (op == L4_IRQ_ACK) {
		if (q->in_service) {
			q->in_service = false;
			if (q->pending)
				model_irq_fires(i);
		}
	} else if (op == L4_IRQ_RAISE && i < IRQS - PINS) {
		model_irq_fires(i);
	} else {
		error = -L4_EINVAL;
	}
	result(error);
	call(L4_CALL_IRQ_CONTROL, IRQ_SLOT + i, op, 0, 0);
}

static void do_pin(struct m_thread *t)
{
	int i = IRQS - PINS + host_below(PINS);

	(void)t;
	if (machine_pin_masked[pin_of[i]])
		return;
	if (irq[i].exists)
		model_irq_fires(i);
	machine_trap(0x30 + pin_of[i], t->regs.orig_ax);
}

/* To another thread: that one runs next, if it can and nobody is above. */
static void do_yield(struct m_thread *t)
{
	int i = host_below(THREADS), error = 0;
	bool directed = host_below(2);

	if (directed)
		error = thread_error(i);
	result(error);
	if (!error)
		donee = NOBODY;
	if (directed && !error && i != current && thread[i].state == THREAD_READY &&
	    highest_ready() <= t->priority)
		donee = i;
	call(L4_CALL_YIELD, directed ? THREAD_SLOT + i : L4_CAP_NONE, 0, 0, 0);
	if (donee != NOBODY && !thread[donee].busy)
		assert_ptr_equal(machine_current(), thread[donee].k);
}

static void do_take_received(struct m_thread *t)
{
	unsigned int order = host_below(5), first = host_below(WINDOW >> order) << order;

	for (unsigned int i = first; i < first + (1U << order); i++)
		received[t->task][i].gate = NOBODY;
	result(0);
	call(L4_CALL_UNMAP, l4_fpage_cap(WINDOW_SLOT + first, order, L4_RIGHTS_ALL), L4_UNMAP_SELF, 0, 0);
}

static void do_slice(struct m_thread *t)
{
	int i = host_below(THREADS), error = thread_error(i);
	u64 us = host_one_in(10) ? host_below(2) * 10001 : 500 + host_below(1500);

	(void)t;
	if (!error && (us < 100 || us > 10000))
		error = -L4_EINVAL;
	if (!error)
		thread[i].timeslice = us * clock_tsc_khz() / 1000;
	result(error);
	call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_TIMESLICE, us, 0);
}

/* Time passes in ring 3, and what is due comes. */
static void do_time(struct m_thread *t)
{
	u64 ticks = host_below(host_one_in(20) ? 100 * MS : host_one_in(4) ? 10 * MS : MS);

	(void)t;
	for (u64 end = machine.tsc + ticks; machine.tsc < end;) {
		u64 next = machine.alarm && machine.alarm < end ? machine.alarm : end;

		machine_pass(max_u64(next, machine.tsc) - machine.tsc);
		model_settle();
		model_copies();
		check_turns();
	}
	for (int i = 0; i < THREADS; i++)
		assert_true(!thread[i].k || !thread[i].deadline || thread[i].deadline > machine.tsc);
}

/* A vCPU has no stack here for the upcall that a fault makes: that is the fault told. */
static void do_fault(struct m_thread *t)
{
	bool write = host_below(2), page = host_below(2);
	u64 vector = page ? TRAP_PAGE_FAULT : 6, error = page ? (write ? PF_WRITE : 0) | PF_USER : 0;
	struct m_fault fault = { L4_PROTO_EXCEPTION, { vector, error, t->k->regs.ip, t->k->regs.sp } };

	if (t == thread)
		return;
	machine.cr2 = host_below(1UL << 47);
	learn_rest(t);
	t->regs.orig_ax = error;
	if (t->vcpu) {
		fault.proto = L4_PROTO_VCPU_DEAD;
	} else if (page) {
		fault = (struct m_fault){ L4_PROTO_PAGE_FAULT,
					  { (machine.cr2 & ~7UL) | (write ? L4_RIGHT_W : L4_RIGHT_R),
					    t->k->regs.ip, 0, 0 } };
	}
	model_fault(t, page && !t->vcpu ? t->pager : t->handler, &fault);
	machine_trap(vector, error);
}

static void do_vcpu(struct m_thread *t)
{
	if (!t->vcpu) {
		result(-L4_EINVAL);
		call(L4_CALL_VCPU_CONTROL, host_below(8), 0, 0, 0);
		return;
	}
	if (host_one_in(3)) {
		t->pending = t->k->utcb->vcpu.pending = t->k->utcb->vcpu.irq_pending = 0;
		memset(t->more, 0, sizeof(t->more));
		memset(t->k->utcb->vcpu.pending_more, 0, sizeof(t->more));
		return;
	}
	result(0);
	if (host_one_in(3)) {
		t->vcpu_deadline = host_one_in(3) ? 0 : machine.tsc + 1 + host_below(200 * MS);
		call(L4_CALL_VCPU_CONTROL, L4_VCPU_TIMER, t->vcpu_deadline, 0, 0);
	} else {
		if (!t->pending)
			t->state = THREAD_VCPU_WAITING;
		call(L4_CALL_VCPU_CONTROL, L4_VCPU_WAIT, 0, 0, 0);
	}
}

/* What ring 3 does without the kernel, or with little of it. */
static void do_compute(struct m_thread *t)
{
	t->fs = machine.fs_base = host_random();
	t->gs = machine.user_gs_base = host_random();
	t->selectors = machine.selectors = host_one_in(3) ? 0x2b : 0;
	if (host_one_in(3) && (machine.cr0 & CR0_TS))
		machine_trap(TRAP_NO_FPU, 0);
}

static void (*const doings[])(struct m_thread *t) = {
	do_start, do_start, do_control, do_control, do_regs, do_priority, do_pager, do_bind, do_move, do_irq, do_irq, do_pin,
	do_pin, do_yield, do_take_received, do_slice, do_time, do_time, do_fault, do_vcpu, do_compute,
};

static void do_step(void)
{
	struct m_thread *t = &thread[current];
	/* The root thread comes when its time is over, or all others wait: it stops and starts them. */
	if (host_one_in(60))
		world_change();
	else if (host_below(current ? 4 : 2))
		do_ipc(t);
	else if (!current && host_below(2))
		(host_one_in(2) ? do_control : host_one_in(2) ? do_start : do_bind)(t);
	else
		doings[host_below(ARRAY_SIZE(doings))](t);
	model_copies();
	model_settle();
	model_copies();
}

static void agrees_with_the_model(void **state)
{
	u64 steps = host_steps(3000000);

	(void)state;
	host_seed();
	machine_asleep = pin_in_sleep;
	for (host_step = 0; host_step < steps;) {
		u64 end = host_step + 20000;

		world_begin();
		check_all();
		for (; host_step < end && host_step < steps; host_step++) {
			do_step();
			check_all();
		}
		machine_stop_all();
	}
	host_operations(steps);
	print_message("by the short way: %lu\n", fast_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_the_model) };

	return cmocka_run_group_tests_name("ipc_model", tests, NULL, NULL);
}
