/* SPDX-License-Identifier: GPL-2.0 */
/* See kernel_lock.h. */
#include "sched/kernel_lock.h"

#include "sched/request.h"
#include "sched/switch.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

struct lock kernel_lock_word;

static void load_bases(struct thread *thread)
{
	if (!thread)
		return;
	thread->slow &= ~SLOW_SELECTORS;
	write_fs_base(thread->fs_base);
	write_user_gs_base(thread->gs_base);
}

/* From here on others may touch the current thread. */
static void begin_wait(struct cpu *cpu)
{
	if (cpu->current)
		thread_save_bases(cpu->current);
	__atomic_store_n(&cpu->waits, true, __ATOMIC_SEQ_CST);
	request_wake();
}

static void wait_for_lock(struct cpu *cpu)
{
	request_wait(&kernel_lock_word.served, lock_draw(&kernel_lock_word));
	__atomic_store_n(&cpu->waits, false, __ATOMIC_RELEASE);
	load_bases(cpu->current);
}

void kernel_lock(void)
{
	struct cpu *cpu = this_cpu();

	if (kernel_try_lock())
		return;
	begin_wait(cpu);
	wait_for_lock(cpu);
}

bool kernel_lock_wanted(void)
{
	return cpus_many && lock_wanted(&kernel_lock_word);
}

void kernel_offer_lock(void)
{
	struct cpu *cpu = this_cpu();

	if (!kernel_lock_wanted())
		return;
	/* Before the lock goes: the current thread need not be the one whose view is loaded (tlb.c). */
	begin_wait(cpu);
	kernel_unlock();
	wait_for_lock(cpu);
}

void kernel_wait(void)
{
	struct cpu *cpu = this_cpu();
	bool many = cpus_many;

	cpu->idles = true;
	if (many)
		kernel_unlock();
	wait_for_interrupt();
	if (many)
		kernel_lock();
	cpu->idles = false;
}

void kernel_hold(struct thread *thread)
{
	struct cpu *home = thread->home;

	if (likely(home == this_cpu()) || home->current != thread ||
	    __atomic_load_n(&home->waits, __ATOMIC_ACQUIRE))
		return;
	request_look(home);
	request_wait(&home->waits, true);
}
