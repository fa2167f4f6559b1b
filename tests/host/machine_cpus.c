/* SPDX-License-Identifier: GPL-2.0 */
/* See machine_cpus.h. */
/* The C library has another sched_yield. */
#define sched_yield library_sched_yield
#include <pthread.h>
#undef sched_yield

#include "machine_cpus.h"

#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/panic.h"
#include "random.h"
#include "sched/kernel_lock.h"
#include "sched/request.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"
#include "x86/entry/trap.h"

#define VECTORS		256
#define POLLS		8		/* few, so that a CPU that waits often sleeps */

/* Nothing is patched here. */
const u8 image_many[1], image_many_end[1];

static struct cpu area[CPUS];
static u64 pending[CPUS][VECTORS / 64];
static unsigned long steps, at_work, first_seed;
static void (*act)(void);
_Thread_local unsigned long cpus_calls;
static bool ended;
static _Thread_local jmp_buf end;

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

static bool root_is_dead(void)
{
	bool dead;

	kernel_lock();
	dead = machine_root->object.dead;
	kernel_unlock();
	return dead;
}

/*
 * The root task goes, and all that came from it with it, when each CPU has done its part. The
 * thread that ends it does so in its own time: one of the task with a higher priority goes on
 * until it is its turn, so it must not keep the CPU for good.
 */
static void end_all(void)
{
	if (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) > 1) {
		ring3();
		return;
	}
	__atomic_store_n(&at_work, 0, __ATOMIC_RELEASE);
	if (machine_current()->task != machine_root)
		ring3();
	else if (root_is_dead())
		act();
	else
		machine_call(L4_CALL_UNMAP, l4_fpage_cap(L4_CAP_TASK, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF, 0, 0);
}

/* Until asleep() ends it. */
static void run_cpu(void)
{
	while (cpus_calls < steps)
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

void cpus_run(unsigned long calls, void (*make)(void), void (*act_there)(void))
{
	pthread_t threads[CPUS];

	steps = calls;
	act = act_there;
	at_work = CPUS;
	first_seed = host_random();
	machine_start(CPUS_QUOTA, CPUS_PRIORITY);
	make_cpus();
	make();
	cpus_many = true;
	for (unsigned int i = 1; i < CPUS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, other_cpu, cpus[i]), 0);
	if (!setjmp(end))
		run_cpu();
	for (unsigned int i = 1; i < CPUS; i++)
		pthread_join(threads[i], NULL);
	nothing_is_left();
	host_operations(CPUS * steps);
}
