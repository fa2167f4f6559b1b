// SPDX-License-Identifier: GPL-2.0
/*
 * A thread's debug registers as its debugger sees them. Behind each of the
 * four addresses that was ever set stands one of perf's breakpoints, disabled
 * until DR7 enables it. The thread is stopped.
 */
#include <linux/err.h>
#include <linux/hw_breakpoint.h>
#include <linux/nospec.h>
#include <linux/perf_event.h>
#include <linux/sched.h>

#include <asm/debugreg.h>
#include <asm/hw_breakpoint.h>

/* Of the current thread: the debugger finds it in DR6. */
static void breakpoint_hit(struct perf_event *bp, struct perf_sample_data *data,
			   struct pt_regs *regs)
{
	struct thread_struct *thread = &current->thread;
	int n;

	for (n = 0; n < HBP_NUM; n++)
		if (thread->ptrace_bps[n] == bp)
			thread->virtual_dr6 |= DR_TRAP0 << n;
}

static int set_breakpoint(struct task_struct *task, unsigned int n, struct perf_event_attr *attr)
{
	struct perf_event **slot = &task->thread.ptrace_bps[n], *bp;

	if (*slot)
		return modify_user_hw_breakpoint(*slot, attr);
	bp = register_user_hw_breakpoint(attr, breakpoint_hit, NULL, task);
	if (IS_ERR(bp))
		return PTR_ERR(bp);
	*slot = bp;
	return 0;
}

static void get_attributes(struct task_struct *task, unsigned int n, struct perf_event_attr *attr)
{
	struct perf_event *bp = task->thread.ptrace_bps[n];

	if (bp) {
		*attr = bp->attr;
		return;
	}
	ptrace_breakpoint_init(attr);
	attr->bp_type = HW_BREAKPOINT_W;
	attr->bp_len = HW_BREAKPOINT_LEN_1;
	attr->disabled = 1;
}

static int set_address(struct task_struct *task, unsigned int n, unsigned long address)
{
	struct perf_event_attr attr;

	get_attributes(task, n, &attr);
	attr.bp_addr = address;
	return set_breakpoint(task, n, &attr);
}

static int apply_control(struct task_struct *task, unsigned long control)
{
	unsigned int n, x86_len, x86_type;
	int len, type, error;

	for (n = 0; n < HBP_NUM; n++) {
		bool enabled = decode_dr7(control, n, &x86_len, &x86_type);
		struct perf_event_attr attr;

		if (!enabled && !task->thread.ptrace_bps[n])
			continue;
		error = arch_bp_generic_fields(x86_len, x86_type, &len, &type);
		if (error)
			return error;
		get_attributes(task, n, &attr);
		attr.bp_len = len;
		attr.bp_type = type;
		attr.disabled = !enabled;
		error = set_breakpoint(task, n, &attr);
		if (error)
			return error;
	}
	return 0;
}

/* All of it or nothing. */
static int set_control(struct task_struct *task, unsigned long control)
{
	struct thread_struct *thread = &task->thread;
	int error = apply_control(task, control & ~(unsigned long)DR_CONTROL_RESERVED);

	if (error)
		WARN_ON_ONCE(apply_control(task, thread->ptrace_dr7 &
					   ~(unsigned long)DR_CONTROL_RESERVED));
	else
		thread->ptrace_dr7 = control;
	return error;
}

/* The reserved bits of DR6 read as ones; virtual_dr6 has zeroes there. */
unsigned long ptrace_debug_register(struct task_struct *task, unsigned int n)
{
	struct thread_struct *thread = &task->thread;

	if (n < HBP_NUM) {
		struct perf_event *bp = thread->ptrace_bps[array_index_nospec(n, HBP_NUM)];

		return bp ? bp->hw.info.address : 0;
	}
	if (n == 6)
		return thread->virtual_dr6 ^ DR6_RESERVED;
	return n == 7 ? thread->ptrace_dr7 : 0;
}

int ptrace_set_debug_register(struct task_struct *task, unsigned int n, unsigned long value)
{
	if (n < HBP_NUM)
		return set_address(task, array_index_nospec(n, HBP_NUM), value);
	if (n == 7)
		return set_control(task, value);
	if (n != 6)
		return -EIO;
	task->thread.virtual_dr6 = value ^ DR6_RESERVED;
	return 0;
}
