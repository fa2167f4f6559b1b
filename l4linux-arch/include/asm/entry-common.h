/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the generic entry code asks of the architecture on the way back to user
 * mode: the FPU registers must be the thread's own, and the guest must not have
 * pages any more whose A bit was cleared.
 */
#ifndef _ASM_L4_ENTRY_COMMON_H
#define _ASM_L4_ENTRY_COMMON_H

#include <linux/thread_info.h>
#include <asm/fpu/api.h>
#include <asm/mmu_sync.h>

static inline void arch_exit_to_user_mode_prepare(struct pt_regs *regs,
						  unsigned long ti_work)
{
	if (likely(!(ti_work & (_TIF_NEED_FPU_LOAD | _TIF_LAZY_MMU_UPDATES))))
		return;
	if (ti_work & _TIF_NEED_FPU_LOAD)
		switch_fpu_return();
	if (ti_work & _TIF_LAZY_MMU_UPDATES)
		mmu_take_aged(&current->mm->context);
}
#define arch_exit_to_user_mode_prepare arch_exit_to_user_mode_prepare

/*
 * Another CPU may have given the thread work just now, which sees the process's memory: what
 * was put off because nothing would come between a fault and its end is done first.
 */
static inline void local_irq_enable_exit_to_user(unsigned long ti_work)
{
	if (IS_ENABLED(CONFIG_SMP))
		mmu_fault_end();
	local_irq_enable();
}
#define local_irq_enable_exit_to_user local_irq_enable_exit_to_user

#endif
