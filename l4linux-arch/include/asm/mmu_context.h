/* SPDX-License-Identifier: GPL-2.0 */
/* When Linux makes, switches and ends address spaces: their guest tasks. */
#ifndef _ASM_L4_MMU_CONTEXT_H
#define _ASM_L4_MMU_CONTEXT_H

#include <linux/mm_types.h>
#include <asm/mmu_sync.h>
#include <asm/vcpu.h>

struct task_struct;

#define init_new_context init_new_context
int init_new_context(struct task_struct *task, struct mm_struct *mm);

#define destroy_context destroy_context
void destroy_context(struct mm_struct *mm);

/* Kernel threads keep the guest of whoever ran before: they borrow its mm. */
static inline void switch_mm(struct mm_struct *prev, struct mm_struct *next,
			     struct task_struct *task)
{
	if (unlikely(next->context.aged_end))
		mmu_take_aged(&next->context);
	if (prev == next)
		return;
	raw_cpu_write(mmu_loaded, NULL);
	vcpu_set_guest(next->context.slot);
	raw_cpu_write(mmu_loaded, &next->context);
}

#include <asm-generic/mmu_context.h>

static inline int arch_dup_mmap(struct mm_struct *oldmm, struct mm_struct *mm)
{
	return 0;
}

void arch_exit_mmap(struct mm_struct *mm);

/* For uprobes: how a process's instructions are to be read. */
static inline bool is_64bit_mm(struct mm_struct *mm)
{
	return true;
}

static inline bool arch_vma_access_permitted(struct vm_area_struct *vma, bool write,
					     bool execute, bool foreign)
{
	return true;
}

#endif
