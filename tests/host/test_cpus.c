/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole kernel with a thread of the host for each CPU, under the thread
 * sanitizer: what it touches without the lock that it should have is reported.
 * Each CPU acts as ring 3 of the thread that is current there and makes random
 * calls, on objects that all have in common: threads that run elsewhere are
 * stopped, moved and deleted. At the end nothing may be left of any of it.
 */
#include "machine_cpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "x86/cpu/x86.h"

#define STEPS		3000UL		/* calls of each CPU */
/* Threads and gates that are always there: on each CPU one that makes calls, and one that answers. */
#define DRIVER(cpu)	(10UL + (cpu))
#define DRIVER_PRIORITY	CPUS_PRIORITY
#define SERVER(cpu)	(20UL + (cpu))
#define SERVER_PRIORITY	101
#define GATE(cpu)	(30UL + (cpu))
#define FIRST_SLOT	100UL
#define SLOTS		40UL
#define UTCB(n)		(0x100000UL + ((n) << PAGE_SHIFT))
#define MEMORY		0x40000000UL
#define MEMORY_PAGES	64UL
#define TIMEOUT		200UL		/* us, as l4/ipc.h encodes it */

static struct thread *server[CPUS];
static unsigned long good[L4_CALL_COUNT], good_short;	/* how often a call did what it was to do */

/* If the caller is not current any more it is not known yet, or never. */
static void count_good(const struct thread *caller, u64 number)
{
	if (machine_current() == caller && (s64)caller->regs.ax >= 0)
		__atomic_fetch_add(&good[number], 1, __ATOMIC_RELAXED);
}

static void call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	struct thread *caller = machine_current();

	cpus_calls++;
	machine_call(number, a, b, c, d);
	count_good(caller, number);
}

static void ipc(u64 dest, u64 tag, u64 flags)
{
	struct thread *from = machine_current();

	cpus_calls++;
	machine_ipc(dest, tag, flags, true);
	if (machine_was_fast)
		__atomic_fetch_add(&good_short, 1, __ATOMIC_RELAXED);
	else
		count_good(from, L4_CALL_IPC);
}

static u64 any_slot(void)
{
	return FIRST_SLOT + host_below(SLOTS);
}

static u64 any_page(void)
{
	return l4_fpage_mem(MEMORY + (host_below(MEMORY_PAGES) << PAGE_SHIFT), PAGE_SHIFT,
			    L4_RIGHT_R | (host_below(2) ? L4_RIGHT_W : 0));
}

static void make_something(void)
{
	switch (host_below(4)) {
	case 0:
		call(L4_CALL_GATE_CREATE, any_slot(), host_below(2) ? any_slot() : DRIVER(host_below(CPUS)), 7, 0);
		break;
	case 1:
		call(L4_CALL_IRQ_CREATE, any_slot(), 0, L4_IRQ_SOFT, 0);
		break;
	case 2:
		call(L4_CALL_TASK_CREATE, any_slot(), L4_TASK_QUOTA_MIN * 2, 0, 0);
		break;
	case 3:
		call(L4_CALL_THREAD_CREATE, any_slot(), host_below(2) ? L4_CAP_TASK : any_slot(),
		     UTCB(host_below(SLOTS)), 0);
	}
}

static void control_a_thread(void)
{
	u64 slot = any_slot();

	switch (host_below(6)) {
	case 0:
		call(L4_CALL_THREAD_START, slot, 0x1000, 0x2000, 0);
		break;
	case 1:
		call(L4_CALL_THREAD_CONTROL, slot, L4_THREAD_STOP, 0, 0);
		break;
	case 2:
		call(L4_CALL_THREAD_CONTROL, slot, host_below(2) ? L4_THREAD_CANCEL : L4_THREAD_CONTINUE, 0, 0);
		break;
	case 3:
		call(L4_CALL_THREAD_CONTROL, host_below(4) ? slot : L4_CAP_THREAD, L4_THREAD_CPU, host_below(CPUS), 0);
		break;
	case 4:
		call(L4_CALL_THREAD_CONTROL, slot, L4_THREAD_PRIORITY, host_below(DRIVER_PRIORITY), 0);
		break;
	case 5:
		call(L4_CALL_THREAD_REGS, slot, host_below(2), 0, 0);
	}
}

