/* SPDX-License-Identifier: GPL-2.0 */
/*
 * String items at random: threads of three tasks send each other pieces of
 * their memory, in sends, calls and replies, alone and beside flexpages; the
 * root thread is their pager, takes pages away, and stops, cancels, continues
 * and deletes them; interrupts and preemption come wherever they may. What
 * arrives must be what was sent; after each step the two ends of each string
 * must fit together. The sanitizer sees every use of an object that is gone.
 */
#include "machine.h"

#include <string.h>

#include "ipc/ipc_string.h"
#include "memory/guest.h"
#include "random.h"
#include "x86/cpu/x86.h"

#define THREADS		8		/* 0 is the root thread */
#define TASKS		3		/* beside the root's */
#define PAGES		32		/* of each thread's source, and of its target */
#define ORDER		17
#define SIZE		(PAGES * PAGE_SIZE)
#define TASK_SLOT	20
#define THREAD_SLOT	30
#define GATE_SLOT	50
#define UTCB(i)		(0x100000UL + (i) * PAGE_SIZE)
#define SOURCE(i)	(0x40000000UL + (i) * 0x100000UL)
#define TARGET(i)	(SOURCE(i) + 0x80000UL)
#define WINDOW(i)	(0x70000000UL + (i) * 0x100000UL)
#define CALL		(L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL)

static struct worker {
	struct thread *k;	/* NULL: deleted */
	bool waits;		/* in an IPC with a receive phase */
	u8 *source[PAGES], *target[PAGES];
} worker[THREADS];

static u64 strings, flexpages, faults;

static u8 pattern(int i, u64 offset)
{
	return (offset * 7 + offset / 253) ^ i * 31;
}

static void open_windows(int work_until)
{
	this_cpu()->preempt_off = false;
	this_cpu()->preempt_left = work_until;
}

static int number_of(const struct thread *thread)
{
	for (int i = 0; i < THREADS; i++)
		if (worker[i].k == thread)
			return i;
	return -1;
}

static struct thread *find_thread(int i)
{
	int error;

	return task_find(machine_root, i ? THREAD_SLOT + i : L4_CAP_THREAD, OBJECT_THREAD, 0, &error);
}

static void must(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	struct thread *root = machine_current();

	assert_ptr_equal(root, worker[0].k);
	machine_call(number, a, b, c, d);
	if ((long)root->regs.ax < 0)
		fail_msg("call %lu: error %ld", number, -(long)root->regs.ax);
}

/* All its memory, or none of it; the root has it at the same addresses. */
static void make_thread(int i)
{
	u64 task = TASK_SLOT + i % TASKS, pager = host_one_in(8) ? 1 + host_below(THREADS - 1) : 0;

	must(L4_CALL_THREAD_CREATE, THREAD_SLOT + i, task, UTCB(i), 0);
	must(L4_CALL_GATE_CREATE, GATE_SLOT + i, THREAD_SLOT + i, i, 0);
	for (int t = 0; t < TASKS; t++)
		must(L4_CALL_MAP, TASK_SLOT + t, l4_fpage_cap(GATE_SLOT + i, 0, L4_RIGHT_W),
		     (GATE_SLOT + i) << 12, 0);
	if (!worker[pager].k)
		pager = 0;
	if (!host_one_in(10))
		must(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_PAGER, GATE_SLOT + pager, 0);
	must(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_PRIORITY, 10 + host_below(4), 0);
	must(L4_CALL_THREAD_START, THREAD_SLOT + i, 0x1000, 0x2000, 0);
	if (host_one_in(2))
		must(L4_CALL_MAP, task, l4_fpage_mem(SOURCE(i), ORDER, L4_RIGHT_R), SOURCE(i), 0);
	if (host_one_in(2))
		must(L4_CALL_MAP, task, l4_fpage_mem(TARGET(i), ORDER, L4_RIGHTS_ALL), TARGET(i), 0);
	worker[i].k = find_thread(i);
	worker[i].waits = false;
}

