/* SPDX-License-Identifier: GPL-2.0 */
/* What changes when another thread comes to run. */
#include "sched/switch.h"

#include "sched/fpu.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

void thread_save_bases(struct thread *thread)
{
	u64 selectors = read_data_selectors();

	if (selectors) {
		thread->selectors = selectors;
		thread->slow |= SLOW_SELECTORS;
	}
	thread->fs_base = read_fs_base();
	thread->gs_base = read_user_gs_base();
}

/* The rare case of bases and selectors: somebody has selectors, or there was nobody. */
static void switch_selectors(struct thread *prev, struct thread *next)
{
	if (prev)
		thread_save_bases(prev);
	/* Loading FS and GS clears their bases. */
	write_data_selectors(next->slow & SLOW_SELECTORS ? next->selectors : 0);
	next->slow &= ~SLOW_SELECTORS;
	write_fs_base(next->fs_base);
	write_user_gs_base(next->gs_base);
}

/* A vCPU is told when it begins and ends to run. */
static __noinline void tell_end(struct cpu *cpu, const struct thread *prev)
{
	cpu->runs_vcpu = false;
	prev->utcb->vcpu.preempted = prev->state == THREAD_READY;
}

static __noinline void tell_begin(struct cpu *cpu, const struct thread *next)
{
	cpu->runs_vcpu = true;
	next->utcb->vcpu.run_time = next->time;
	next->utcb->vcpu.run_since = cpu->since;
	next->utcb->vcpu.preempted = 0;
}

static inline void count_time(struct cpu *cpu, struct thread *prev)
{
	u64 now = read_tsc();

	if (prev) {
		prev->time += now - cpu->since;
		if (unlikely(prev->is_vcpu))
			tell_end(cpu, prev);
	}
	cpu->since = now;
}

void switch_count_time(struct cpu *cpu, struct thread *prev)
{
	count_time(cpu, prev);
}

void switch_end_idle(struct cpu *cpu, const struct thread *next)
{
	count_time(cpu, NULL);
	if (next->is_vcpu)
		tell_begin(cpu, next);
}

u64 switch_time_of(const struct thread *thread)
{
	const struct cpu *home = thread->home;
	u64 passed = read_tsc() - home->since;

	/* Another CPU's clock may be a little ahead of ours. */
	return thread->time + (home->current == thread && (s64)passed > 0 ? passed : 0);
}

void thread_switch_away(struct thread *prev)
{
	struct cpu *cpu = this_cpu();

	switch_count_time(cpu, prev);
	thread_save_bases(prev);
	cpu->current = NULL;
}

void thread_switch(struct thread *prev, struct thread *next)
{
	struct cpu *cpu = this_cpu();

	cpu->current = next;
	if (unlikely(prev == next))
		return;
	count_time(cpu, prev);
	cpu->tss.rsp0 = (u64)(&next->regs + 1);
	if (likely(prev && !read_data_selectors_any() && !(next->slow & SLOW_SELECTORS))) {
		prev->fs_base = read_fs_base();
		write_fs_base(next->fs_base);
		prev->gs_base = exchange_user_gs_base(next->gs_base);
	} else {
		switch_selectors(prev, next);
	}
	if (unlikely(next->is_vcpu))
		tell_begin(cpu, next);
	if (unlikely(cpu->fpu_on || (next->slow & SLOW_FPU)))
		fpu_switch(next);
	if (unlikely(cpu->debug_on || (next->slow & SLOW_DEBUG)))
		switch_debug(next);
}

bool switch_debug_allowed(const struct l4_vcpu *shared)
{
	u64 types = shared->debug_control >> 16;

	for (int i = 0; i < 4; i++, types >>= 4) {
		bool on_instruction = !(types & 3), on_port = (types & 3) == 2;

		if (on_port || (on_instruction && (types & 12)) ||
		    shared->debug_address[i] >= USER_LOWER_END)
			return false;
	}
	return !(shared->debug_control & ~(DR7_SET | L4_VCPU_TRAP_TSC));
}

void switch_tsc(const struct thread *thread)
{
	bool trap = this_cpu()->trap_tsc && thread->vcpu.user_mode;
	u64 cr4 = read_cr4();

	if (trap != !!(cr4 & CR4_TSD))
		write_cr4(cr4 ^ CR4_TSD);
}

/*
 * While a watchpoint is set SYSCALL is switched off, and is found behind an
 * invalid opcode: a hit that MOV SS has put off would come at the kernel's first
 * instruction, on ring 3's stack. A thread that only traps the time-stamp
 * counter shares this, so that debug_on stays the one question of the fast paths.
 */
void switch_debug(const struct thread *thread)
{
	static const struct l4_vcpu off;
	const struct l4_vcpu *shared = &off;
	u64 efer = read_msr(MSR_EFER) | EFER_SCE;

	/* One that is being deleted has no UTCB any more. */
	if ((thread->slow & SLOW_DEBUG) && thread->utcb &&
	    switch_debug_allowed(&thread->utcb->vcpu))
		shared = &thread->utcb->vcpu;
	this_cpu()->debug_on = shared != &off;
	write_msr(MSR_EFER, this_cpu()->debug_on ? efer & ~EFER_SCE : efer);
	write_debug(shared->debug_address, shared->debug_control & DR7_SET);
	this_cpu()->trap_tsc = shared->debug_control & L4_VCPU_TRAP_TSC;
	switch_tsc(thread);
}

void switch_forget(struct thread *thread)
{
	struct cpu *cpu = thread->home;

	fpu_forget(thread);
	if (cpu->yielded_to == thread)
		cpu->yielded_to = NULL;
	if (cpu->current == thread) {
		cpu->current = NULL;
		cpu->runs_vcpu = false;
		cpu->need_resched = true;
	}
}
