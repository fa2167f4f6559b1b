// SPDX-License-Identifier: GPL-2.0
/*
 * ptrace and core dumps: a thread's registers in the layouts of x86-64's
 * struct user and of its notes. What a debugger may set is limited to what
 * user mode itself may set; the microkernel checks frames once more. The
 * thread looked at is stopped, or is the current one.
 */
#include <linux/audit.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/regset.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>

#include <asm/debugreg.h>
#include <asm/fpu/regset.h>
#include <asm/fpu/signal.h>
#include <asm/fpu/xstate.h>
#include <asm/fsgsbase.h>
#include <asm/proto.h>
#include <asm/syscall.h>
#include <asm/traps.h>
#include <asm/user.h>

#define USER_REG(name)		offsetof(struct user_regs_struct, name)
#define DEBUG_REG(n)		offsetof(struct user, u_debugreg[n])

#define USER_FLAGS							\
	((unsigned long)(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | \
			 X86_EFLAGS_NT | X86_EFLAGS_RF | X86_EFLAGS_AC))

enum { REGSET_GENERAL, REGSET_FP, REGSET_XSTATE };

/* user_regs_struct begins as pt_regs is. */
static unsigned long *frame_word(struct task_struct *task, unsigned long offset)
{
	return (unsigned long *)((char *)task_pt_regs(task) + offset);
}

static unsigned short *selector(struct thread_struct *thread, unsigned long offset)
{
	switch (offset) {
	case USER_REG(ds):
		return &thread->ds;
	case USER_REG(es):
		return &thread->es;
	case USER_REG(fs):
		return &thread->fsindex;
	case USER_REG(gs):
		return &thread->gsindex;
	}
	return NULL;
}

static unsigned long current_selector(unsigned long offset)
{
	unsigned int value = 0;

	switch (offset) {
	case USER_REG(ds):
		savesegment(ds, value);
		break;
	case USER_REG(es):
		savesegment(es, value);
		break;
	case USER_REG(fs):
		savesegment(fs, value);
		break;
	case USER_REG(gs):
		savesegment(gs, value);
		break;
	}
	return value;
}

static unsigned long getreg(struct task_struct *task, unsigned long offset)
{
	unsigned short *sel = selector(&task->thread, offset);

	if (sel)
		return task == current ? current_selector(offset) : *sel;

	switch (offset) {
	case USER_REG(fs_base):
		return x86_fsbase_read_task(task);
	case USER_REG(gs_base):
		return x86_gsbase_read_task(task);
	case USER_REG(cs):
	case USER_REG(ss):
		return (u16)*frame_word(task, offset);
	case USER_REG(flags):
		/* A trap flag that single-stepping has set is not the program's. */
		if (test_tsk_thread_flag(task, TIF_FORCED_TF))
			return *frame_word(task, offset) & ~X86_EFLAGS_TF;
		break;
	}
	return *frame_word(task, offset);
}

static int put_selector(struct task_struct *task, unsigned long offset, u16 value)
{
	unsigned short *sel = selector(&task->thread, offset);

	if (WARN_ON_ONCE(task == current))
		return -EIO;
	if (value && (value & SEGMENT_RPL_MASK) != USER_RPL)
		return -EIO;
	if (sel) {
		*sel = value;
		return 0;
	}
	/* cs or ss: a wrong one is found when the thread runs on, a zero would hide that. */
	if (!value)
		return -EIO;
	*frame_word(task, offset) = value;
	return 0;
}

static int put_flags(struct task_struct *task, unsigned long value)
{
	unsigned long *flags = &task_pt_regs(task)->flags;

	if (value & X86_EFLAGS_TF)
		clear_tsk_thread_flag(task, TIF_FORCED_TF);
	else if (test_tsk_thread_flag(task, TIF_FORCED_TF))
		value |= X86_EFLAGS_TF;
	*flags = (*flags & ~USER_FLAGS) | (value & USER_FLAGS);
	return 0;
}

static int putreg(struct task_struct *task, unsigned long offset, unsigned long value)
{
	switch (offset) {
	case USER_REG(cs):
	case USER_REG(ss):
	case USER_REG(ds):
	case USER_REG(es):
	case USER_REG(fs):
	case USER_REG(gs):
		return put_selector(task, offset, value);
	case USER_REG(flags):
		return put_flags(task, value);
	case USER_REG(fs_base):
	case USER_REG(gs_base):
		if (value >= TASK_SIZE_MAX)
			return -EIO;
		if (offset == USER_REG(fs_base))
			x86_fsbase_write_task(task, value);
		else
			x86_gsbase_write_task(task, value);
		return 0;
	}
	*frame_word(task, offset) = value;
	return 0;
}

static int genregs_get(struct task_struct *target, const struct user_regset *regset,
		       struct membuf to)
{
	unsigned long offset;

	for (offset = 0; to.left; offset += sizeof(long))
		membuf_store(&to, getreg(target, offset));
	return 0;
}

