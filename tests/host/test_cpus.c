/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole kernel with a thread of the host for each CPU, under the thread
 * sanitizer: what it touches without the lock that it should have is reported.
 * Each CPU acts as ring 3 of the thread that is current there and makes random
 * calls, on objects that all have in common: threads that run elsewhere are
 * stopped, moved and deleted. At the end nothing may be left of any of it.
 */
/* The C library has another sched_yield. */
#define sched_yield library_sched_yield
#include <pthread.h>
#undef sched_yield

#include "machine.h"

#include <asm/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/panic.h"
#include "random.h"
#include "sched/kernel_lock.h"
#include "sched/request.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"
#include "x86/entry/trap.h"

#define CPUS		4
#define STEPS		3000UL		/* calls of each CPU */
#define QUOTA		(8UL << 20)
/* Threads and gates that are always there: on each CPU one that makes calls, and one that answers. */
#define DRIVER(cpu)	(10UL + (cpu))
#define DRIVER_PRIORITY	100
#define SERVER(cpu)	(20UL + (cpu))
#define SERVER_PRIORITY	101
#define GATE(cpu)	(30UL + (cpu))
#define FIRST_SLOT	100UL
#define SLOTS		40UL
#define UTCB(n)		(0x100000UL + ((n) << PAGE_SHIFT))
#define MEMORY		0x40000000UL
#define MEMORY_PAGES	64UL
#define TIMEOUT		200UL		/* us, as l4/ipc.h encodes it */
#define VECTORS		256
#define POLLS		8		/* few, so that a CPU that waits often sleeps */

/* many.c, as entry.S calls it. */
struct l4_frame *trap_syscall_many(void);
struct l4_frame *trap_leave_many(void);
struct l4_frame *trap_user_many(u64 vector);
void trap_kernel_many(u64 vector, struct l4_frame *frame);
struct syscall_result syscall_short_many(struct thread *caller, u64 number);

/* Nothing is patched here. */
const u8 image_many[1], image_many_end[1];

static struct cpu area[CPUS];
static u64 pending[CPUS][VECTORS / 64];
static unsigned long steps, at_work;
static bool ended;
static _Thread_local jmp_buf end;
static struct thread *server[CPUS];
static unsigned long first_seed;
static _Thread_local unsigned long calls;
static unsigned long good[L4_CALL_COUNT], good_short;	/* how often a call did what it was to do */

static void interrupt_cpu(u32 to, u8 vector)
{
	__atomic_fetch_or(&pending[to][vector / 64], 1UL << vector % 64, __ATOMIC_RELEASE);
}

/* An interrupt that has come for this CPU, or 0. */
static u64 take_interrupt(void)
{
	u64 *words = pending[this_cpu()->number];

	if (machine.alarm && read_tsc() >= machine.alarm) {
		machine.alarm = 0;
		return VECTOR_TIMER;
	}
	for (unsigned int i = 0; i < VECTORS / 64; i++) {
		u64 word = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
		unsigned int bit = __builtin_ctzl(word | 1UL << 63);

		if (!word)
			continue;
		__atomic_fetch_and(&words[i], ~(1UL << bit), __ATOMIC_ACQUIRE);
		return i * 64 + bit;
	}
	return 0;
}

/* Is there still an object? When all have worked and none is left, it is over. */
static void look_for_end(void)
{
	if (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
		return;
	kernel_lock();
	if (!object_count())
		__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	kernel_unlock();
}

/* Nobody is ready here. */
static bool asleep(void)
{
	u64 vector;

	while (!(vector = take_interrupt())) {
		look_for_end();
		if (__atomic_load_n(&ended, __ATOMIC_ACQUIRE))
			longjmp(end, 1);
		usleep(20);
	}
	trap_kernel_many(vector, NULL);
	return true;
}

/* Only a request ends it: a wake-up that gets lost is a test without an end. */
static void wait_for_request(void)
{
	u64 *word = &pending[this_cpu()->number][VECTOR_REQUEST / 64];
	u64 bit = 1UL << VECTOR_REQUEST % 64;

	while (!(__atomic_load_n(word, __ATOMIC_ACQUIRE) & bit))
		usleep(20);
	__atomic_fetch_and(word, ~bit, __ATOMIC_ACQUIRE);
	trap_kernel_many(VECTOR_REQUEST, NULL);
}

static void in_window(void)
{
	u64 vector = take_interrupt();

	if (vector)
		trap_kernel_many(vector, NULL);
}

/* If the caller is not current any more it is not known yet, or never. */
static void count_good(const struct thread *caller, u64 number)
{
	if (machine_current() == caller && (s64)caller->regs.ax >= 0)
		__atomic_fetch_add(&good[number], 1, __ATOMIC_RELAXED);
}

static void call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	struct thread *caller = machine_current();

	calls++;
	machine_call(number, a, b, c, d);
	count_good(caller, number);
}

