// SPDX-License-Identifier: GPL-2.0
/* Takes rights from guest tasks: what Linux calls flushing TLBs. */
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/mmu_sync.h>
#include <asm/tlbflush.h>
#include "sync.h"

DEFINE_PER_CPU(struct mmu_fault, mmu_fault);
DEFINE_PER_CPU(mm_context_t *, mmu_loaded);
#ifdef CONFIG_SMP
atomic64_t mmu_generation = ATOMIC64_INIT(1);
#endif

/* Is it the page whose fault is being handled, and does nobody else run in the guest? */
static bool may_stay(const mm_context_t *context, unsigned long start, unsigned long end)
{
	return context == raw_cpu_read(mmu_fault.context) &&
	       start == raw_cpu_read(mmu_fault.address) && end - start == PAGE_SIZE &&
	       (!IS_ENABLED(CONFIG_SMP) ||
		atomic_read(&container_of(context, struct mm_struct, context)->mm_users) == 1);
}

/*
 * Returns when no guest page in the range has the rights any more; only then
 * may pages be freed. An address space that is exiting has no guest left.
 */
void mmu_unmap(mm_context_t *context, unsigned long start, unsigned long end,
	       unsigned long rights)
{
	unsigned long generation = context_was_changed(context);
	struct batch batch;

	if (!generation)
		return;
	batch_open(&batch, context, generation);	/* a switch ends what mmu_fault is about */
	if (may_stay(context, start, end))
		raw_cpu_write(mmu_fault.stale, true);
	else
		batch_unmap(&batch, start, PAGE_ALIGN(end - start) >> PAGE_SHIFT, rights);
	batch_close(&batch);
}

/* The guest has nothing there, then. No entry was changed for it, so no map is older for that. */
void mmu_drop(mm_context_t *context, unsigned long address)
{
	struct batch batch;

	batch_open(&batch, context, 0);
	batch_unmap(&batch, address & PAGE_MASK, 1, L4_RIGHTS_ALL);
	batch_close(&batch);
}

/*
 * A breakpoint comes here, so none may be in it. A trace of it may have come
 * here first: then nothing is left to do.
 */
void mmu_unmap_stale(void)
{
	mm_context_t *context = raw_cpu_read(mmu_fault.context);
	unsigned long address = raw_cpu_read(mmu_fault.address);

	if (!context)
		return;
	raw_cpu_write(mmu_fault.context, NULL);
	raw_cpu_write(mmu_fault.stale, false);
	mmu_unmap(context, address, address + PAGE_SIZE, L4_RIGHTS_ALL);
}
NOKPROBE_SYMBOL(mmu_unmap_stale);

/*
 * Of all private pages, which fork shares from now on, the guest has for
 * writing only such as are in mappings that may be written. Under the mmap lock.
 */
void mmu_write_protect(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);
	unsigned long generation = context_was_changed(&mm->context);
	struct batch batch;

	if (!generation)
		return;
	batch_open(&batch, &mm->context, generation);
	for_each_vma(vmi, vma)
		if (vma->vm_flags & VM_WRITE)
			batch_unmap(&batch, vma->vm_start, vma_pages(vma), L4_RIGHT_W);
	batch_close(&batch);
}

/*
 * Whoever maps from now on counts it as used again: the state comes first, for who
 * has read the new generation, and so may map after this, must see it.
 */
void mmu_unmap_all(mm_context_t *context)
{
	struct batch batch;

	WRITE_ONCE(context->state, GUEST_EMPTIED);
	batch_open(&batch, context, context_was_changed(context));
	batch_unmap(&batch, 0, TASK_SIZE_MAX >> PAGE_SHIFT, L4_RIGHTS_ALL);
	batch_close(&batch);
}

/*
 * May Linux's own code touch what current has in the lower half? Not from
 * switch_mm to the end of __switch_to, nor as a kernel thread: the guest that
 * is seen there is another one. Nor while a batch is open.
 */
bool mmu_window_ready(void)
{
	return current->mm && &current->mm->context == raw_cpu_read(mmu_loaded) &&
	       !mmu_batch_open();
}

/* For who may be anywhere: a probe, a sample. */
bool nmi_uaccess_okay(void)
{
	if (!mmu_window_ready())
		return false;
	mmu_fault_end();
	return true;
}
