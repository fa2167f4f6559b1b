/* SPDX-License-Identifier: GPL-2.0 */
/* See kernel_lock.h. */
#include "sched/kernel_lock.h"

#include "sched/request.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

struct lock kernel_lock_word;

/* What is the thread's and not in its frame is brought there, as others may read and set it meanwhile, or move it. */
static void save_bases(struct thread *thread)
{
	u64 selectors = read_data_selectors();

	if (!thread)
		return;
	if (selectors) {
		thread->selectors = selectors;
		thread->slow |= SLOW_SELECTORS;
	}
	thread->fs_base = read_fs_base();
	thread->gs_base = read_user_gs_base();
}

static void load_bases(struct thread *thread)
{
	if (!thread)
		return;
	thread->slow &= ~SLOW_SELECTORS;
	write_fs_base(thread->fs_base);
	write_user_gs_base(thread->gs_base);
}

void kernel_lock(void)
{
	struct cpu *cpu = this_cpu();
	u32 number;

	if (kernel_try_lock())
		return;
	save_bases(cpu->current);
	number = lock_draw(&kernel_lock_word);
	__atomic_store_n(&cpu->waits, true, __ATOMIC_RELEASE);
	while (!lock_served(&kernel_lock_word, number)) {
		request_serve();
		cpu_relax();
	}
	cpu->waits = false;
	load_bases(cpu->current);
}

bool kernel_lock_wanted(void)
{
	return cpus_many && lock_wanted(&kernel_lock_word);
}

void kernel_offer_lock(void)
{
	if (!kernel_lock_wanted())
		return;
	kernel_unlock();
	kernel_lock();
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
	while (!__atomic_load_n(&home->waits, __ATOMIC_ACQUIRE))
		cpu_relax();
}
