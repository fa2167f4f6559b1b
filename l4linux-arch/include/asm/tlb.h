/* SPDX-License-Identifier: GPL-2.0 */
/* The end of a batch of removals: one unmap, then the pages are freed. */
#ifndef _ASM_L4_TLB_H
#define _ASM_L4_TLB_H

#include <linux/swap.h>

struct mmu_gather;

#define tlb_flush tlb_flush
static inline void tlb_flush(struct mmu_gather *tlb);

#ifdef CONFIG_SMP
/* Others may still walk a table when it is taken out: it is freed when they cannot any more. */
static inline void __tlb_remove_table(void *table)
{
	free_page_and_swap_cache(table);
}
#endif

#include <asm-generic/tlb.h>
#include <asm/mmu_sync.h>

/*
 * fullmm says either that the address space is exiting (arch_exit_mmap has ended
 * its guest, nothing is left to take) or that several threads removed pages at
 * once: then the range is unknown, and one of them may not have taken its pages
 * from the guest yet.
 */
static inline void tlb_flush(struct mmu_gather *tlb)
{
	if (tlb->fullmm)
		mmu_unmap(&tlb->mm->context, 0, TASK_SIZE_MAX, L4_RIGHTS_ALL);
	else
		mmu_unmap(&tlb->mm->context, tlb->start, tlb->end, L4_RIGHTS_ALL);
}

#endif