static void delete_thread(int i)
{
	must(L4_CALL_UNMAP, l4_fpage_cap(GATE_SLOT + i, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF, 0, 0);
	must(L4_CALL_UNMAP, l4_fpage_cap(THREAD_SLOT + i, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF, 0, 0);
	worker[i].k = NULL;
}

static void timer_interrupt(void)
{
	machine.tsc += host_below(20000);
	if (machine.alarm && machine.alarm <= machine.tsc)
		machine_alarm_in_kernel();
	if (host_one_in(3))
		this_cpu()->need_resched = true;	/* another one is to run, or so it seems */
}

static struct l4_item some_string(int i)
{
	u64 offset = host_below(SIZE), length = 1 + host_below(SIZE - offset);

	if (host_below(4))
		length = 1 + host_below(min_u64(length, 300));
	if (host_one_in(40))
		return (struct l4_item){ host_random(), SOURCE(i) };
	return (struct l4_item){ l4_string(length), host_one_in(60) ? host_random() : SOURCE(i) + offset };
}

/* What is sent stands in the words too: thread, and addresses and lengths of up to 8 strings. */
static u64 some_message(struct thread *thread, int i)
{
	unsigned int items = host_one_in(4) ? host_below(4) : 1;

	for (unsigned int n = 0; n < items; n++) {
		struct l4_item item = some_string(i);

		if (host_one_in(6))
			item = (struct l4_item){
				l4_fpage_mem(SOURCE(i), host_one_in(3) ? 12 : ORDER, L4_RIGHT_R), 0 };
		thread->utcb->item[n] = item;
		thread->utcb->mr[10 + 2 * n] = item.what;
		thread->utcb->mr[11 + 2 * n] = item.where;
	}
	thread->regs.r8 = i;
	return l4_tag(10 + 2 * items, items, 0x100);
}

static void offer_buffers(struct thread *thread, int i)
{
	for (unsigned int n = 0; n < L4_MSG_ITEMS; n++) {
		u64 offset = host_below(SIZE);

		thread->utcb->string[n] = (struct l4_buffer){
			host_one_in(60) ? host_random() : TARGET(i) + offset,
			host_one_in(20) ? host_below(100) : SIZE - offset,
		};
	}
	/* So that one does not overwrite the other, each its own page if there are several. */
	thread->utcb->string[1] = (struct l4_buffer){ 0 };
	thread->utcb->window[L4_FPAGE_MEM] = host_one_in(3) ? L4_FPAGE_NONE :
					       l4_fpage_mem(WINDOW(i), ORDER, L4_RIGHTS_ALL);
	thread->utcb->string_timeout = host_one_in(4) ? host_one_in(3) ? L4_TIMEOUT_ZERO :
				       1 + host_below(500) : L4_TIMEOUT_NEVER;
}

static u8 target_byte(int i, u64 address)
{
	u64 offset = address - TARGET(i);

	assert_true(offset < SIZE);
	return worker[i].target[offset / PAGE_SIZE][offset % PAGE_SIZE];
}

/* The strings of a message received must be the sender's memory. */
static void check_received(const struct thread *thread, int i)
{
	u64 tag = thread->regs.ax, from = thread->regs.r8;

	assert_true(from < THREADS);
	for (unsigned int n = 0; n < l4_tag_items(tag); n++) {
		struct l4_item item = thread->utcb->item[n];
		u64 what = thread->utcb->mr[10 + 2 * n], where = thread->utcb->mr[11 + 2 * n];

		assert_int_equal(item.what, what);
		flexpages += item.what == l4_fpage_mem(SOURCE(from), ORDER, L4_RIGHT_R);
		if (l4_fpage_type(item.what) != L4_ITEM_STRING)
			continue;
		for (u64 k = 0; k < l4_string_length(what); k++)
			if (target_byte(i, item.where + k) != pattern(from, where - SOURCE(from) + k))
				fail_msg("byte %lu of %lu is wrong", k, l4_string_length(what));
		strings++;
	}
}

static u64 some_timeouts(void)
{
	u64 send = host_one_in(3) ? host_below(1024) : 0, receive = host_one_in(3) ? host_below(1024) : 0;

	return send << L4_IPC_SEND_TIMEOUT_SHIFT | receive << L4_IPC_RECV_TIMEOUT_SHIFT;
}

/* The current thread is a worker: it looks at what has come, and does the next IPC. */
static void work(struct thread *thread, int i)
{
	static const u64 kinds[] = { CALL, L4_IPC_SEND, L4_IPC_SEND | L4_IPC_RECV, L4_IPC_RECV, L4_IPC_RECV,
				     L4_IPC_RECV | L4_IPC_CLOSED };
	u64 flags = kinds[host_below(ARRAY_SIZE(kinds))], tag;

	if (worker[i].waits && (long)thread->regs.ax >= 0 &&
	    l4_tag_proto(thread->regs.ax) < L4_PROTO_PAGE_FAULT && thread->regs.ax)
		check_received(thread, i);
	worker[i].waits = false;
	if (thread->reply_to && !host_one_in(6))
		flags = L4_IPC_REPLY | (host_one_in(3) ? 0 : L4_IPC_RECV);
	tag = some_message(thread, i);
	offer_buffers(thread, i);
	worker[i].waits = flags & L4_IPC_RECV;
	machine_ipc(GATE_SLOT + 1 + host_below(THREADS - 1), tag, flags | some_timeouts(),
		    host_one_in(2));
}

static void trouble(void)
{
	static const u64 controls[] = { L4_THREAD_STOP, L4_THREAD_CANCEL, L4_THREAD_CONTINUE };
	int i = 1 + host_below(THREADS - 1);
	u64 page = (host_one_in(2) ? SOURCE(i) : TARGET(i)) + host_below(PAGES) * PAGE_SIZE;

	switch (host_below(6)) {
	case 0:
		if (worker[i].k)
			delete_thread(i);
		break;
	case 1:
		machine_call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, controls[host_below(3)], 0, 0);
		break;
	case 2:
		if (worker[i].k)
			must(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_PRIORITY,
			     10 + host_below(4), 0);
		break;
	default:
		must(L4_CALL_UNMAP, l4_fpage_mem(page, 12, host_one_in(3) ? L4_RIGHT_W : L4_RIGHTS_ALL),
		     0, 0, 0);
	}
	for (i = 1; i < THREADS; i++) {
		if (!worker[i].k)
			make_thread(i);
		else if (worker[i].k->state == THREAD_STOPPED && host_one_in(2))
			machine_call(L4_CALL_THREAD_CONTROL, THREAD_SLOT + i, L4_THREAD_CONTINUE, 0, 0);
	}
}

/* The root thread answers a fault, mostly with the page; does some harm at times; and waits again. */
static void rule(struct thread *root)
{
	u64 address = root->regs.r8 & ~0xfffUL, right = root->regs.r8 & 7, flags = L4_IPC_RECV;

	if (root->reply_to && l4_tag_proto(root->regs.ax) == L4_PROTO_PAGE_FAULT) {
		flags |= L4_IPC_REPLY;
		faults++;
		root->utcb->item[0] = (struct l4_item){
			l4_fpage_mem(address, 12, L4_RIGHT_R | right), address };
	}
	if (host_one_in(6))
		trouble();
	machine_ipc(0, l4_tag(0, host_below(5) != 0 && (flags & L4_IPC_REPLY), 0),
		    flags | (1 + host_below(300)) << L4_IPC_RECV_TIMEOUT_SHIFT, host_one_in(2));
}

static void check_thread(const struct thread *thread)
{
	const struct thread *peer = thread->transfer.peer;
	bool copies = thread->unfinished & UNFINISHED_TRANSFER;

	if (!peer) {
		/* It may be another one's pager. */
		assert_int_equal(copies, thread->transfer.answers);
		assert_false(copies && thread->reply_to && !thread->reply_to->fault.proto);
		assert_int_not_equal(thread->state, THREAD_IN_TRANSFER);
		return;
	}
	assert_true(number_of(peer) > 0);
	assert_ptr_equal(peer->transfer.peer, thread);
	assert_int_not_equal(peer->transfer.sends, thread->transfer.sends);
	assert_int_equal(copies, thread->state == THREAD_READY);
	assert_int_not_equal(peer->transfer.works, thread->transfer.works);
	assert_false(copies && !thread->transfer.works);
	if (copies) {
		assert_int_equal(peer->state, THREAD_IN_TRANSFER);
		assert_false(thread->fault.proto || peer->fault.proto);
	} else if (thread->fault.proto) {
		assert_int_equal(thread->fault.proto, L4_PROTO_PAGE_FAULT);
		assert_true(thread->state == THREAD_SENDING || thread->state == THREAD_AWAITING_REPLY);
		assert_int_equal(peer->state, THREAD_IN_TRANSFER);
	} else {
		assert_int_equal(thread->state, THREAD_IN_TRANSFER);
		assert_true(peer->fault.proto || (peer->unfinished & UNFINISHED_TRANSFER));
	}
}

static void step(void)
{
	struct thread *current = machine_current();
	int i = number_of(current);

	assert_true(i >= 0);
	assert_ptr_equal(current->transfer.peer, NULL);
	assert_int_equal(current->state, THREAD_READY);
	open_windows(host_below(3000));
	if (host_one_in(4))
		machine_pass(host_below(100000));
	else if (i)
		work(current, i);
	else
		rule(current);
	for (i = 1; i < THREADS; i++)
		if (worker[i].k)
			check_thread(worker[i].k);
}

static u8 *map_frame(u64 address, u64 number)
{
	phys_t frame = MACHINE_USER_RAM + number * PAGE_SIZE;

	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_MEM, address, frame, PAGE_SIZE,
				  L4_RIGHTS_ALL), 0);
	return phys_to_virt(frame);
}