static void ipc(u64 dest, u64 tag, u64 flags)
{
	struct thread *from = machine_current();

	calls++;
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

/* Ring 3 of the current thread. Who has done his part goes on, as the others may wait for it. */
static void ring3(void)
{
	u64 vector = take_interrupt();

	if (vector)
		trap_user_many(vector);
	else if (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
		act();
	else
		usleep(20);
}

/* The root task goes, and all that came from it with it, when each CPU has done its part. */
static void end_all(void)
{
	if (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) > 1) {
		ring3();
		return;
	}
	__atomic_store_n(&at_work, 0, __ATOMIC_RELEASE);
	if (machine_current()->task == machine_root)
		call(L4_CALL_UNMAP, l4_fpage_cap(L4_CAP_TASK, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF, 0, 0);
	else
		ring3();
}

/* Until asleep() ends it. */
static void run_cpu(void)
{
	while (calls < steps)
		ring3();
	if (this_cpu()->number)
		__atomic_fetch_sub(&at_work, 1, __ATOMIC_ACQ_REL);
	for (;;)
		(this_cpu()->number ? ring3 : end_all)();
}

static void be_cpu(struct cpu *cpu)
{
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, cpu))
		panic("GS cannot be set");
}

static void *other_cpu(void *argument)
{
	struct cpu *cpu = argument;

	machine = (struct machine){ .cr0 = CR0_TS, .efer = EFER_SCE, .host_time = true };
	be_cpu(cpu);
	host_seed_thread(first_seed + cpu->number);
	if (!setjmp(end)) {
		trap_leave_many();
		run_cpu();
	}
	return NULL;
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

static void make_cpus(void)
{
	for (unsigned int i = 1; i < CPUS; i++) {
		area[i] = (struct cpu){ .self = &area[i], .number = i, .lapic_id = i };
		cpus[i] = &area[i];
		be_cpu(cpus[i]);
		sched_init();
	}
	be_cpu(cpus[0]);
	this_cpu()->preempt_off = false;
	machine.host_time = true;
	machine_asleep = asleep;
	machine_in_window = in_window;
	machine_interrupt_cpu = interrupt_cpu;
	machine_wait_for_request = wait_for_request;
	request_polls = POLLS;
	machine_door = (struct machine_door){ syscall_short_many, trap_syscall_many, trap_leave_many,
					      ipc_fast_many, kernel_unlock };
	cpu_count = CPUS;
}

static void nothing_is_left(void)
{
	assert_int_equal(object_count(), 0);
	assert_int_equal(machine_quota.used, 0);
	assert_int_equal(machine_memory_used(), 0);
	for (unsigned int i = 0; i < CPUS; i++) {
		assert_null(cpus[i]->current);
		assert_int_equal(cpus[i]->ready_words, 0);
		assert_null(cpus[i]->timers.root);
	}
}

static void all_cpus_at_once(void **state)
{
	static const u64 used[] = {
		L4_CALL_IPC, L4_CALL_TASK_CREATE, L4_CALL_THREAD_CREATE, L4_CALL_GATE_CREATE,
		L4_CALL_IRQ_CREATE, L4_CALL_IRQ_CONTROL, L4_CALL_MAP, L4_CALL_UNMAP, L4_CALL_THREAD_CONTROL,
		L4_CALL_THREAD_START, L4_CALL_YIELD, L4_CALL_THREAD_REGS,
	};
	pthread_t threads[CPUS];

	(void)state;
	steps = host_steps(STEPS);
	at_work = CPUS;
	first_seed = host_random();
	machine_start(QUOTA, DRIVER_PRIORITY);
	make_cpus();
	make_root();
	cpus_many = true;
	for (unsigned int i = 1; i < CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, other_cpu, cpus[i]), 0);
	if (!setjmp(end))
		run_cpu();
	for (unsigned int i = 1; i < CPUS; i++)
		pthread_join(threads[i], NULL);
	nothing_is_left();
	host_operations(CPUS * steps);
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
