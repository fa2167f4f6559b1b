/* SPDX-License-Identifier: GPL-2.0 */
/* What entry.S and the C behind it (upcall.c) want of each other. */
#ifndef _ASM_L4_ENTRY_H
#define _ASM_L4_ENTRY_H

/* Bytes from one CPU's entry to the next one's. */
#define ENTRY_STUB	16

#ifndef __ASSEMBLY__

#include <linux/linkage.h>

struct pt_regs;
struct task_struct;

/* entry.S */
asmlinkage void entry_syscall(void);
asmlinkage void entry_event(void);
extern const char entry_syscall_stubs[];	/* with several CPUs: the n-th is CPU n's */
extern const char entry_event_stubs[];
asmlinkage void ret_from_fork_asm(void);
asmlinkage struct task_struct *__switch_to_asm(struct task_struct *prev,
					       struct task_struct *next);

/* upcall.c */
asmlinkage void upcall_syscall(struct pt_regs *regs, long nr);
asmlinkage void upcall_event(struct pt_regs *regs, unsigned long vector,
			     unsigned long error, unsigned long address);
asmlinkage void resume_failed(struct pt_regs *regs, long error);
asmlinkage void ret_from_fork(struct task_struct *prev, struct pt_regs *regs,
			      int (*fn)(void *), void *arg);

#endif
#endif
