/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GS base of the process that user mode goes on with. On one CPU it stays in the
 * register while Linux works; with several Linux's own is there, by which each
 * finds its per-CPU data, and the door (entry.S) keeps the process's here.
 */
#ifndef _ASM_L4_USER_GS_H
#define _ASM_L4_USER_GS_H

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

/* GS base of the process is undefined then. */
void user_gs_load_selector(unsigned long selector);

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
