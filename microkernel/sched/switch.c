/* SPDX-License-Identifier: GPL-2.0 */
/* What changes when another thread or another address space comes to run. */
#include "sched/switch.h"

#include "base/debug.h"
#include "lib/string.h"
#include "memory/task.h"
#include "sched/fpu.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/tables.h"

/* The rare case of bases and selectors: somebody has selectors, or there was nobody. */
static void switch_selectors(struct thread *prev, struct thread *next)
{
	u64 selectors = read_data_selectors();

	if (prev && selectors) {
		prev->selectors = selectors;
		prev->slow |= SLOW_SELECTORS;
	}
	if (prev) {
		prev->fs_base = read_fs_base();
		prev->gs_base = read_user_gs_base();
	}
	/* Loading FS and GS clears their bases. */
	write_data_selectors(next->slow & SLOW_SELECTORS ? next->selectors : 0);
	next->slow &= ~SLOW_SELECTORS;
	write_fs_base(next->fs_base);
	write_user_gs_base(next->gs_base);
}

void thread_switch(struct thread *prev, struct thread *next)
{
	struct cpu *cpu = this_cpu();

	cpu->current = next;
	if (unlikely(prev == next))
		return;
	cpu->tss.rsp0 = (u64)(&next->regs + 1);
	if (likely(prev && !read_data_selectors_any() && !(next->slow & SLOW_SELECTORS))) {
		prev->fs_base = read_fs_base();
		write_fs_base(next->fs_base);
		prev->gs_base = exchange_user_gs_base(next->gs_base);
	} else {
		switch_selectors(prev, next);
	}
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

static void use_kernel_tables(struct cpu *cpu)
{
	cpu->cr3 = tables_kernel_root();
	write_cr3(cpu->cr3);
}

bool switch_space_loaded(struct space *space)
{
	u64 cr3 = this_cpu()->cr3;
	struct list *pos;

	if (!space->paging.top)
		return false;
	if (cr3 == space_root(space))
		return true;
	if (space_is_guest(space))
		return cr3 == space_guest_root(space);
	list_for_each(pos, &space->guests) {
		struct space *guest = list_entry(pos, struct space, guest_link);

		if (cr3 == space_root(guest) || cr3 == space_guest_root(guest))
			return true;
	}
	return false;
}

static void unload_ports(struct cpu *cpu)
{
	cpu->io_owner = NULL;
	cpu->ports_loaded = false;
	cpu->tss.io_base = cpu->server_io_base = IO_BITMAP_OFF;
}

void switch_leave_space(struct space *space)
{
	struct cpu *cpu = this_cpu();

	if (cpu->io_owner == space)
		unload_ports(cpu);
	if (switch_space_loaded(space))
		use_kernel_tables(cpu);
}

void switch_forget(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	fpu_forget(thread);
	if (cpu->yielded_to == thread)
		cpu->yielded_to = NULL;
	if (cpu->current == thread) {
		cpu->current = NULL;
		cpu->need_resched = true;
	}
}

/*
 * The TSS holds one space's bitmap; io_base decides whether it counts. It is
 * copied only when a port fault shows that somebody else needs the place.
 */
bool switch_load_ports(struct thread *thread)
{
	struct cpu *cpu = this_cpu();
	struct space *space = &thread->task->space;

	if (!space->io_version || thread->vcpu.user_mode)
		return false;
	if (cpu->io_owner == space && cpu->io_version == space->io_version)
		return false;
	for (int i = 0; i < SPACE_IO_PAGES; i++) {
		u8 *part = cpu->tss.io_bitmap + i * PAGE_SIZE;

		if (space->io_bitmap[i])
			memcpy(part, space->io_bitmap[i], PAGE_SIZE);
		else
			memset(part, 0xff, PAGE_SIZE);
	}
	if (unlikely(debug_hooks.port))
		cpu->tss.io_bitmap[debug_hooks.port / 8] |= 1 << debug_hooks.port % 8;
	cpu->io_owner = space;
	cpu->ports_loaded = true;
	cpu->io_version = space->io_version;
	switch_ports(thread);
	return true;
}

bool switch_ports_changed(void)
{
	const struct cpu *cpu = this_cpu();

	return cpu->io_owner->io_version != cpu->io_version;
}

void switch_ports(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	if (switch_ports_changed()) {
		unload_ports(cpu);
		return;
	}
	cpu->server_io_base = cpu->io_owner == &thread->task->space ?
				      offsetof(struct tss, io_bitmap) : IO_BITMAP_OFF;
	cpu->tss.io_base = thread->vcpu.user_mode ? IO_BITMAP_OFF : cpu->server_io_base;
}
