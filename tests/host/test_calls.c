/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random system calls, faults and interrupts of random threads, with interrupts
 * also in the middle of long work: at each preemption point others may get to
 * run. There is no model here; after each step all lists and links of the
 * kernel must be sound, and at the end nothing may be left.
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"

#define SLOTS		64	/* that calls use, of each table */
#define FIRST_SLOT	32UL	/* aligned to all flexpages used */
#define PAGES		64	/* of memory, at the same address everywhere */
#define MEMORY		0x40000000UL
#define GUEST_MEMORY	0x7000000UL
#define MANY		4096	/* objects, at most */

static struct thread *threads[MANY];
static unsigned int thread_count;
static u64 seen[MANY], seen_count;
static u64 calls_made, windows;
static struct thread *reaper;

/* Structure */

static bool is_queued_once(const struct list *head, const struct list *item)
{
	unsigned int found = 0;
	const struct list *pos;

	list_for_each(pos, head) {
		assert_ptr_equal(pos->next->prev, pos);
		found += pos == item;
	}
	return found == 1;
}

static bool is_thread(const struct thread *k)
{
	for (unsigned int i = 0; i < thread_count; i++)
		if (threads[i] == k)
			return true;
	return false;
}

static bool waits(const struct thread *k)
{
	return k->state == THREAD_IN_TRANSFER || k->state == THREAD_SENDING || k->state == THREAD_RECEIVING ||
	       k->state == THREAD_RECEIVING_FROM || k->state == THREAD_AWAITING_REPLY;
}

static void check_senders(const struct thread *k)
{
	unsigned int priority = 255;
	const struct list *pos;

	list_for_each(pos, &k->senders) {
		const struct sender *s = list_entry(pos, const struct sender, link);

		assert_ptr_equal(pos->next->prev, pos);
		assert_ptr_equal(s->to, k);
		assert_true(s->priority <= priority);
		priority = s->priority;
		if (!s->is_irq)
			assert_int_equal(container_of(s, const struct thread, sender)->state,
					 THREAD_SENDING);
	}
}

static void check_thread(const struct thread *k)
{
	const struct list *pos;

	check_senders(k);
	if (k->reply_to)
		assert_true(is_thread(k->reply_to) && k->reply_to->replier == k);
	assert_int_equal(k->replier != NULL, k->state == THREAD_AWAITING_REPLY);
	if (k->replier)
		assert_true(is_thread(k->replier) && k->replier->reply_to == k);
	assert_int_equal(k->sender.to != NULL, k->state == THREAD_SENDING);
	if (k->sender.to)
		assert_true(is_queued_once(&k->sender.to->senders, &k->sender.link));
	if (k->state == THREAD_RECEIVING_FROM)
		assert_true(k->partner && is_queued_once(&k->partner->awaited_by, &k->partner_link));
	assert_true(!k->timeout.queued || waits(k) || k->transfer.peer);
	assert_true(!k->fault.proto || waits(k) || k->state == THREAD_READY);
	list_for_each(pos, &k->gates)
		assert_ptr_equal(list_entry(pos, struct gate, thread_link)->thread, k);
	list_for_each(pos, &k->irqs)
		assert_ptr_equal(list_entry(pos, struct irq, thread_link)->thread, k);
	if (k->transfer.peer) {
		assert_true(is_thread(k->transfer.peer) && k->transfer.peer->transfer.peer == k);
		assert_int_equal(k->transfer.sends, !k->transfer.peer->transfer.sends);
		assert_int_equal(k->transfer.works, !k->transfer.peer->transfer.works);
		assert_true(waits(k) || (k->transfer.works && (k->unfinished & UNFINISHED_TRANSFER)));
	} else {
		assert_int_not_equal(k->state, THREAD_IN_TRANSFER);
		assert_false(k->unfinished & UNFINISHED_TRANSFER);
	}
	if (k->object.ended) {
		assert_int_equal(k->state, THREAD_STOPPED);
		assert_true(list_empty(&k->senders) && list_empty(&k->gates) && list_empty(&k->irqs) &&
			    list_empty(&k->doomed));
		assert_false(k->timeout.queued || k->vcpu.timer.queued || k->reply_to);
	}
	assert_true(list_empty(&k->doomed) || k->unfinished & UNFINISHED_DELETION);
}