static void send_something(void)
{
	static const u64 phases[] = {
		L4_IPC_SEND, L4_IPC_RECV, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL, L4_IPC_REPLY,
		L4_IPC_REPLY | L4_IPC_RECV, L4_IPC_RECV | L4_IPC_CLOSED,
	};
	u64 timeout = host_below(4) ? TIMEOUT : L4_TIMEOUT_ZERO;

	/* Without a timeout, as the short way wants it: a server always answers. */
	if (host_below(2)) {
		ipc(GATE(host_below(2) ? this_cpu()->number : host_below(CPUS)), host_below(5),
		    L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL);
		return;
	}
	ipc(any_slot(), host_below(5), phases[host_below(ARRAY_SIZE(phases))] |
	    timeout << L4_IPC_SEND_TIMEOUT_SHIFT | timeout << L4_IPC_RECV_TIMEOUT_SHIFT);
}

static void pass_something(void)
{
	switch (host_below(4)) {
	case 0:
		call(L4_CALL_MAP, any_slot(), l4_fpage_cap(any_slot(), 0, L4_RIGHTS_ALL), any_slot() << 12, 0);
		break;
	case 1:
		call(L4_CALL_UNMAP, l4_fpage_cap(any_slot(), 0, L4_RIGHTS_ALL), host_below(2) ? L4_UNMAP_SELF : 0, 0, 0);
		break;
	case 2:
		call(L4_CALL_MAP, any_slot(), any_page(), MEMORY + (host_below(MEMORY_PAGES) << PAGE_SHIFT), 0);
		break;
	case 3:
		call(L4_CALL_UNMAP, any_page(), 0, 0, 0);
	}
}

static void act(void)
{
	if (machine_current() == server[this_cpu()->number]) {
		/* After an error there is nobody to answer to. */
		ipc(0, 0, L4_IPC_RECV | ((s64)machine_current()->regs.ax < 0 ? 0 : L4_IPC_REPLY));
		return;
	}
	switch (host_below(8)) {
	case 0:
		make_something();
		break;
	case 1:
	case 2:
		control_a_thread();
		break;
	case 3:
		call(L4_CALL_IRQ_CONTROL, any_slot(), host_below(5), any_slot(), 9);
		break;
	case 4:
		call(L4_CALL_YIELD, host_below(2) ? any_slot() : L4_CAP_NONE, 0, 0, 0);
		break;
	case 5:
		pass_something();
		break;
	default:
		send_something();
	}
}

static struct thread *make_thread(u64 slot, u64 utcb, unsigned int cpu, u8 priority)
{
	struct thread *thread;
	int error;

	assert_int_equal(thread_create(machine_root, slot, L4_CAP_TASK, utcb, 0), 0);
	thread = task_find(machine_root, slot, OBJECT_THREAD, 0, &error);
	assert_int_equal(thread_control(machine_current(), thread, L4_THREAD_CPU, cpu), 0);
	thread->priority = priority;
	assert_int_equal(thread_start(thread, 0x1000, 0x2000, 0), 0);
	return thread;
}

static void make_root(void)
{
	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_MEM, MEMORY, MACHINE_USER_RAM,
				  MEMORY_PAGES << PAGE_SHIFT, L4_RIGHTS_ALL), 0);
	for (u64 i = 0; i < CPUS; i++) {
		make_thread(DRIVER(i), UTCB(SLOTS + i), i, DRIVER_PRIORITY);
		server[i] = make_thread(SERVER(i), UTCB(SLOTS + CPUS + i), i, SERVER_PRIORITY);
		assert_int_equal(gate_create(machine_root, GATE(i), SERVER(i), i), 0);
	}
}

static void all_cpus_at_once(void **state)
{
	static const u64 used[] = {
		L4_CALL_IPC, L4_CALL_TASK_CREATE, L4_CALL_THREAD_CREATE, L4_CALL_GATE_CREATE,
		L4_CALL_IRQ_CREATE, L4_CALL_IRQ_CONTROL, L4_CALL_MAP, L4_CALL_UNMAP, L4_CALL_THREAD_CONTROL,
		L4_CALL_THREAD_START, L4_CALL_YIELD, L4_CALL_THREAD_REGS,
	};
	unsigned long steps = host_steps(STEPS);

	(void)state;
	cpus_run(steps, make_root, act);
	print_message("done:");
	for (unsigned int i = 0; i < ARRAY_SIZE(used); i++)
		print_message(" %lu", good[used[i]]);
	print_message(", by the short way %lu\n", good_short);
	for (unsigned int i = 0; i < ARRAY_SIZE(used); i++)
		assert_true(steps < STEPS || good[used[i]]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_cpus_at_once) };

	host_seed();
	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
