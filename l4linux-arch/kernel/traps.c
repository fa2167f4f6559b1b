// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions other than page faults: what signal a process gets, and with what
 * details, as on native x86-64; and what becomes of one in the server itself:
 * a fixup, a warning, or an oops. Entered as asm/traps.h says.
 */
#include <linux/bug.h>
#include <linux/extable.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/signal.h>
#include <linux/uaccess.h>

#include <asm/fpu/api.h>
#include <asm/fsgsbase.h>
#include <asm/kdebug.h>
#include <asm/mmu_sync.h>
#include <asm/stacktrace.h>
#include <asm/traps.h>
#include <asm/user_gs.h>
#include <asm/user_ports.h>
#include <asm/vcpu.h>

/*
 * code 0: the signal says only that the kernel sent it (SI_KERNEL). A vector
 * without a name cannot come.
 */
static const struct trap {
	const char *name;
	int signal;
	int code;
	bool at_ip;		/* si_addr is the instruction; otherwise 0 */
} traps[] = {
	[X86_TRAP_DE]	  = { "divide error", SIGFPE, FPE_INTDIV, true },
	[X86_TRAP_DB]	  = { "debug", SIGTRAP },
	[X86_TRAP_BP]	  = { "int3", SIGTRAP },
	[X86_TRAP_OF]	  = { "overflow", SIGSEGV },
	[X86_TRAP_BR]	  = { "bounds", SIGSEGV },
	[X86_TRAP_UD]	  = { "invalid opcode", SIGILL, ILL_ILLOPN, true },
	[X86_TRAP_OLD_MF] = { "coprocessor segment overrun", SIGFPE },
	[X86_TRAP_TS]	  = { "invalid TSS", SIGSEGV },
	[X86_TRAP_NP]	  = { "segment not present", SIGBUS },
	[X86_TRAP_SS]	  = { "stack segment", SIGBUS },
	[X86_TRAP_GP]	  = { "general protection fault", SIGSEGV },
	[X86_TRAP_MF]	  = { "fpu exception", SIGFPE },
	[X86_TRAP_AC]	  = { "alignment check", SIGBUS, BUS_ADRALN },
	[X86_TRAP_XF]	  = { "simd exception", SIGFPE },
};

/* /proc/sys/debug/exception-trace */
int show_unhandled_signals = 1;

static void show_fatal(const struct trap *trap, struct pt_regs *regs,
		       unsigned long error_code)
{
	bool gp = trap == &traps[X86_TRAP_GP];

	if (!show_unhandled_signals || !unhandled_signal(current, trap->signal) ||
	    !printk_ratelimit())
		return;
	pr_info("%s[%d] %s%s ip:%lx sp:%lx error:%lx", current->comm,
		task_pid_nr(current), gp ? "" : "trap ", trap->name, regs->ip, regs->sp,
		error_code);
	print_vma_addr(KERN_CONT " in ", regs->ip);
	pr_cont("\n");
}

static void set_trap(unsigned long vector, unsigned long error_code)
{
	current->thread.trap_nr = vector;
	current->thread.error_code = error_code;
}

/*
 * Of Linux itself, which has touched what is watched in a process, or of a
 * process. dr6 is the CPU's, which has ones where nothing is. The breakpoints
 * are the current thread's only as long as interrupts are off. True if there is more to it
 * than what perf was told of: dr6 says what.
 */
static bool breakpoints_hit(struct pt_regs *regs, unsigned long *dr6)
{
	bool int1;

	*dr6 ^= DR6_RESERVED;
	int1 = !*dr6;
	if (user_mode(regs))
		current->thread.virtual_dr6 = *dr6 & DR_STEP;
	if (notify_die(DIE_DEBUG, "debug", regs, (long)dr6, 0, SIGTRAP) == NOTIFY_STOP)
		return false;
	*dr6 |= current->thread.virtual_dr6;
	return int1 || *dr6 & (DR_STEP | DR_TRAP_BITS);
}

static void user_debug(struct pt_regs *regs, unsigned long dr6)
{
	set_trap(X86_TRAP_DB, 0);
	force_sig_fault(SIGTRAP, get_si_code(dr6), (void __user *)regs->ip);
}

/* x87 and SSE: the reason is in the registers. None: the program has cleared it meanwhile. */
static void user_math(struct pt_regs *regs, unsigned long vector)
{
	struct fpu *fpu = &current->thread.fpu;
	int code;

	fpu_sync_fpstate(fpu);
	set_trap(vector, 0);
	code = fpu__exception_code(fpu, vector);
	if (code)
		force_sig_fault(SIGFPE, code, (void __user *)regs->ip);
}

static void user_exception(struct pt_regs *regs, unsigned long vector,
			   unsigned long error_code)
{
	const struct trap *trap = &traps[vector];

	switch (vector) {
	case X86_TRAP_DB:
		user_debug(regs, error_code);
		return;
	case X86_TRAP_BP:
		if (notify_die(DIE_INT3, "int3", regs, 0, vector, SIGTRAP) == NOTIFY_STOP)
			return;
		break;
	case X86_TRAP_GP:
		if (user_ports_fault(regs) || umip_fault(regs))
			return;
		break;
	case X86_TRAP_MF:
	case X86_TRAP_XF:
		user_math(regs, vector);
		return;
	}

	set_trap(vector, error_code);
	show_fatal(trap, regs, error_code);
	if (trap->code)
		force_sig_fault(trap->signal, trap->code,
				trap->at_ip ? (void __user *)regs->ip : NULL);
	else
		force_sig(trap->signal);
}

int is_valid_bugaddr(unsigned long addr)
{
	unsigned short insn;

	return addr >= TASK_SIZE_MAX && !get_kernel_nofault(insn, (unsigned short *)addr) &&
	       insn == INSN_UD2;
}