static void check_run_queues(void)
{
	const struct cpu *cpu = this_cpu();
	unsigned int found = 0, ready = 0;

	assert_null(cpu->heir);
	for (int p = 0; p < SCHED_PRIORITIES; p++) {
		const struct list *queue = &cpu->ready.queue[p], *pos;

		assert_int_equal(list_empty(queue), !(cpu->ready.bitmap[p / 64] >> (p % 64) & 1));
		list_for_each(pos, queue) {
			const struct thread *k = list_entry(pos, const struct thread, ready_link);

			assert_ptr_equal(pos->next->prev, pos);
			assert_int_equal(k->state, THREAD_READY);
			assert_int_equal(k->priority, p);
			assert_ptr_not_equal(k, cpu->current);
			found += k != reaper;
			assert_true(k == reaper || is_thread(k));
		}
	}
	for (unsigned int i = 0; i < thread_count; i++)
		ready += threads[i]->state == THREAD_READY && threads[i] != cpu->current;
	assert_int_equal(found, ready);
}

static unsigned int check_heap(const struct timer *t)
{
	unsigned int count = 0;

	for (; t; t = t->sibling)
		count += 1 + check_heap(t->child);
	return count;
}

/* How many slots of all tables name it. */
static unsigned int count_names(struct task *in, const struct object *object)
{
	unsigned int count = 0;

	for (u64 i = 0; i < FIRST_SLOT + SLOTS; i++)
		count += cap_object(cap_word(&in->space, i)) == object;
	return count;
}

static void look_at(struct list *objects)
{
	struct list *pos;

	list_for_each(pos, objects) {
		struct object *object = list_entry(pos, struct object, link);

		assert_ptr_equal(pos->next->prev, pos);
		assert_true(seen_count < MANY);
		seen[seen_count++] = (u64)object;
		if (object->type == OBJECT_THREAD)
			threads[thread_count++] = (struct thread *)object;
	}
}

static bool walked(const struct thread *const *some, unsigned int count, const struct thread *k)
{
	while (count--)
		if (some[count] == k)
			return true;
	return false;
}

/*
 * Those that wait to be shut down are on lists of threads: of some that wait
 * themselves, of one that has deleted itself, or of the reaper, which is no object.
 * A thread in a run queue may be found before the list that it is on.
 */
static void find_objects(void)
{
	const struct thread *early[MANY];
	unsigned int next = 0, early_count = 0;

	thread_count = seen_count = 0;
	reaper = NULL;
	look_at(&object_all);
	for (int p = SCHED_PRIORITIES; p >= 0; p--) {
		struct list *queue = &this_cpu()->ready.queue[p % SCHED_PRIORITIES], *pos;

		for (; next < thread_count; next++)
			if (!walked(early, early_count, threads[next]))
				look_at(&threads[next]->doomed);
		if (p == SCHED_PRIORITIES)
			continue;
		list_for_each(pos, queue) {
			struct thread *k = list_entry(pos, struct thread, ready_link);

			if (is_thread(k))
				continue;
			assert_true(early_count < MANY);
			early[early_count++] = k;
			look_at(&k->doomed);
			if (!k->object.ops)
				reaper = k;
			for (; next < thread_count; next++)
				if (!walked(early, early_count, threads[next]))
					look_at(&threads[next]->doomed);
		}
	}
}

static void check_capabilities(void)
{
	for (unsigned int i = 0; i < seen_count; i++) {
		const struct object *object = (const struct object *)seen[i];
		unsigned int names = 0;

		for (unsigned int t = 0; t < seen_count; t++)
			if (((const struct object *)seen[t])->type == OBJECT_TASK)
				names += count_names((struct task *)seen[t], object);
		assert_int_equal(names, object->caps);
	}
}

