/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the CPUs have of page tables, loaded and cached. There are no PCIDs:
 * what is not loaded is not cached, because every CR3 write empties the TLB of
 * all but the kernel's global entries.
 *
 * Another CPU may load a table while we look: it writes cpu->cr3 before CR3, and
 * what we have changed was changed before we look, so that either we see it or
 * it sees the change.
 */
#include "memory/space.h"

#include "base/panic.h"
#include "memory/task.h"
#include "sched/request.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/tables.h"

#define FLUSH_ALL_ABOVE	32	/* pages; beyond, emptying the TLB is cheaper than INVLPG for each */

/*
 * May the view that a CPU has loaded show this space. Of a host with guests it
 * may: which of them is loaded is not looked for, as there can be thousands, and
 * a flush that was not needed does no harm. guess: whether to say so.
 */
static __always_inline bool is_loaded(const struct cpu *cpu, const struct space *space, bool guess)
{
	u64 cr3 = __atomic_load_n(&cpu->cr3, __ATOMIC_RELAXED);

	if (!space->paging.top)
		return false;
	if (cr3 == space_root(space))
		return true;
	if (space_is_guest(space))
		return cr3 == space_guest_root(space);
	return guess && !list_empty(&space->guests);
}

static bool has_view(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->cr3, __ATOMIC_RELAXED) != tables_kernel_root();
}

/* Who has asked for it has the lock, and waits: nobody looks at cr3 in between. */
static void load_no_view(struct cpu *cpu)
{
	cpu_load_table(cpu, tables_kernel_root());
}

/*
 * The others that may have it. Of a host's guests only its own threads load one;
 * a CPU that waits for the lock may still have what its last thread had.
 */
static u64 loaded_elsewhere(const struct space *space)
{
	u64 set = 0;

	memory_fence();
	for (unsigned int i = 0; i < cpu_count; i++) {
		const struct cpu *cpu = cpus[i];
		const struct thread *current = cpu->current;
		bool may_be_guest = !current || &current->task->space == space ||
				    __atomic_load_n(&cpu->waits, __ATOMIC_ACQUIRE);

		if (cpu != this_cpu() && has_view(cpu) && is_loaded(cpu, space, may_be_guest))
			set |= 1UL << i;
	}
	return set;
}

struct range {
	u64 va, pages;
};

static void flush(struct cpu *cpu, const void *argument)
{
	const struct range *range = argument;

	if (range->pages > FLUSH_ALL_ABOVE) {
		write_cr3(cpu->cr3);
		return;
	}
	for (u64 i = 0; i < range->pages; i++)
		invlpg(range->va + i * PAGE_SIZE);
}

/* Who idles needs no view, and without one is not asked again. */
static void flush_asked(struct cpu *cpu, const void *argument)
{
	if (cpu->idles)
		load_no_view(cpu);
	else
		flush(cpu, argument);
}

static __noinline void flush_elsewhere(const struct space *space, u64 va, u64 pages)
{
	struct range range = { va, pages };
	u64 set = loaded_elsewhere(space);

	if (set)
		request(set, flush_asked, &range);
}

void tlb_flush_range(struct space *space, u64 va, u64 pages)
{
	struct cpu *cpu = this_cpu();

	if (is_loaded(cpu, space, true))
		flush(cpu, &(struct range){ va, pages });
	if (unlikely(cpus_many))
		flush_elsewhere(space, va, pages);
}

bool tlb_flush_here(const struct space *guest, u64 va, u64 pages)
{
	bool elsewhere = false;

	flush(this_cpu(), &(struct range){ va, pages });
	memory_fence();
	for (unsigned int i = 0; i < cpu_count; i++)
		elsewhere |= cpus[i] != this_cpu() && is_loaded(cpus[i], guest, false);
	return !elsewhere;
}

void space_edit_begin_many(struct space *guest)
{
	/* Not for long: who has it has interrupts off, and waits for nothing. */
	while (__atomic_load_n(&guest->edited, __ATOMIC_RELAXED) ||
	       __atomic_exchange_n(&guest->edited, true, __ATOMIC_ACQUIRE))
		cpu_relax();
	if (guest->flush_due) {
		guest->flush_due = false;
		tlb_flush_range(guest, 0, PAGING_ALL);
	}
}

void space_edit_end_many(struct space *guest)
{
	assert(__atomic_load_n(&guest->edited, __ATOMIC_RELAXED));
	__atomic_store_n(&guest->edited, false, __ATOMIC_RELEASE);
}

static void leave(struct cpu *cpu, const void *argument)
{
	if (is_loaded(cpu, argument, true))
		load_no_view(cpu);
}

void tlb_leave_space(struct space *space)
{
	leave(this_cpu(), space);
	if (cpus_many)
		request(loaded_elsewhere(space), leave, space);
}
