// SPDX-License-Identifier: GPL-2.0
/*
 * Threads: their making, switching and end, and the segment registers that
 * belong to them. FS base and the data segment selectors of the running thread
 * live in the CPU's registers, also while the server runs, which uses none of
 * them, GS base where asm/user_gs.h says; the copies in thread_struct are right
 * only for threads that are switched away. Runs with the virtual interrupt flag off
 * where it touches both.
 */
#include <linux/elf.h>
#include <linux/elf-randomize.h>
#include <linux/ftrace.h>
#include <linux/hw_breakpoint.h>
#include <linux/mm.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/syscalls.h>

#include <asm/entry.h>
#include <asm/fpu/api.h>
#include <asm/fpu/sched.h>
#include <asm/frame.h>
#include <asm/fsgsbase.h>
#include <asm/mmu_sync.h>
#include <asm/prctl.h>
#include <asm/proto.h>
#include <asm/switch_to.h>
#include <asm/tsc.h>
#include <asm/unwind.h>
#include <asm/user_gs.h>
#include <asm/user_ports.h>
#include <asm/vdso.h>
#include <asm/vcpu.h>

#ifdef CONFIG_STACKPROTECTOR
unsigned long __stack_chk_guard __ro_after_init;
EXPORT_SYMBOL(__stack_chk_guard);
#endif

#ifdef CONFIG_SMP
DEFINE_PER_CPU(unsigned long, user_gs);

/*
 * Loading a selector changes GS base: nothing comes between that and loading
 * Linux's own again, no probe either. So it must not fault: what VERR does not
 * like is 0.
 */
noinstr void user_gs_load_selector(unsigned long selector)
{
	unsigned long flags, own;

	raw_local_irq_save(flags);
	own = rdgsbase();
	asm volatile("verr %w0\n\t"
		     "jz 1f\n\t"
		     "xorl %k0, %k0\n"
		     "1: movl %k0, %%gs\n\t"
		     "wrgsbase %1"
		     : "+r" (selector) : "r" (own) : "memory");
	raw_local_irq_restore(flags);
}
#endif

static void save_segments(struct thread_struct *thread)
{
	savesegment(es, thread->es);
	savesegment(ds, thread->ds);
	savesegment(fs, thread->fsindex);
	savesegment(gs, thread->gsindex);
	thread->fsbase = rdfsbase();
	thread->gsbase = user_gs_read();
}

/* All four at once: mostly there is none. */
static u64 selectors(const struct thread_struct *thread)
{
	u64 all;

	BUILD_BUG_ON(offsetof(struct thread_struct, gsindex) + sizeof(thread->gsindex) -
		     offsetof(struct thread_struct, es) != sizeof(all));
	memcpy(&all, (const void *)thread + offsetof(struct thread_struct, es), sizeof(all));
	return all;
}

/* Loading a selector changes the base too, so bases come last. */
static void load_segments(const struct thread_struct *prev,
			  const struct thread_struct *next)
{
	if (unlikely(selectors(prev) | selectors(next))) {
		loadsegment(es, next->es);
		loadsegment(ds, next->ds);
		loadsegment(fs, next->fsindex);
		user_gs_load_selector(next->gsindex);
	}
	wrfsbase(next->fsbase);
	user_gs_write(next->gsbase);
}

static void let_tsc(bool trap)
{
	local_irq_disable();
	if (test_thread_flag(TIF_NOTSC) != trap) {
		update_thread_flag(TIF_NOTSC, trap);
		vcpu_trap_tsc(trap);
	}
	local_irq_enable();
}

void disable_TSC(void)
{
	let_tsc(true);
}

int get_tsc_mode(unsigned long address)
{
	return put_user(test_thread_flag(TIF_NOTSC) ? PR_TSC_SIGSEGV : PR_TSC_ENABLE,
			(unsigned int __user *)address);
}

int set_tsc_mode(unsigned int mode)
{
	if (mode != PR_TSC_SIGSEGV && mode != PR_TSC_ENABLE)
		return -EINVAL;
	let_tsc(mode == PR_TSC_SIGSEGV);
	return 0;
}

/* From __switch_to_asm, on the stack of next; who traces its end would look at the wrong thread. */
asmlinkage __notrace_funcgraph struct task_struct *__switch_to(struct task_struct *prev,
					   struct task_struct *next)
{
	if (!test_tsk_thread_flag(prev, TIF_NEED_FPU_LOAD))
		switch_fpu_prepare(prev, raw_smp_processor_id());
	save_segments(&prev->thread);
	load_segments(&prev->thread, &next->thread);

	mmu_fault_end();
	raw_cpu_write(pcpu_hot.current_task, next);
	raw_cpu_write(pcpu_hot.top_of_stack, task_top_of_stack(next));
	vcpu_set_entry_stack(task_top_of_stack(next));
	if (unlikely((task_thread_info(prev)->flags ^ task_thread_info(next)->flags) & _TIF_NOTSC))
		vcpu_trap_tsc(test_tsk_thread_flag(next, TIF_NOTSC));

	switch_fpu_finish(next);
	return prev;
}

/* The FPU state at its end makes the size of a task_struct known only at boot. */
int arch_dup_task_struct(struct task_struct *dst, struct task_struct *src)
{
	size_t size = src == &init_task ? sizeof(init_task) : arch_task_struct_size;

	memcpy_and_pad(dst, arch_task_struct_size, src, size, 0);
	dst->thread.fpu.fpstate = NULL;		/* still the parent's; fpu_clone sets it */
	return 0;
}