static void check(void)
{
	unsigned int timers = 0;

	find_objects();
	for (unsigned int i = 0; i < thread_count; i++) {
		check_thread(threads[i]);
		timers += threads[i]->timeout.queued + threads[i]->vcpu.timer.queued;
	}
	assert_int_equal(check_heap(this_cpu()->timers.root), timers);
	check_run_queues();
	assert_true(is_thread(machine_current()) && !machine_current()->object.ended);
	assert_int_equal(machine_current()->state, THREAD_READY);
	assert_int_equal(machine_current()->unfinished, 0);
	/* Whose FPU state is in the CPU must be who can use it. */
	assert_true((machine.cr0 & CR0_TS) || this_cpu()->fpu_owner == machine_current());
	/* Watchpoints are only set while the vCPU runs that wants them, and SYSCALL is off as long. */
	assert_true(this_cpu()->debug_on || !machine.debug_control);
	assert_int_equal(this_cpu()->debug_on, !(machine.efer & EFER_SCE));
	assert_true(!this_cpu()->debug_on || machine_current()->slow & SLOW_DEBUG);
	assert_int_equal(!!(machine.cr4 & CR4_TSD),
			 this_cpu()->trap_tsc && machine_current()->vcpu.user_mode);
	assert_true(this_cpu()->debug_on || !this_cpu()->trap_tsc);
	for (int i = 0; i < 4; i++)
		assert_true(machine.debug_address[i] < USER_LOWER_END);
	if (host_step % 64 == 0)
		check_capabilities();
}

/* Interrupts */

static bool pin_fires(void)
{
	u64 pin = host_below(MACHINE_PINS);

	if (machine_pin_masked[pin])
		return false;
	machine_interrupt_kernel(pin);
	return true;
}

static void window(void)
{
	windows++;
	/* No less than the longest step: each must get one done. */
	this_cpu()->preempt_left = 4500 + host_below(1000);
	if (host_one_in(3))
		pin_fires();
	if (host_one_in(2) && machine.alarm)
		machine_alarm_in_kernel();
}

/* Operations */

static u64 some_slot(void)
{
	return host_one_in(20) ? host_below(FIRST_SLOT) : FIRST_SLOT + host_below(SLOTS);
}

/* Of that type, if the task has one. */
static u64 slot_with(unsigned int type)
{
	const struct space *space = &machine_current()->task->space;
	u64 slot = some_slot();

	for (int i = 0; i < 20; i++) {
		const struct object *object = cap_object(cap_word(space, slot));

		if (object && object->type == type)
			break;
		slot = some_slot();
	}
	return slot;
}

static u64 free_slot(void)
{
	u64 slot = FIRST_SLOT + host_below(SLOTS);

	for (int i = 0; i < 5 && cap_word(&machine_current()->task->space, slot); i++)
		slot = FIRST_SLOT + host_below(SLOTS);
	return slot;
}

static u64 some_address(void)
{
	return (host_one_in(8) ? KERNEL_SLOT_END : host_one_in(8) ? GUEST_MEMORY : MEMORY) +
	       host_below(PAGES) * PAGE_SIZE;
}

/* No slots below FIRST_SLOT: the root thread goes on for ever. */
static u64 some_fpage(void)
{
	unsigned int order = host_below(host_below(3) ? 2 : 6);
	u64 rights = host_one_in(3) ? host_below(8) : L4_RIGHTS_ALL;
	u64 grant = host_one_in(6) ? L4_FPAGE_GRANT : 0;

	if (host_one_in(40))
		return l4_fpage_all(host_below(2), rights);
	if (host_below(2))
		return l4_fpage_cap((FIRST_SLOT + host_below(SLOTS)) >> order << order, order, rights) | grant;
	if (host_one_in(8))
		return l4_fpage_io(host_below(256) >> order << order, order, rights) | grant;
	return l4_fpage_mem(some_address() >> (12 + order) << (12 + order), 12 + order, rights) | grant;
}

static u64 some_timeout(void)
{
	return host_one_in(4) ? L4_TIMEOUT_ZERO : 1 + host_below(1000);
}

