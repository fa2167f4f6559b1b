/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLB flushes. One CPU and no PCIDs: what is not loaded is not cached, because
 * every CR3 write empties the TLB of all but the kernel's global entries.
 */
#include "memory/space.h"
#include "sched/switch.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

#define FLUSH_ALL_ABOVE	32	/* pages; beyond, emptying the TLB is cheaper than INVLPG for each */

void tlb_flush_range(struct space *space, u64 va, u64 pages)
{
	struct cpu *cpu = this_cpu();

	if (!switch_space_loaded(space))
		return;
	if (pages > FLUSH_ALL_ABOVE) {
		write_cr3(cpu->cr3);
		return;
	}
	for (u64 i = 0; i < pages; i++)
		invlpg(va + i * PAGE_SIZE);
}