int copy_thread(struct task_struct *p, const struct kernel_clone_args *args)
{
	struct pt_regs *regs = task_pt_regs(p);
	struct fork_frame *stack = container_of(regs, struct fork_frame, regs);
	struct inactive_task_frame *frame = &stack->frame;

	frame->bp = encode_frame_pointer(regs);
	frame->ret_addr = (unsigned long)ret_from_fork_asm;
	frame->bx = (unsigned long)args->fn;
	frame->r12 = (unsigned long)args->fn_arg;
	p->thread.sp = (unsigned long)stack;
	memset(p->thread.ptrace_bps, 0, sizeof(p->thread.ptrace_bps));

	save_segments(&p->thread);
	fpu_clone(p, args->flags, args->fn, 0);

	if (p->flags & PF_KTHREAD) {
		memset(regs, 0, sizeof(*regs));
		return 0;
	}

	*regs = *current_pt_regs();
	regs->ax = 0;
	if (args->stack)
		regs->sp = args->stack;
	if (args->fn) {
		/* A kernel function in user clothes: debuggers shall see no user state. */
		regs->sp = 0;
		regs->ip = 0;
		return 0;
	}
	if (args->flags & CLONE_SETTLS) {
		int error = do_arch_prctl_64(p, ARCH_SET_FS, args->tls);

		if (error)
			return error;
	}
	return user_ports_fork(p);
}

void exit_thread(struct task_struct *task)
{
	user_ports_exit(task);
	fpu__drop(&task->thread.fpu);
}

void release_thread(struct task_struct *task)
{
}

void flush_thread(void)
{
	flush_ptrace_hw_breakpoint(current);
	fpu_flush_thread();
}

void arch_setup_new_exec(void)
{
}

void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp)
{
	loadsegment(es, 0);
	loadsegment(ds, 0);
	loadsegment(fs, 0);
	user_gs_load_selector(0);
	wrfsbase(0);
	user_gs_write(0);

	regs->ip = new_ip;
	regs->sp = new_sp;
	regs->csx = __USER_CS;
	regs->ssx = __USER_DS;
	regs->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
}

/* ptrace shall see the number of the call that ends here in a new program. */
void set_personality_64bit(void)
{
	task_pt_regs(current)->orig_ax = __NR_execve;
	current->personality &= ~READ_IMPLIES_EXEC;
}

unsigned long arch_align_stack(unsigned long sp)
{
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize_va_space)
		sp -= get_random_u32_below(8192);
	return sp & ~0xfUL;
}

unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	return randomize_page(mm->brk, SZ_1G);
}

unsigned long x86_fsbase_read_task(struct task_struct *task)
{
	return task == current ? rdfsbase() : task->thread.fsbase;
}

unsigned long x86_gsbase_read_task(struct task_struct *task)
{
	return task == current ? user_gs_read() : task->thread.gsbase;
}

void x86_fsbase_write_task(struct task_struct *task, unsigned long fsbase)
{
	task->thread.fsbase = fsbase;
}

void x86_gsbase_write_task(struct task_struct *task, unsigned long gsbase)
{
	task->thread.gsbase = gsbase;
}

static void set_fs(struct task_struct *task, unsigned long base)
{
	if (task == current) {
		loadsegment(fs, 0);
		wrfsbase(base);
	}
	task->thread.fsindex = 0;
	task->thread.fsbase = base;
}

static void set_gs(struct task_struct *task, unsigned long base)
{
	if (task == current) {
		user_gs_load_selector(0);
		user_gs_write(base);
	}
	task->thread.gsindex = 0;
	task->thread.gsbase = base;
}

#ifdef CONFIG_CHECKPOINT_RESTORE
/* For a process that was saved: its vDSO where it had it. The result is its size. */
static long map_vdso_64(unsigned long address)
{
	int error = map_vdso_once(&vdso_image_64, address);

	return error ? error : (long)vdso_image_64.size;
}
#endif

long do_arch_prctl_64(struct task_struct *task, int option, unsigned long arg2)
{
	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (arg2 >= TASK_SIZE_MAX)
			return -EPERM;
		preempt_disable();
		if (option == ARCH_SET_FS)
			set_fs(task, arg2);
		else
			set_gs(task, arg2);
		preempt_enable();
		return 0;
	case ARCH_GET_FS:
		return put_user(x86_fsbase_read_task(task), (unsigned long __user *)arg2);
	case ARCH_GET_GS:
		return put_user(x86_gsbase_read_task(task), (unsigned long __user *)arg2);
#ifdef CONFIG_CHECKPOINT_RESTORE
	case ARCH_MAP_VDSO_64:
		return map_vdso_64(arg2);
#endif
	}
	return -EINVAL;
}

SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, arg2)
{
	switch (option) {
	case ARCH_GET_CPUID:
		return 1;		/* CPUID is not trapped, and cannot be */
	case ARCH_SET_CPUID:
		return -ENODEV;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
	case ARCH_REQ_XCOMP_PERM:
	case ARCH_GET_XCOMP_GUEST_PERM:
	case ARCH_REQ_XCOMP_GUEST_PERM:
		return fpu_xstate_prctl(option, arg2);
	}
	return do_arch_prctl_64(current, option, arg2);
}

SYSCALL_DEFINE0(ni_syscall)
{
	return -ENOSYS;
}

unsigned long __get_wchan(struct task_struct *p)
{
	struct unwind_state state;
	unsigned long addr = 0;

	if (!try_get_task_stack(p))
		return 0;
	for (unwind_start(&state, p, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr || !in_sched_functions(addr))
			break;
	}
	put_task_stack(p);
	return addr;
}
