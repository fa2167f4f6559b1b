// SPDX-License-Identifier: GPL-2.0
/*
 * The C side of the door (entry.S): system calls, faults and interrupts, each
 * with the frame it came with, on the stack of the current thread. Every
 * function here starts and ends with the virtual interrupt flag off.
 */
#include <linux/entry-common.h>
#include <linux/nospec.h>
#include <linux/panic.h>
#include <linux/sched/task_stack.h>
#include <linux/syscalls.h>
#include <asm/entry.h>
#include <asm/fault.h>
#include <asm/irq.h>
#include <asm/mmu_sync.h>
#include <asm/syscall.h>
#include <asm/text-patching.h>
#include <asm/traps.h>
#include <asm/trapnr.h>
#include <asm/unistd.h>
#include <asm/vcpu.h>

/* The number is the low half of what the process had in rax, as on native x86-64. */
asmlinkage noinstr void upcall_syscall(struct pt_regs *regs, long number)
{
	int nr = syscall_enter_from_user_mode(regs, (int)number);

	instrumentation_begin();
	if (likely((unsigned int)nr < NR_syscalls))
		regs->ax = x64_sys_call(regs, array_index_nospec(nr, NR_syscalls));
	else if (nr != -1)
		regs->ax = __x64_sys_ni_syscall(regs);
	instrumentation_end();
	syscall_exit_to_user_mode(regs);
}

/* A probe in Linux's own code: as an NMI, because what interrupts begin with may be probed, too. */
static noinline noinstr bool server_breakpoint(struct pt_regs *regs)
{
	irqentry_state_t state;
	bool done;

	if (user_mode(regs))
		return false;
#ifdef CONFIG_SMP
	if (text_patch_breakpoint(regs))
		return true;
#endif
	state = irqentry_nmi_enter(regs);
	instrumentation_begin();
	mmu_interrupted();
	done = probe_breakpoint(regs);
	instrumentation_end();
	irqentry_nmi_exit(regs, state);
#ifdef CONFIG_SMP
	done = done || text_patch_late_breakpoint(regs);
#endif
	return done;
}

/*
 * The process goes on with a page that it lacked: the page is prepared after
 * everything that could schedule or switch interrupts on, but before Linux
 * counts as left.
 */
static __always_inline void exit_with_page(struct pt_regs *regs, unsigned long error,
					   unsigned long address)
{
	instrumentation_begin();
	exit_to_user_mode_prepare(regs);
	page_fault_exit(error, address);
	instrumentation_end();
	exit_to_user_mode();
}

asmlinkage noinstr void upcall_event(struct pt_regs *regs, unsigned long vector,
				     unsigned long error, unsigned long address)
{
	irqentry_state_t state;
	bool map = false;

	if (unlikely(vector == X86_TRAP_BP) && server_breakpoint(regs))
		return;
	state = irqentry_enter(regs);
	instrumentation_begin();
	if (vector == X86_TRAP_PF)
		map = page_fault(regs, error, address);
	else if (vector == L4_VCPU_VECTOR_IRQ)
		handle_pending_irqs(regs);
	else if (vector != X86_TRAP_GP || user_mode(regs) || !absent_port_access(regs))
		l4_exception(regs, vector, error);
	instrumentation_end();
	if (map)
		exit_with_page(regs, error, address);
	else
		irqentry_exit(regs, state);
}

/*
 * The microkernel did not resume the frame: either the batch that rode on the
 * resume failed, or the flags of a user frame, which ptrace and signal handlers
 * may write, are such that no CPU would load them: a general protection fault.
 */
asmlinkage noinstr void resume_failed(struct pt_regs *regs, long error)
{
	irqentry_state_t state;
	int batch_error;

	if (!user_mode(regs))
		panic("the microkernel refuses a frame of Linux's own: ip %lx sp %lx error %ld",
		      regs->ip, regs->sp, error);
	state = irqentry_enter(regs);
	instrumentation_begin();
	batch_error = vcpu_batch_error();
	if (batch_error)
		page_fault_retry(regs, batch_error);
	else
		l4_exception(regs, X86_TRAP_GP, 0);
	instrumentation_end();
	irqentry_exit(regs, state);
}

/* A kernel thread has a function; if it returns, the thread has become a process. */
asmlinkage noinstr void ret_from_fork(struct task_struct *prev, struct pt_regs *regs,
				      int (*fn)(void *), void *arg)
{
	instrumentation_begin();
	schedule_tail(prev);
	if (fn) {
		fn(arg);
		regs->ax = 0;
	}
	instrumentation_end();
	syscall_exit_to_user_mode(regs);
}
