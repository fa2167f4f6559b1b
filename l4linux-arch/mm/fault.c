// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults, of processes and of the server itself when it reaches into the
 * current process through the window. In both cases Linux's page tables may
 * already allow the access and only the guest task lacks the page; then no
 * lock is needed, which is also what code under pagefault_disable relies on.
 *
 * On entry the virtual interrupt flag is off, and on return; in between it is
 * as the interrupted code had it.
 */
#include <linux/entry-common.h>
#include <linux/extable.h>
#include <linux/kfence.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/fault.h>
#include <asm/kdebug.h>
#include <asm/mmu_sync.h>
#include <asm/ptrace.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>
#include <asm/vcpu.h>
#include <asm/vsyscall.h>

/* In native Linux's words, which tools look for. */
static void show_oops(unsigned long error, unsigned long address)
{
	if (address < PAGE_SIZE)
		pr_alert("BUG: kernel NULL pointer dereference, address: %px\n", (void *)address);
	else
		pr_alert("BUG: unable to handle page fault for address: %px\n", (void *)address);
	pr_alert("#PF: supervisor %s in kernel mode\n",
		 error & X86_PF_INSTR ? "instruction fetch" :
		 error & X86_PF_WRITE ? "write access" : "read access");
}

/* A fault of the server that it cannot go on from, unless it said where. */
static void server_fault(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	unsigned long flags;

	if (fixup_exception(regs, X86_TRAP_PF, error, address))
		return;
	if (!(error & X86_PF_PROT) &&
	    kfence_handle_page_fault(address, error & X86_PF_WRITE, regs))
		return;
	flags = oops_begin();
	show_oops(error, address);
	/* Whoever stopped __die wants the process to live. */
	oops_end(flags, regs, __die("Oops", regs, error) ? 0 : SIGKILL);
}

static void show_segv(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	if (!show_unhandled_signals || !unhandled_signal(current, SIGSEGV) ||
	    !printk_ratelimit())
		return;
	pr_info("%s[%d]: segfault at %lx ip %px sp %px error %lx", current->comm,
		task_pid_nr(current), address, (void *)regs->ip, (void *)regs->sp, error);
	print_vma_addr(KERN_CONT " in ", regs->ip);
	pr_cont("\n");
}

/* The process, or the server on its behalf, may not do this. */
static void fault_signal(struct pt_regs *regs, unsigned long error, unsigned long address,
			 int signal, int code)
{
	struct thread_struct *thread = &current->thread;

	if (!user_mode(regs)) {
		server_fault(regs, error, address);
		return;
	}
	/* The error code the process sees speaks of Linux's tables, not the guest's. */
	error &= ~X86_PF_PROT;
	error |= X86_PF_USER;
	if (address >= TASK_SIZE_MAX || mmu_present(current->mm, address))
		error |= X86_PF_PROT;
	thread->trap_nr = X86_TRAP_PF;
	thread->error_code = error;
	thread->cr2 = address;
	if (signal == SIGSEGV)
		show_segv(regs, error, address);
	force_sig_fault(signal, code, (void __user *)address);
}

static bool vma_allows(struct vm_area_struct *vma, unsigned long error)
{
	if (error & X86_PF_WRITE)
		return vma->vm_flags & VM_WRITE;
	if (error & X86_PF_INSTR)
		return vma->vm_flags & VM_EXEC;
	return vma_is_accessible(vma);
}

/* handle_mm_fault has given up; the mmap lock is not held. */
static void fault_error(struct pt_regs *regs, unsigned long error, unsigned long address,
			vm_fault_t fault)
{
	if (fatal_signal_pending(current) && !user_mode(regs))
		server_fault(regs, error, address);
	else if (fault & VM_FAULT_OOM && user_mode(regs))
		pagefault_out_of_memory();
	else if (fault & VM_FAULT_OOM)
		server_fault(regs, error, address);
	else if (fault & VM_FAULT_SIGSEGV)
		fault_signal(regs, error, address, SIGSEGV, SEGV_MAPERR);
	else
		fault_signal(regs, error, address, SIGBUS, BUS_ADRERR);
}

/*
 * Under the lock of the one mapping, so that threads of a process need not wait for those that change
 * others. VM_FAULT_RETRY: more than that is needed, and *again says that it was begun.
 */
static vm_fault_t fault_under_vma_lock(struct pt_regs *regs, unsigned long error,
				       unsigned long address, unsigned int flags, bool *again)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(current->mm, address);
	vm_fault_t fault;

	*again = false;
	if (!vma)
		return VM_FAULT_RETRY;
	if (!vma_allows(vma, error)) {
		vma_end_read(vma);
		return VM_FAULT_RETRY;
	}
	fault = handle_mm_fault(vma, address, flags | FAULT_FLAG_VMA_LOCK, regs);
	if (!(fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		vma_end_read(vma);
	*again = fault & VM_FAULT_RETRY;
	if (*again)
		count_vm_vma_lock_event(VMA_LOCK_RETRY);
	else
		count_vm_vma_lock_event(VMA_LOCK_SUCCESS);
	return fault;
}

/* Under the lock of all mappings. False: a signal was sent, or has to be seen to first. */
static bool fault_under_mmap_lock(struct pt_regs *regs, unsigned long error,
				  unsigned long address, unsigned int flags, vm_fault_t *fault)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	for (;;) {
		vma = lock_mm_and_find_vma(mm, address, regs);
		if (!vma) {
			fault_signal(regs, error, address, SIGSEGV, SEGV_MAPERR);
			return false;
		}
		if (!vma_allows(vma, error)) {
			mmap_read_unlock(mm);
			fault_signal(regs, error, address, SIGSEGV, SEGV_ACCERR);
			return false;
		}
		*fault = handle_mm_fault(vma, address, flags, regs);
		if (fault_signal_pending(*fault, regs)) {
			if (!user_mode(regs))
				server_fault(regs, error, address);
			return false;
		}
		if (*fault & VM_FAULT_COMPLETED)
			return true;
		if (!(*fault & VM_FAULT_RETRY))
			break;
		flags |= FAULT_FLAG_TRIED;
	}
	mmap_read_unlock(mm);
	return true;
}

