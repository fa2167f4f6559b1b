/* SPDX-License-Identifier: GPL-2.0 */
/* Exceptions, in user mode and in the server itself. */
#ifndef _ASM_L4_TRAPS_H
#define _ASM_L4_TRAPS_H

#include <linux/linkage.h>
#include <linux/kprobes.h>
#include <asm/debugreg.h>
#include <asm/ptrace.h>
#include <asm/siginfo.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>

/*
 * Everything but page faults and interrupts. Called within irqentry_enter and
 * irqentry_exit, virtual interrupt flag off, and returns so.
 */
void l4_exception(struct pt_regs *regs, unsigned long vector, unsigned long error_code);

/*
 * Breakpoints of Linux's own, in its code: probes. They may be in anything
 * that is not noinstr, and so in what other exceptions begin with. False: it
 * was none.
 */
#ifdef CONFIG_KPROBES
#define probe_breakpoint(regs)	kprobe_int3_handler(regs)
#else
#define probe_breakpoint(regs)	0
#endif

/* umip.c: a general protection fault, interrupts on. True: it was such an instruction. */
bool umip_fault(struct pt_regs *regs);

/* At the start, and after its use: a stack for upcalls that overflow a thread's. */
void set_fault_stack(void);

/* How an oops ends the thread, for x86's dumpstack.c. */
void __noreturn rewind_stack_and_make_dead(int signal);

static inline int get_si_code(unsigned long condition)
{
	if (condition & DR_STEP)
		return TRAP_TRACE;
	return condition & DR_TRAP_BITS ? TRAP_HWBKPT : TRAP_BRKPT;
}

#endif