static void do_ipc(bool root)
{
	static const u64 kinds[] = {
		L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL, L4_IPC_SEND, L4_IPC_SEND | L4_IPC_RECV,
		L4_IPC_RECV, L4_IPC_RECV | L4_IPC_CLOSED, L4_IPC_REPLY, L4_IPC_REPLY | L4_IPC_RECV,
	};
	struct thread *k = machine_current();
	u64 flags = kinds[host_below(ARRAY_SIZE(kinds))];
	u64 dest = slot_with(flags & L4_IPC_CLOSED ? OBJECT_THREAD + host_below(3) : OBJECT_GATE);
	unsigned int items = host_one_in(4) ? host_below(L4_MSG_ITEMS + 1) : 0;
	u64 tag = l4_tag(host_one_in(8) ? host_below(L4_MSG_WORDS + 1) : host_below(5), items,
			 host_below(0x9000));

	/* The kernel's messages are answered with registers that may be good. */
	for (unsigned int i = 0; i < items; i++) {
		k->utcb->item[i].what = !root && host_one_in(20) ? host_random() : some_fpage();
		k->utcb->item[i].where = host_one_in(20) ? host_random() : some_address();
		/* The root thread must not wait for pagers: no strings from it, or to it. */
		if (!root && host_one_in(3))
			k->utcb->item[i].what = l4_string(host_below(host_one_in(4) ? 40000 : 300));
		if (l4_fpage_type(k->utcb->item[i].what) == L4_FPAGE_CAP)
			k->utcb->item[i].where = free_slot() << 12;
	}
	for (unsigned int i = 0; i < L4_MSG_ITEMS; i++)
		k->utcb->string[i] = (struct l4_buffer){ some_address() + host_below(PAGE_SIZE),
							 root ? 0 : host_below(4) * 20000 };
	k->utcb->string_timeout = host_one_in(3) ? some_timeout() : 0;
	for (unsigned int i = 0; i < 3; i++)
		k->utcb->window[i] = host_one_in(4) ? L4_FPAGE_NONE : l4_fpage_all(i, 0);
	if (root || host_one_in(3))
		flags |= some_timeout() << L4_IPC_SEND_TIMEOUT_SHIFT |
			 (root ? 1 + host_below(100) : some_timeout()) << L4_IPC_RECV_TIMEOUT_SHIFT;
	machine_ipc(dest, tag, flags, !host_one_in(4));
}

static void some_batch(struct l4_utcb *utcb, unsigned int count, bool self)
{
	for (unsigned int i = 0; i < count; i++)
		utcb->batch[i] = (struct l4_batch_entry){
			((self ? KERNEL_SLOT_END + 0x100000000 : GUEST_MEMORY) +
			 host_below(PAGES) * PAGE_SIZE) |
			(host_below(3) ? L4_BATCH_MAP | L4_RIGHT_R | host_below(4) :
					 L4_BATCH_UNMAP | host_below(8)),
			some_address(), host_below(host_one_in(4) ? PAGES : 4) };
}

static void some_frame(struct thread *k)
{
	struct l4_frame frame = { .ip = 0x1000, .sp = 0x2000 };
	bool user = host_below(2);

	frame.cs = user ? L4_CS_USER : L4_CS_SERVER;
	frame.ss = user ? L4_SS_USER : L4_SS_SERVER;
	frame.flags = FLAGS_FIXED | (host_below(2) ? FLAGS_IF : 0);
	if (host_one_in(20))
		((u64 *)&frame)[host_below(sizeof(frame) / 8)] = host_random();
	k->regs.sp = some_address() + host_below(8) * 512;
	if (copy_to_user(k->regs.sp, &frame, sizeof(frame)))
		k->utcb->vcpu.batch_count = host_one_in(3) ? host_below(4) : 0;
}

static void do_vcpu(struct thread *k)
{
	k->utcb->vcpu.irq_on = host_below(2);
	k->utcb->vcpu.entry_sp = some_address() + host_below(PAGE_SIZE);
	if (host_one_in(4))
		k->utcb->vcpu.pending = k->utcb->vcpu.irq_pending = 0;
	switch (host_below(7)) {
	case 6:
		k->utcb->vcpu.debug_address[host_below(4)] = some_address();
		k->utcb->vcpu.debug_control = host_one_in(3) ? 0 : host_one_in(5) ? host_random() :
			0x10001 | (host_one_in(2) ? L4_VCPU_TRAP_TSC : 0);
		machine_call(L4_CALL_VCPU_CONTROL, L4_VCPU_DEBUG, 0, 0, 0);
		break;
	case 0:
		machine_call(L4_CALL_VCPU_CONTROL, L4_VCPU_SETUP, 0x3000, 0x4000, 0);
		break;
	case 1:
		machine_call(L4_CALL_VCPU_CONTROL, L4_VCPU_GUEST,
			     host_one_in(5) ? L4_VCPU_NO_GUEST : slot_with(OBJECT_TASK), 0, 0);
		break;
	case 2:
		machine_call(L4_CALL_VCPU_CONTROL, L4_VCPU_TIMER, machine.tsc + host_below(1000000), 0, 0);
		break;
	case 3:
		machine_call(L4_CALL_VCPU_CONTROL, L4_VCPU_WAIT + host_below(3), 0, 0, 0);
		break;
	default:
		some_batch(k->utcb, 4, false);
		some_frame(k);
		machine_resume();
	}
}

