/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GS base of the process that user mode goes on with. On one CPU it stays in the
 * register while Linux works; with several Linux's own is there, by which each
 * finds its per-CPU data, and the door (entry.S) keeps the process's here.
 */
#ifndef _ASM_L4_USER_GS_H
#define _ASM_L4_USER_GS_H

#include <linux/irqflags.h>
#include <asm/fsgsbase.h>
#include <asm/percpu.h>
#include <asm/segment.h>

#ifdef CONFIG_SMP

DECLARE_PER_CPU(unsigned long, user_gs);

static __always_inline unsigned long user_gs_read(void)
{
	return this_cpu_read(user_gs);
}

static __always_inline void user_gs_write(unsigned long base)
{
	this_cpu_write(user_gs, base);
}

/*
 * Loading a selector changes GS base: nothing comes between that and loading
 * Linux's own again. So it must not fault: what VERR does not like is 0.
 */
static inline void user_gs_load_selector(unsigned long selector)
{
	unsigned long flags, own;

	local_irq_save(flags);
	own = rdgsbase();
	asm volatile("verr %w0\n\t"
		     "jz 1f\n\t"
		     "xorl %k0, %k0\n"
		     "1: movl %k0, %%gs\n\t"
		     "wrgsbase %1"
		     : "+r" (selector) : "r" (own) : "memory");
	local_irq_restore(flags);
}

#else

static __always_inline unsigned long user_gs_read(void)
{
	return rdgsbase();
}

static __always_inline void user_gs_write(unsigned long base)
{
	wrgsbase(base);
}

static inline void user_gs_load_selector(unsigned long selector)
{
	loadsegment(gs, selector);
}

#endif
#endif