/* Makes the page present in Linux's tables; true if the access may be repeated. */
static bool handle_fault(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	unsigned int flags = FAULT_FLAG_DEFAULT |
			     (user_mode(regs) ? FAULT_FLAG_USER : 0) |
			     (error & X86_PF_WRITE ? FAULT_FLAG_WRITE : 0) |
			     (error & X86_PF_INSTR ? FAULT_FLAG_INSTRUCTION : 0);
	vm_fault_t fault = VM_FAULT_RETRY;
	bool again = false;

	perf_sw_event(PERF_COUNT_SW_PAGE_FAULTS, 1, regs, address);
	mmu_fault_begin(current->mm, address);
	if (flags & FAULT_FLAG_USER)
		fault = fault_under_vma_lock(regs, error, address, flags, &again);
	if (again && fault_signal_pending(fault, regs))
		return false;
	if (again && fault & VM_FAULT_MAJOR)
		flags |= FAULT_FLAG_TRIED;
	if (fault & VM_FAULT_RETRY &&
	    !fault_under_mmap_lock(regs, error, address, flags, &fault))
		return false;
	if (fault & VM_FAULT_ERROR) {
		fault_error(regs, error, address, fault);
		return false;
	}
	return true;
}

void fault_for_process(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	struct vm_area_struct *vma;
	bool allowed;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, address);
	allowed = vma && vma_allows(vma, error);
	mmap_read_unlock(current->mm);
	if (allowed)
		fault_signal(regs, error, address, SIGBUS, BUS_ADRERR);
	else
		fault_signal(regs, error, address, SIGSEGV, vma ? SEGV_ACCERR : SEGV_MAPERR);
}

static bool make_accessible(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	struct mm_struct *mm = current->mm;
	bool done;

	if (mm && address < TASK_SIZE_MAX && mmu_touch(mm, address, error))
		return true;
	if (!user_mode(regs) && faulthandler_disabled()) {
		server_fault(regs, error, address);
		return false;
	}
	if (!regs_irqs_disabled(regs))
		local_irq_enable();
	if (is_vsyscall_vaddr(address) && emulate_vsyscall(error, regs, address)) {
		done = false;
	} else if (address >= TASK_SIZE_MAX) {
		fault_signal(regs, error, address, SIGSEGV, SEGV_MAPERR);
		done = false;
	} else {
		done = handle_fault(regs, error, address);
	}
	local_irq_disable();
	return done;
}

/*
 * The server goes on at the faulting instruction as soon as this returns, so
 * its page is mapped here. docs/linux-port.md lists where such faults come from.
 */
static void server_page_fault(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	if (error & X86_PF_INSTR || address >= TASK_SIZE_MAX || !mmu_window_ready()) {
		server_fault(regs, error, address);
		return;
	}
	if (make_accessible(regs, error, address) && mmu_map_now(current->mm, address, error))
		server_fault(regs, error, address);
	mmu_fault_end();
}

/*
 * A process gets the page when it is resumed: true if there is one
 * (page_fault_exit), unless something else comes first.
 */
bool page_fault(struct pt_regs *regs, unsigned long error, unsigned long address)
{
	bool done;

	kprobe_page_fault(regs, X86_TRAP_PF);	/* a stepped instruction is repeated at its own place */
	if (!user_mode(regs)) {
		server_page_fault(regs, error, address);
		return false;
	}
	done = make_accessible(regs, error, address);
	if (!done || read_thread_flags() & EXIT_TO_USER_MODE_WORK)
		mmu_fault_end();
	return done;
}

/* Until the resume has succeeded the vCPU remembers where the fault was. */
void page_fault_exit(unsigned long error, unsigned long address)
{
	vcpu_keep(address);
	mmu_map_on_resume(current->mm, address, error);
	raw_cpu_write(mmu_fault.context, NULL);
}

/*
 * The batch on the resume failed: once more with all means, or a bus error. If it
 * was only too late the next fault finds out what there is now; until then the
 * guest has nothing there, neither what Linux wanted to replace.
 */
void page_fault_retry(struct pt_regs *regs, int batch_error)
{
	unsigned long address = vcpu_kept();

	if (batch_error == -L4_EBUSY)
		mmu_drop(&current->mm->context, address);
	else if (mmu_map_now(current->mm, address, X86_PF_PROT))
		fault_signal(regs, 0, address, SIGBUS, BUS_ADRERR);
}