static u64 lower_priority(void)
{
	return host_below(machine_current()->priority + (host_one_in(30) ? 300 : 1)) % 255;
}

static void do_control(u64 slot)
{
	u64 what = host_below(L4_THREAD_CONTINUE + 2), value = host_one_in(50);

	if (what == L4_THREAD_PAGER || what == L4_THREAD_HANDLER)
		value = slot_with(OBJECT_GATE);
	else if (what == L4_THREAD_PRIORITY)
		value = lower_priority();
	else if (what == L4_THREAD_TIMESLICE)
		value = 100 + host_below(1000);
	machine_call(L4_CALL_THREAD_CONTROL, slot, what, value, 0);
}

static void do_unmap(void)
{
	machine_call(L4_CALL_UNMAP, some_fpage(), host_below(host_one_in(10) ? 8 : 2), 0, 0);
}

static void do_map(void)
{
	u64 fpage = some_fpage(), where = l4_fpage_base(fpage);

	if (l4_fpage_type(fpage) == L4_FPAGE_CAP)
		where = (FIRST_SLOT + host_below(SLOTS)) >> l4_fpage_order(fpage) << l4_fpage_order(fpage);
	else if (l4_fpage_type(fpage) == L4_FPAGE_MEM && host_one_in(3))
		where = some_address() & ~((1UL << l4_fpage_order(fpage)) - 1);
	if (l4_fpage_type(fpage) != L4_FPAGE_MEM)
		where <<= 12;
	if (l4_fpage_order(fpage) == L4_FPAGE_ORDER_ALL)
		where = 0;
	machine_call(L4_CALL_MAP, host_one_in(3) ? L4_CAP_TASK : slot_with(OBJECT_TASK), fpage, where, 0);
}

static void do_call(struct thread *k)
{
	bool root = k->task == machine_root && k->priority == 255;
	u64 slot;

	switch (host_below(21)) {
	case 0:
		machine_call(L4_CALL_TASK_CREATE, free_slot(), host_one_in(3) ? 0 : 40000 + host_below(300000),
			     host_one_in(3) ? L4_TASK_GUEST : 0, 0);
		break;
	case 1:
	case 2:
		machine_call(L4_CALL_THREAD_CREATE, free_slot(),
			     host_one_in(2) ? L4_CAP_TASK : slot_with(OBJECT_TASK),
			     0x2000000 + host_below(64) * PAGE_SIZE, host_one_in(3));
		break;
	case 3:
		machine_call(L4_CALL_GATE_CREATE, free_slot(),
			     host_one_in(8) ? L4_CAP_THREAD : slot_with(OBJECT_THREAD), host_random(), 0);
		break;
	case 4:
		machine_call(L4_CALL_IRQ_CREATE, free_slot(), L4_CAP_SYSTEM,
			     host_below(2) ? L4_IRQ_SOFT : host_below(MACHINE_PINS + 1), 0);
		break;
	case 5:
		machine_call(L4_CALL_IRQ_CONTROL, slot_with(OBJECT_IRQ), host_below(6) | host_below(8) << 8,
			     slot_with(OBJECT_THREAD), host_below(64));
		break;
	case 6:
		machine_call(L4_CALL_IRQ_CONTROL, slot_with(OBJECT_IRQ), L4_IRQ_ACK + host_below(2), 0, 0);
		break;
	case 7:
	case 8:
		do_map();
		break;
	case 9:
		do_unmap();
		break;
	case 10:
		slot = slot_with(OBJECT_THREAD);
		if (slot != L4_CAP_THREAD || k->task != machine_root)
			do_control(slot);
		break;
	case 11:
	case 12:
		machine_call(L4_CALL_THREAD_START, slot_with(OBJECT_THREAD), 0x1000, some_address(), 0);
		break;
	case 13:
		k->utcb->vcpu.batch_count = 0;
		some_batch(k->utcb, 4, host_below(2));
		machine_call(L4_CALL_GUEST_UPDATE, host_below(2) ? slot_with(OBJECT_TASK) : L4_SELF_TARGET,
			     1 + host_below(4), 0, 0);
		break;
	case 14:
		machine_call(L4_CALL_YIELD, host_below(2) ? slot_with(OBJECT_THREAD) : L4_CAP_NONE, 0, 0, 0);
		break;
	case 15:
		machine_call(host_one_in(4) ? L4_CALL_COUNT + host_below(40) : L4_CALL_TASK_INFO,
			     slot_with(OBJECT_TASK), host_below(3), 0, 0);
		break;
	case 16:
		slot = slot_with(OBJECT_THREAD);
		if (slot != L4_CAP_THREAD)
			machine_call(L4_CALL_THREAD_REGS, slot, host_below(3), 0, 0);
		break;
	case 17:
		machine_call(L4_CALL_SYSTEM_CONTROL, L4_CAP_SYSTEM, host_below(4), host_one_in(2) ? '\n' : 'x', 0);
		break;
	default:
		do_ipc(root);
	}
}

