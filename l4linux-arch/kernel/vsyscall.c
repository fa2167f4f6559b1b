// SPDX-License-Identifier: GPL-2.0
/*
 * The vsyscall page: three fixed addresses in the upper half that very old
 * programs call. Nothing is mapped there; the fault is answered as if the call
 * had been made. The page can be executed, and not read: vsyscall=xonly,
 * native Linux's default; vsyscall=emulate, where it can be read, is the same here.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>

#include <asm/syscall.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>
#include <asm/vsyscall.h>

#define CALL_SHIFT	10	/* the calls are 1 KiB apart */

static const struct {
	int number;
	long (*call)(const struct pt_regs *regs);
	size_t written[2];	/* what the first two arguments point to */
} calls[] = {
	{ __NR_gettimeofday, __x64_sys_gettimeofday,
	  { sizeof(struct __kernel_old_timeval), sizeof(struct timezone) } },
	{ __NR_time, __x64_sys_time, { sizeof(__kernel_old_time_t) } },
	{ __NR_getcpu, __x64_sys_getcpu, { sizeof(unsigned int), sizeof(unsigned int) } },
};

static bool enabled __ro_after_init = true;

static int __init vsyscall_setup(char *value)
{
	if (!value || (strcmp(value, "emulate") && strcmp(value, "xonly") && strcmp(value, "none")))
		return -EINVAL;
	enabled = strcmp(value, "none");
	return 0;
}
early_param("vsyscall", vsyscall_setup);

static void complain(const struct pt_regs *regs, const char *what)
{
	if (show_unhandled_signals)
		pr_info_ratelimited("%s[%d] vsyscall: %s ip:%lx sp:%lx ax:%lx si:%lx di:%lx\n",
				    current->comm, task_pid_nr(current), what, regs->ip, regs->sp,
				    regs->ax, regs->si, regs->di);
}

static bool may_write(unsigned long address, size_t size)
{
	if (access_ok((void __user *)address, size))
		return true;
	current->thread.error_code = X86_PF_USER | X86_PF_WRITE;
	current->thread.cr2 = address;
	current->thread.trap_nr = X86_TRAP_PF;
	force_sig_fault(SIGSEGV, SEGV_MAPERR, (void __user *)address);
	return false;
}

/* Seccomp decides as for the system call; it may skip it, but not change it. */
static bool allowed(struct pt_regs *regs, int number, unsigned long address, bool *skip)
{
	regs->orig_ax = number;
	regs->ax = -ENOSYS;
	*skip = secure_computing();
	if ((!*skip && regs->orig_ax != number) || regs->ip != address) {
		complain(regs, "seccomp has changed number or ip");
		force_exit_sig(SIGSYS);
		return false;
	}
	regs->orig_ax = -1;
	return true;
}

static long make_call(struct pt_regs *regs, unsigned int n)
{
	unsigned long dx = regs->dx;
	long result;

	if (calls[n].number == __NR_getcpu)
		regs->dx = 0;		/* getcpu's third argument; the vsyscall has two */
	result = calls[n].call(regs);
	regs->dx = dx;
	return result;
}

/* A fault in the page. False: it is an ordinary one. */
bool emulate_vsyscall(unsigned long error, struct pt_regs *regs, unsigned long address)
{
	unsigned int n = (address & ~PAGE_MASK) >> CALL_SHIFT;
	unsigned long caller;
	bool skip;
	long result;

	if ((error & (X86_PF_WRITE | X86_PF_USER)) != X86_PF_USER)
		return false;
	if (address != regs->ip || !enabled) {
		complain(regs, enabled ? "read" : "called, and off");
		return false;
	}
	if (address & (BIT(CALL_SHIFT) - 1) || n >= ARRAY_SIZE(calls) ||
	    get_user(caller, (unsigned long __user *)regs->sp)) {
		complain(regs, "no such call, or no stack");
		force_sig(SIGSEGV);
		return true;
	}
	if (!may_write(regs->di, calls[n].written[0]) ||
	    !may_write(regs->si, calls[n].written[1]) ||
	    !allowed(regs, calls[n].number, address, &skip))
		return true;
	if (!skip) {
		result = make_call(regs, n);
		if (result == -EFAULT) {
			complain(regs, "bad pointer");
			force_sig(SIGSEGV);
			return true;
		}
		regs->ax = result;
	}
	regs->ip = caller;
	regs->sp += sizeof(caller);
	return true;
}

/* What /proc/PID/maps shows of it. */
static const char *page_name(struct vm_area_struct *vma)
{
	return "[vsyscall]";
}

static const struct vm_operations_struct page_ops = {
	.name = page_name,
};

static struct vm_area_struct page = {
	.vm_start	= VSYSCALL_ADDR,
	.vm_end		= VSYSCALL_ADDR + PAGE_SIZE,
	.vm_page_prot	= PAGE_READONLY_EXEC,
	.vm_flags	= VM_EXEC,
	.vm_ops		= &page_ops,
};

struct vm_area_struct *get_gate_vma(struct mm_struct *mm)
{
	return enabled ? &page : NULL;
}

int in_gate_area_no_mm(unsigned long address)
{
	return enabled && is_vsyscall_vaddr(address);
}

int in_gate_area(struct mm_struct *mm, unsigned long address)
{
	return in_gate_area_no_mm(address);
}