static void world_begin(void)
{
	u64 frame = 0;

	machine_start(64 << 20, 255);
	open_windows(0);
	worker[0].k = machine_current();
	for (int t = 0; t < TASKS; t++)
		must(L4_CALL_TASK_CREATE, TASK_SLOT + t, 1 << 20, 0, 0);
	must(L4_CALL_GATE_CREATE, GATE_SLOT, L4_CAP_THREAD, 0, 0);
	for (int i = 1; i < THREADS; i++) {
		for (u64 k = 0; k < PAGES; k++) {
			worker[i].source[k] = map_frame(SOURCE(i) + k * PAGE_SIZE, frame++);
			worker[i].target[k] = map_frame(TARGET(i) + k * PAGE_SIZE, frame++);
			for (u64 b = 0; b < PAGE_SIZE; b++)
				worker[i].source[k][b] = pattern(i, k * PAGE_SIZE + b);
		}
		worker[i].k = NULL;
	}
	for (int i = 1; i < THREADS; i++)
		make_thread(i);
}

static void strings_arrive(void **state)
{
	u64 steps = host_steps(1000000);

	(void)state;
	host_seed();
	machine_in_window = timer_interrupt;
	for (host_step = 0; host_step < steps;) {
		u64 end = host_step + 20000;

		world_begin();
		for (; host_step < end && host_step < steps; host_step++)
			step();
		this_cpu()->preempt_off = true;
		machine_stop_all();
	}
	host_operations(steps);
	print_message("strings: %lu, large flexpages: %lu, faults: %lu\n", strings, flexpages, faults);
	assert_true(strings > steps / 100 && flexpages > steps / 1000);
}