static void do_fault(struct thread *k)
{
	machine.cr2 = host_one_in(8) ? host_random() : some_address();
	if (k->task == machine_root && k->priority == 255)
		return;
	switch (host_below(3)) {
	case 0:
		machine_trap(TRAP_PAGE_FAULT, PF_USER | (host_below(2) ? PF_WRITE : 0));
		break;
	case 1:
		machine_trap(host_below(2) ? TRAP_GENERAL_PROTECTION : 6, 0);
		break;
	case 2:
		if (machine.cr0 & CR0_TS)
			machine_trap(TRAP_NO_FPU, 0);
		break;
	}
}

static void do_step(void)
{
	struct thread *k = machine_current();

	this_cpu()->preempt_left = host_below(200);
	if (k->vcpu.user_mode) {
		/* The process's system calls and faults are upcalls. */
		if (host_below(2))
			machine_trap(TRAP_PAGE_FAULT, PF_USER);
		else
			machine_process_call(host_below(400));
	} else if (host_one_in(12)) {
		do_fault(k);
	} else if (host_one_in(12)) {
		machine_pass(host_below(host_one_in(10) ? 20000000 : 500000));
	} else if (host_one_in(12)) {
		u64 pin = host_below(MACHINE_PINS);

		if (!machine_pin_masked[pin])
			machine_trap(0x30 + pin, 0);
	} else if (k->is_vcpu && host_below(3) == 0) {
		do_vcpu(k);
	} else {
		do_call(k);
	}
	calls_made++;
}

static void begin(void)
{
	static const struct object_ops system_ops = { .type = OBJECT_SYSTEM };
	struct object *system;

	machine_start(6 << 20, 255);
	this_cpu()->preempt_off = false;
	machine_in_window = window;
	machine_asleep = pin_fires;
	system = object_create(&system_ops, sizeof(*system), &machine_quota, NULL);
	assert_int_equal(cap_insert_root(&machine_root->space, L4_CAP_SYSTEM, system, L4_RIGHTS_ALL), 0);
	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_MEM, MEMORY, MACHINE_USER_RAM,
				  PAGES * PAGE_SIZE, L4_RIGHTS_ALL), 0);
	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_IO, 0, 0, 65536, L4_RIGHTS_ALL), 0);
}

static void everything_stays_sound(void **state)
{
	u64 steps = host_steps(500000);

	(void)state;
	host_seed();
	for (host_step = 0; host_step < steps;) {
		u64 until = host_step + 10000;

		begin();
		for (; host_step < until && host_step < steps; host_step++) {
			do_step();
			check();
		}
		machine_in_window = NULL;
		machine_stop_all();
	}
	host_operations(calls_made);
	print_message("interrupted: %lu times\n", windows);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everything_stays_sound) };

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