static int genregs_set(struct task_struct *target, const struct user_regset *regset,
		       unsigned int pos, unsigned int count, const void *kbuf,
		       const void __user *ubuf)
{
	unsigned int end = pos + round_down(count, sizeof(long)), start = pos;
	unsigned long value;
	int error;

	for (; pos < end; pos += sizeof(long)) {
		if (kbuf)
			memcpy(&value, kbuf + pos - start, sizeof(value));
		else if (__get_user(value, (unsigned long __user *)(ubuf + pos - start)))
			return -EFAULT;
		error = putreg(target, pos, value);
		if (error)
			return error;
	}
	return 0;
}

static struct user_regset regsets[] __ro_after_init = {
	[REGSET_GENERAL] = {
		.core_note_type	= NT_PRSTATUS,
		.n		= sizeof(struct user_regs_struct) / sizeof(long),
		.size		= sizeof(long),
		.align		= sizeof(long),
		.regset_get	= genregs_get,
		.set		= genregs_set,
	},
	[REGSET_FP] = {
		.core_note_type	= NT_PRFPREG,
		.n		= sizeof(struct fxregs_state) / sizeof(long),
		.size		= sizeof(long),
		.align		= sizeof(long),
		.active		= regset_xregset_fpregs_active,
		.regset_get	= xfpregs_get,
		.set		= xfpregs_set,
	},
	[REGSET_XSTATE] = {
		.core_note_type	= NT_X86_XSTATE,
		.size		= sizeof(u64),
		.align		= sizeof(u64),
		.active		= xstateregs_active,
		.regset_get	= xstateregs_get,
		.set		= xstateregs_set,
	},
};

static const struct user_regset_view view = {
	.name		= "x86_64",
	.e_machine	= EM_X86_64,
	.regsets	= regsets,
	.n		= ARRAY_SIZE(regsets),
};

const struct user_regset_view *task_user_regset_view(struct task_struct *task)
{
	return &view;
}

/* Bytes 464..511 of the XSTATE regset, for x86's fpu/regset.c. */
u64 xstate_fx_sw_bytes[USER_XSTATE_FX_SW_WORDS];

void __init update_regset_xstate_info(unsigned int size, u64 xstate_mask)
{
	regsets[REGSET_XSTATE].n = size / sizeof(u64);
	xstate_fx_sw_bytes[USER_XSTATE_XCR0_WORD] = xstate_mask;
}

void ptrace_disable(struct task_struct *child)
{
	user_disable_single_step(child);
}

static bool is_debug_register(unsigned long addr)
{
	return addr >= DEBUG_REG(0) && addr <= DEBUG_REG(7);
}

static unsigned int debug_register(unsigned long addr)
{
	return (addr - DEBUG_REG(0)) / sizeof(long);
}

static unsigned long peek(struct task_struct *child, unsigned long addr)
{
	if (addr < sizeof(struct user_regs_struct))
		return getreg(child, addr);
	return is_debug_register(addr) ? ptrace_debug_register(child, debug_register(addr)) : 0;
}

static int poke(struct task_struct *child, unsigned long addr, unsigned long data)
{
	if (addr < sizeof(struct user_regs_struct))
		return putreg(child, addr, data);
	if (is_debug_register(addr))
		return ptrace_set_debug_register(child, debug_register(addr), data);
	return -EIO;
}

long arch_ptrace(struct task_struct *child, long request, unsigned long addr,
		 unsigned long data)
{
	unsigned long __user *datap = (unsigned long __user *)data;

	switch (request) {
	case PTRACE_PEEKUSR:
	case PTRACE_POKEUSR:
		if (addr % sizeof(long) || addr >= sizeof(struct user))
			return -EIO;
		return request == PTRACE_PEEKUSR ? put_user(peek(child, addr), datap) :
						   poke(child, addr, data);
	case PTRACE_GETREGS:
		return copy_regset_to_user(child, &view, REGSET_GENERAL, 0,
					   sizeof(struct user_regs_struct), datap);
	case PTRACE_SETREGS:
		return copy_regset_from_user(child, &view, REGSET_GENERAL, 0,
					     sizeof(struct user_regs_struct), datap);
	case PTRACE_GETFPREGS:
		return copy_regset_to_user(child, &view, REGSET_FP, 0,
					   sizeof(struct user_i387_struct), datap);
	case PTRACE_SETFPREGS:
		return copy_regset_from_user(child, &view, REGSET_FP, 0,
					     sizeof(struct user_i387_struct), datap);
	case PTRACE_ARCH_PRCTL:
		return do_arch_prctl_64(child, data, addr);
	}
	return ptrace_request(child, request, addr, data);
}

/* The single step over a system call ends at its exit. */
void user_single_step_report(struct pt_regs *regs)
{
	current->thread.trap_nr = X86_TRAP_DB;
	current->thread.error_code = 0;
	force_sig_fault(SIGTRAP, TRAP_BRKPT, (void __user *)regs->ip);
}