/* The compiler thinks that a CPU is always where it was: so it must be there before. */
static int find_cpu(void **state)
{
	(void)state;
	machine_start(1 << 20, 255);
	machine_stop_all();
	return 0;
}

/* Two vCPUs of one guest: with several CPUs its tables are theirs for the copy, once. */
static void within_one_guest(void **state)
{
	static struct thread from, to;
	static struct l4_utcb utcb;
	struct steps steps = { 0 };
	struct string_fault fault;
	struct task *guest;
	u64 done;
	int error;

	(void)state;
	machine_start(8UL << 20, 100);
	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_MEM, KERNEL_SLOT_END, MACHINE_USER_RAM, 2 * PAGE_SIZE,
				  L4_RIGHTS_ALL), 0);
	assert_int_equal(task_create(machine_root, TASK_SLOT, 0, L4_TASK_GUEST), 0);
	guest = task_find(machine_root, TASK_SLOT, OBJECT_TASK, 0, &error);
	utcb.batch[0] = (struct l4_batch_entry){
		0x1000 | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_W, KERNEL_SLOT_END, 2,
	};
	assert_int_equal(guest_update(&machine_root->space, &guest->space, &utcb, 1, &done, &steps), 0);
	from.vcpu.guest = to.vcpu.guest = guest;
	from.transfer.peer = &to;
	from.transfer.source = 0x1000;
	from.transfer.destination = 0x2000;
	from.transfer.left = PAGE_SIZE;
	memset(phys_to_virt(MACHINE_USER_RAM), 0x5a, PAGE_SIZE);
	cpus_many = true;
	assert_int_equal(string_copy(&from, &fault), 0);
	assert_false(guest->space.edited);
	cpus_many = false;
	assert_memory_equal(phys_to_virt(MACHINE_USER_RAM), phys_to_virt(MACHINE_USER_RAM + PAGE_SIZE), PAGE_SIZE);
	machine_stop_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(strings_arrive), cmocka_unit_test(within_one_guest) };

	return cmocka_run_group_tests_name("ipc_string", tests, find_cpu, NULL);
}
