// SPDX-License-Identifier: GPL-2.0
/*
 * Linux clears A bits to learn which pages are in use: for its reclaim, DAMON,
 * idle page tracking, /proc/PID/clear_refs. A guest that still has such a page
 * would use it unseen, so it loses it, and its next access brings the bit back.
 *
 * That need not be at once, only before the guest runs again: consecutive pages
 * are gathered in the context and go in one call. A range that does not go on
 * from there ends the gathering. On another CPU the guest may run meanwhile: it
 * sees the change at that CPU's next tick; if that has none, when it is switched to,
 * or at the next gathering.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/mmu_sync.h>

static void take(mm_context_t *context)
{
	if (context->aged_end)
		mmu_unmap(context, context->aged_start, context->aged_end, L4_RIGHTS_ALL);
	context->aged_end = 0;
	if (current->mm && &current->mm->context == context)
		clear_thread_flag(TIF_LAZY_MMU_UPDATES);
}

void mmu_take_aged(mm_context_t *context)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&context->aged_lock, flags);
	take(context);
	raw_spin_unlock_irqrestore(&context->aged_lock, flags);
}

#ifdef CONFIG_SMP
/* In an interrupt that may be the only thing for long that the current thread notices. */
void mmu_look_at_aged(void)
{
	struct mm_struct *mm = current->mm;

	if (mm && READ_ONCE(mm->context.aged_end))
		set_thread_flag(TIF_LAZY_MMU_UPDATES);
}
#endif

/*
 * Whoever runs in the guest next comes by switch_mm, which looks at the context,
 * unless it is the current thread: its flag is seen on the way to user mode.
 */
static void gather(struct mm_struct *mm, unsigned long address)
{
	mm_context_t *context = &mm->context;

	if (context->state != GUEST_USED)
		return;
	raw_spin_lock(&context->aged_lock);
	if (context->aged_end != address) {
		take(context);
		context->aged_start = address;
	}
	context->aged_end = address + PAGE_SIZE;
	raw_spin_unlock(&context->aged_lock);
	if (mm == current->mm)
		set_thread_flag(TIF_LAZY_MMU_UPDATES);
}

int ptep_test_and_clear_young(struct vm_area_struct *vma, unsigned long address, pte_t *ptep)
{
	unsigned long flags;
	pte_t pte;
	int young;

	local_irq_save(flags);
	pte = ptep_get(ptep);
	do {
		young = !!pte_young(pte);
	} while (young && !try_cmpxchg(&ptep->pte, &pte.pte, pte_val(pte_mkaged(pte))));
	if (young)
		gather(vma->vm_mm, address & PAGE_MASK);
	local_irq_restore(flags);
	return young;
}
EXPORT_SYMBOL_GPL(ptep_test_and_clear_young);
