/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events that Linux counts itself: software events, tracepoints, probes,
 * breakpoints. The CPU's counters are the microkernel's.
 */
#ifndef _ASM_L4_PERF_EVENT_H
#define _ASM_L4_PERF_EVENT_H

#include <asm/ptrace.h>

/* What x86's perf_regs.c looks for behind a sample's registers: vector registers, never there. */
struct x86_perf_regs {
	struct pt_regs	regs;
	u64		*xmm_regs;
};

/* The registers of whoever called the function that this is in, as far as a backtrace needs them. */
#define perf_arch_fetch_caller_regs(regs, caller)				\
	do {									\
		(regs)->ip = (caller);						\
		(regs)->bp = (unsigned long)__builtin_frame_address(0);		\
		(regs)->sp = current_stack_pointer;				\
		(regs)->cs = __KERNEL_CS;					\
		(regs)->flags = 0;						\
	} while (0)

#endif