static bool warned(struct pt_regs *regs)
{
	if (report_bug(regs->ip, regs) != BUG_TRAP_TYPE_WARN)
		return false;
	regs->ip += LEN_UD2;
	return true;
}

/*
 * Where the microkernel puts the frame that has no place on a thread's stack,
 * once (a double fault): the thread has overflowed it, into the page that
 * guards it or so near that no frame fits. It ends; rewind_stack_and_make_dead
 * goes back to its own stack, of which all is free then, and sets this one again.
 */
#define FAULT_STACK_SIZE	(4 * PAGE_SIZE)

static DEFINE_PER_CPU_PAGE_ALIGNED(char [FAULT_STACK_SIZE], fault_stack);

/* Also where a thread may be moved to another CPU: each has its own. */
void set_fault_stack(void)
{
	vcpu_set_fault_stack((unsigned long)get_cpu_ptr(&fault_stack) + FAULT_STACK_SIZE);
	put_cpu_ptr(&fault_stack);
}

static void __noreturn stack_overflow(struct pt_regs *regs, unsigned long vector)
{
	unsigned long bottom = (unsigned long)task_stack_page(current);

	if (user_mode(regs) || regs->sp > bottom + 2 * sizeof(*regs) || regs->sp < bottom - PAGE_SIZE) {
		pr_emerg("PANIC: double fault, upcall %lu\n", vector);
		die("double fault", regs, 0);
		panic("Machine halted.");
	}
	pr_emerg("BUG: TASK stack guard page was hit at %px (stack is %px..%px)\n",
		 (void *)regs->sp, (void *)bottom, (void *)(bottom + THREAD_SIZE - 1));
	die("stack guard page", regs, 0);
	panic("TASK stack guard hit");
}

static void server_exception(struct pt_regs *regs, unsigned long vector,
			     unsigned long error_code)
{
	const char *name = vector < ARRAY_SIZE(traps) ? traps[vector].name : NULL;

	if (vector == X86_TRAP_DF)
		stack_overflow(regs, error_code);

	if (vector == X86_TRAP_UD && warned(regs))
		return;
	if (fixup_exception(regs, vector, error_code, 0))
		return;
	set_trap(vector, error_code);
	die(name ?: "unknown exception", regs, error_code);
}

void l4_exception(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	if (vector == X86_TRAP_DB && (!breakpoints_hit(regs, &error_code) || !user_mode(regs)))
		return;
	if (!user_mode(regs) || vector == X86_TRAP_DF) {
		server_exception(regs, vector, error_code);
		return;
	}
	if (WARN_ON_ONCE(vector >= ARRAY_SIZE(traps) || !traps[vector].name))
		vector = X86_TRAP_GP;

	local_irq_enable();
	user_exception(regs, vector, error_code);
	local_irq_disable();
}

static asmlinkage void __noreturn __used make_dead(int signal)
{
	mmu_batch_abandon();
	set_fault_stack();
	make_task_dead(signal);
}

/* The end of x86's die(): from the top of the thread's stack, whatever was on it. */
void __noreturn rewind_stack_and_make_dead(int signal)
{
	asm volatile("movq %0, %%rsp\n\t"
		     "xorl %%ebp, %%ebp\n\t"
		     "call make_dead"
		     : : "r" (task_pt_regs(current)), "D" (signal) : "memory");
	unreachable();
}

/* For show_regs: what stands in the frame, and the segment registers. */
void __show_regs(struct pt_regs *regs, enum show_regs_mode mode, const char *log_lvl)
{
	unsigned int ds, es, fs, gs;

	show_iret_regs(regs, log_lvl);
	if (regs->orig_ax != -1)
		pr_cont(" ORIG_RAX: %016lx\n", regs->orig_ax);
	else
		pr_cont("\n");

	printk("%sRAX: %016lx RBX: %016lx RCX: %016lx\n", log_lvl, regs->ax, regs->bx, regs->cx);
	printk("%sRDX: %016lx RSI: %016lx RDI: %016lx\n", log_lvl, regs->dx, regs->si, regs->di);
	printk("%sRBP: %016lx R08: %016lx R09: %016lx\n", log_lvl, regs->bp, regs->r8, regs->r9);
	printk("%sR10: %016lx R11: %016lx R12: %016lx\n", log_lvl, regs->r10, regs->r11, regs->r12);
	printk("%sR13: %016lx R14: %016lx R15: %016lx\n", log_lvl, regs->r13, regs->r14, regs->r15);
	if (mode == SHOW_REGS_SHORT)
		return;

	savesegment(ds, ds);
	savesegment(es, es);
	savesegment(fs, fs);
	savesegment(gs, gs);
	printk("%sFS:  %016lx(%04x) GS:  %016lx(%04x) DS: %04x ES: %04x\n", log_lvl, rdfsbase(),
	       fs, user_gs_read(), gs, ds, es);
}

/* Threads' stacks are all there is; see asm/cpu_entry_area.h. */
bool noinstr get_stack_info_noinstr(unsigned long *stack, struct task_struct *task,
				    struct stack_info *info)
{
	return in_task_stack(stack, task, info);
}

int get_stack_info(unsigned long *stack, struct task_struct *task, struct stack_info *info,
		   unsigned long *visit_mask)
{
	if (stack && in_task_stack(stack, task ?: current, info) &&
	    !(visit_mask && test_and_set_bit(info->type, visit_mask)))
		return 0;
	info->type = STACK_TYPE_UNKNOWN;
	return -EINVAL;
}

const char *stack_type_name(enum stack_type type)
{
	return NULL;
}
