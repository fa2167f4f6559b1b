/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flushing a TLB here means taking mappings from a guest task. For the
 * server's own half there is nothing left to do: arch_sync_kernel_mappings has
 * already carried over whatever changed.
 */
#ifndef _ASM_L4_TLBFLUSH_H
#define _ASM_L4_TLBFLUSH_H

#include <linux/mm_types.h>
#include <asm/mmu_sync.h>

static inline void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
				   unsigned long end)
{
	mmu_unmap(&vma->vm_mm->context, start, end, L4_RIGHTS_ALL);
}

/*
 * Put off if it is about the page whose fault is being handled: see mmu_fault,
 * which says who sees to it that nobody notices.
 */
static inline void flush_tlb_page(struct vm_area_struct *vma, unsigned long address)
{
	unsigned long start = address & PAGE_MASK;

	mmu_unmap(&vma->vm_mm->context, start, start + PAGE_SIZE, L4_RIGHTS_ALL);
}

/*
 * Called where a whole address space has become read-only: fork, and clearing
 * soft-dirty bits.
 */
static inline void flush_tlb_mm(struct mm_struct *mm)
{
	mmu_write_protect(mm);
}

static inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
}

#define nmi_uaccess_okay nmi_uaccess_okay
bool nmi_uaccess_okay(void);

#endif
