// SPDX-License-Identifier: GPL-2.0
/* Takes rights from guest tasks: what Linux calls flushing TLBs. */
#include <linux/mm.h>
#include <linux/irqflags.h>
#include <asm/mmu_sync.h>
#include "sync.h"

struct mmu_fault mmu_fault;

/*
 * Returns when no guest page in the range has the rights any more; only then
 * may pages be freed. An address space that is exiting has no guest left.
 */
void mmu_unmap(mm_context_t *context, unsigned long start, unsigned long end,
	       unsigned long rights)
{
	struct batch batch = { .context = context };
	unsigned long flags;

	if (!context->mapped)
		return;
	local_irq_save(flags);		/* a switch ends what mmu_fault is about */
	if (context == mmu_fault.context && start == mmu_fault.address &&
	    end - start == PAGE_SIZE) {
		mmu_fault.stale = true;
	} else {
		batch_unmap(&batch, start, PAGE_ALIGN(end - start) >> PAGE_SHIFT, rights);
		batch_send(&batch);
	}
	local_irq_restore(flags);
}

void mmu_unmap_stale(void)
{
	mm_context_t *context = mmu_fault.context;
	unsigned long address = mmu_fault.address;

	mmu_fault = (struct mmu_fault) { 0 };
	mmu_unmap(context, address, address + PAGE_SIZE, L4_RIGHTS_ALL);
}

/*
 * Of all private pages, which fork shares from now on, the guest has for
 * writing only such as are in mappings that may be written. Under the mmap lock.
 */
void mmu_write_protect(struct mm_struct *mm)
{
	struct batch batch = { .context = &mm->context };
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	unsigned long flags;

	if (!mm->context.mapped)
		return;
	local_irq_save(flags);
	for_each_vma(vmi, vma)
		if (vma->vm_flags & VM_WRITE)
			batch_unmap(&batch, vma->vm_start, vma_pages(vma), L4_RIGHT_W);
	batch_send(&batch);
	local_irq_restore(flags);
}

void mmu_unmap_all(mm_context_t *context)
{
	mmu_unmap(context, 0, TASK_SIZE_MAX, L4_RIGHTS_ALL);
	context->mapped = false;
}
