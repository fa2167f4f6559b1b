/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux's page tables and the mappings of guest tasks. Linux's tables are a
 * data structure: no CPU reads them. The rule that ties them together:
 *
 *   a guest has a page for reading only if its entry is present and young, and
 *   for writing only if it is writable and dirty as well;
 *
 * so A and D bits are right without hardware that sets them; A is set when the
 * guest gets the page, never before. More rights are
 * brought to the guest lazily, when it faults (fault.c): mmu_touch does what
 * the CPU's page walk would do with the entry, then the page and its present
 * neighbours are mapped. Rights are taken away at once, where Linux flushes
 * TLBs (tlb.c): before a page is freed.
 */
#ifndef _ASM_L4_MMU_SYNC_H
#define _ASM_L4_MMU_SYNC_H

#include <linux/mm_types.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <asm/percpu.h>
#include <l4/fpage.h>

/* sync.c */
bool mmu_touch(struct mm_struct *mm, unsigned long address, unsigned long error);
bool mmu_present(struct mm_struct *mm, unsigned long address);
int mmu_map_now(struct mm_struct *mm, unsigned long address, unsigned long error);
void mmu_map_on_resume(struct mm_struct *mm, unsigned long address, unsigned long error);

/*
 * The page whose fault is being handled on this CPU. If Linux takes it from the
 * guest on the way (it does so before it puts a copy in its place) nothing is
 * done yet, if the process has no other thread: nobody runs in the guest before
 * the fault is over, and then the new page replaces the old one. Whoever else
 * might run or look at the process's memory before that calls mmu_fault_end
 * first; so does whoever leaves the CPU.
 */
struct mmu_fault {
	mm_context_t *context;		/* NULL: none */
	unsigned long address;
	bool stale;			/* the guest still has what it should not */
};

DECLARE_PER_CPU(struct mmu_fault, mmu_fault);

void mmu_unmap_stale(void);

static inline void mmu_fault_end(void)
{
	if (unlikely(raw_cpu_read(mmu_fault.stale)))
		mmu_unmap_stale();
	raw_cpu_write(mmu_fault.context, NULL);
}

static inline void mmu_fault_begin(struct mm_struct *mm, unsigned long address)
{
	preempt_disable();
	mmu_fault_end();
	raw_cpu_write(mmu_fault.address, address & PAGE_MASK);
	barrier();		/* an interrupt finds both or none */
	raw_cpu_write(mmu_fault.context, &mm->context);
	preempt_enable();
}

/*
 * batch.c: is a batch of changes being built, or waiting for the resume? Then
 * none may be started because of a fault. After an oops in it it never ends:
 * abandon.
 */
bool mmu_batch_open(void);
void mmu_batch_abandon(void);

/* Somebody broke in who may look at the process's memory: an interrupt, a probe. */
static inline void mmu_interrupted(void)
{
	if (unlikely(raw_cpu_read(mmu_fault.context)) && !mmu_batch_open())
		mmu_fault_end();
}

/* tlb.c */
void mmu_unmap(mm_context_t *context, unsigned long start, unsigned long end,
	       unsigned long rights);
void mmu_drop(mm_context_t *context, unsigned long address);
void mmu_write_protect(struct mm_struct *mm);
void mmu_unmap_all(mm_context_t *context);
bool mmu_window_ready(void);

/* age.c: what is to be done before the guest runs again. */
void mmu_take_aged(mm_context_t *context);
void mmu_look_at_aged(void);

/* The guest that is seen in the lower half on this CPU; NULL while that changes. */
DECLARE_PER_CPU(mm_context_t *, mmu_loaded);

/* context.c: gives kernel memory back by emptying a guest; false if all but `keep' are. */
bool context_evict(mm_context_t *keep);

#endif
