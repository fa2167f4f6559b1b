/* SPDX-License-Identifier: GPL-2.0 */
/* The end of a batch of removals: one unmap, then the pages are freed. */
#ifndef _ASM_L4_TLB_H
#define _ASM_L4_TLB_H

struct mmu_gather;

#define tlb_flush tlb_flush
static inline void tlb_flush(struct mmu_gather *tlb);

#include <asm-generic/tlb.h>
#include <asm/mmu_sync.h>

/* With fullmm the address space is exiting: arch_exit_mmap has ended its guest. */
static inline void tlb_flush(struct mmu_gather *tlb)
{
	if (!tlb->fullmm)
		mmu_unmap(&tlb->mm->context, tlb->start, tlb->end, L4_RIGHTS_ALL);
}

#endif
