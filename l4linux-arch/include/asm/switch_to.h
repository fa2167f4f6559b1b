/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switching threads is the server's own affair: a change of stacks in
 * entry.S, then __switch_to (process.c) on the new one.
 */
#ifndef _ASM_L4_SWITCH_TO_H
#define _ASM_L4_SWITCH_TO_H

#include <linux/linkage.h>
#include <asm/ptrace.h>

struct task_struct;

/*
 * What thread.sp of a thread that is switched away points to: pushed by
 * __switch_to_asm. bp and ret_addr form a stack frame for the unwinder.
 */
struct inactive_task_frame {
	unsigned long r15;
	unsigned long r14;
	unsigned long r13;
	unsigned long r12;
	unsigned long bx;
	unsigned long bp;
	unsigned long ret_addr;
};

/* The whole stack of a new thread */
struct fork_frame {
	struct inactive_task_frame frame;
	struct pt_regs regs;
};

asmlinkage struct task_struct *__switch_to_asm(struct task_struct *prev,
					       struct task_struct *next);
asmlinkage struct task_struct *__switch_to(struct task_struct *prev,
					   struct task_struct *next);

#define switch_to(prev, next, last) ((last) = __switch_to_asm(prev, next))

#endif
