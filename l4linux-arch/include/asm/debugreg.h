/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Debug registers are the vCPU's (asm/vcpu.h): kernel/hw_breakpoint.c sets
 * them for the thread that runs. Steps from branch to branch need a register
 * of the machine's, and are single steps here.
 */
#ifndef _ASM_L4_DEBUGREG_H
#define _ASM_L4_DEBUGREG_H

#include <uapi/asm/debugreg.h>
#include <asm/msr-index.h>

struct task_struct;

/* The debug registers that a debugger sees of a thread: u_debugreg[n]. */
unsigned long ptrace_debug_register(struct task_struct *task, unsigned int n);
int ptrace_set_debug_register(struct task_struct *task, unsigned int n, unsigned long value);

static inline unsigned long get_debugctlmsr(void)
{
	return 0;
}

static inline void update_debugctlmsr(unsigned long value) { }

#endif
