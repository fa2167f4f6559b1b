/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the CPU has of page tables, loaded and cached. One CPU and no PCIDs:
 * what is not loaded is not cached, because every CR3 write empties the TLB of
 * all but the kernel's global entries.
 */
#include "memory/space.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/tables.h"

#define FLUSH_ALL_ABOVE	32	/* pages; beyond, emptying the TLB is cheaper than INVLPG for each */

/*
 * May the loaded view show this space. Of a host with guests it may: which of
 * them is loaded is not looked for, as there can be thousands, and a flush
 * that was not needed does no harm.
 */
static bool is_loaded(const struct space *space)
{
	u64 cr3 = this_cpu()->cr3;

	if (!space->paging.top)
		return false;
	if (cr3 == space_root(space))
		return true;
	if (space_is_guest(space))
		return cr3 == space_guest_root(space);
	return !list_empty(&space->guests);
}

void tlb_flush_range(struct space *space, u64 va, u64 pages)
{
	struct cpu *cpu = this_cpu();

	if (!is_loaded(space))
		return;
	if (pages > FLUSH_ALL_ABOVE) {
		write_cr3(cpu->cr3);
		return;
	}
	for (u64 i = 0; i < pages; i++)
		invlpg(va + i * PAGE_SIZE);
}

void tlb_leave_space(struct space *space)
{
	struct cpu *cpu = this_cpu();

	if (!is_loaded(space))
		return;
	cpu->cr3 = tables_kernel_root();
	write_cr3(cpu->cr3);
}
