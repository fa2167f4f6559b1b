// SPDX-License-Identifier: GPL-2.0
/*
 * Breakpoints and watchpoints in the CPU's debug registers, for perf, and by
 * perf for debuggers. Only what processes can see can be watched: the
 * microkernel takes no other address. Perf calls arch_install_hw_breakpoint and its
 * counterpart when the thread that they are for comes to run and when it is
 * switched away, with interrupts off; so the registers are always the current
 * thread's.
 */
#include <linux/capability.h>
#include <linux/hw_breakpoint.h>
#include <linux/kdebug.h>
#include <linux/perf_event.h>
#include <linux/sched.h>

#include <asm/debugreg.h>
#include <asm/hw_breakpoint.h>
#include <asm/vcpu.h>

static DEFINE_PER_CPU(struct perf_event *[HBP_NUM], installed);
static DEFINE_PER_CPU(unsigned long, control);		/* DR7 */

/* x86's constants for a length and a type are what DR7 has, marked by a bit each. */
#define LENGTH_MARK	0x40
#define TYPE_MARK	0x80

unsigned long encode_dr7(int n, unsigned int len, unsigned int type)
{
	unsigned long kind = (len & ~LENGTH_MARK) | (type & ~TYPE_MARK);

	return kind << (DR_CONTROL_SHIFT + n * DR_CONTROL_SIZE) |
	       (unsigned long)DR_GLOBAL_ENABLE << (n * DR_ENABLE_SIZE);
}

int decode_dr7(unsigned long dr7, int n, unsigned int *len, unsigned int *type)
{
	unsigned int kind = dr7 >> (DR_CONTROL_SHIFT + n * DR_CONTROL_SIZE);

	*len = (kind & 0xc) | LENGTH_MARK;
	*type = (kind & 3) | TYPE_MARK;
	return dr7 >> (n * DR_ENABLE_SIZE) & (DR_LOCAL_ENABLE | DR_GLOBAL_ENABLE);
}

static int slot_of(const struct perf_event *bp)
{
	int n;

	for (n = 0; n < HBP_NUM; n++)
		if (__this_cpu_read(installed[n]) == bp)
			return n;
	return -EBUSY;
}

int arch_install_hw_breakpoint(struct perf_event *bp)
{
	struct arch_hw_breakpoint *info = counter_arch_bp(bp);
	int n = slot_of(NULL);

	if (WARN_ON_ONCE(n < 0))
		return n;
	__this_cpu_write(installed[n], bp);
	__this_cpu_or(control, encode_dr7(n, info->len, info->type));
	WARN_ON_ONCE(vcpu_set_breakpoint(n, info->address, __this_cpu_read(control)));
	return 0;
}

void arch_uninstall_hw_breakpoint(struct perf_event *bp)
{
	struct arch_hw_breakpoint *info = counter_arch_bp(bp);
	int n = slot_of(bp);

	if (WARN_ON_ONCE(n < 0))
		return;
	__this_cpu_write(installed[n], NULL);
	__this_cpu_and(control, ~encode_dr7(n, info->len, info->type));
	WARN_ON_ONCE(vcpu_set_breakpoint(n, 0, __this_cpu_read(control)));
}

int arch_bp_generic_fields(int x86_len, int x86_type, int *len, int *type)
{
	switch (x86_len) {
	case X86_BREAKPOINT_LEN_1:
		*len = HW_BREAKPOINT_LEN_1;
		break;
	case X86_BREAKPOINT_LEN_2:
		*len = HW_BREAKPOINT_LEN_2;
		break;
	case X86_BREAKPOINT_LEN_4:
		*len = HW_BREAKPOINT_LEN_4;
		break;
	case X86_BREAKPOINT_LEN_8:
		*len = HW_BREAKPOINT_LEN_8;
		break;
	default:
		return -EINVAL;
	}
	switch (x86_type) {
	case X86_BREAKPOINT_WRITE:
		*type = HW_BREAKPOINT_W;
		return 0;
	case X86_BREAKPOINT_RW:
		*type = HW_BREAKPOINT_RW;
		return 0;
	case X86_BREAKPOINT_EXECUTE:
		if (x86_len != X86_BREAKPOINT_LEN_X)
			return -EINVAL;
		*type = HW_BREAKPOINT_X;
		*len = sizeof(long);
		return 0;
	}
	return -EINVAL;
}

int arch_check_bp_in_kernelspace(struct arch_hw_breakpoint *hw)
{
	return hw->address >= TASK_SIZE_MAX;
}

static int parse_length(const struct perf_event_attr *attr, struct arch_hw_breakpoint *hw)
{
	switch (attr->bp_len) {
	case HW_BREAKPOINT_LEN_1:
		hw->len = X86_BREAKPOINT_LEN_1;
		break;
	case HW_BREAKPOINT_LEN_2:
		hw->len = X86_BREAKPOINT_LEN_2;
		break;
	case HW_BREAKPOINT_LEN_4:
		hw->len = X86_BREAKPOINT_LEN_4;
		break;
	case HW_BREAKPOINT_LEN_8:
		hw->len = X86_BREAKPOINT_LEN_8;
		break;
	default:	/* a range, which a few CPUs could watch */
		return is_power_of_2(attr->bp_len) && !(attr->bp_addr & (attr->bp_len - 1)) ?
			       -EOPNOTSUPP : -EINVAL;
	}
	return attr->bp_addr & (attr->bp_len - 1) ? -EINVAL : 0;
}

int hw_breakpoint_arch_parse(struct perf_event *bp, const struct perf_event_attr *attr,
			     struct arch_hw_breakpoint *hw)
{
	if (attr->bp_addr + attr->bp_len - 1 < attr->bp_addr)
		return -EINVAL;
	hw->address = attr->bp_addr;
	hw->mask = 0;
	/* Who may not watch the kernel natively is told so by our caller; who may, here. */
	if (arch_check_bp_in_kernelspace(hw) && !attr->exclude_kernel && capable(CAP_SYS_ADMIN))
		return -EOPNOTSUPP;

	switch (attr->bp_type) {
	case HW_BREAKPOINT_W:
		hw->type = X86_BREAKPOINT_WRITE;
		return parse_length(attr, hw);
	case HW_BREAKPOINT_RW:
		hw->type = X86_BREAKPOINT_RW;
		return parse_length(attr, hw);
	case HW_BREAKPOINT_X:
		hw->type = X86_BREAKPOINT_EXECUTE;
		hw->len = X86_BREAKPOINT_LEN_X;
		return attr->bp_len == sizeof(long) ? 0 : -EINVAL;
	}
	return -EINVAL;
}

/* At the thread's end and when it becomes another program. */
void flush_ptrace_hw_breakpoint(struct task_struct *task)
{
	struct thread_struct *thread = &task->thread;
	int n;

	for (n = 0; n < HBP_NUM; n++) {
		unregister_hw_breakpoint(thread->ptrace_bps[n]);
		thread->ptrace_bps[n] = NULL;
	}
	thread->virtual_dr6 = 0;
	thread->ptrace_dr7 = 0;
}

/*
 * A debug exception; interrupts are off. *dr6 loses the bits that perf was told
 * of, which sets them in virtual_dr6 for a debugger. NOTIFY_STOP: it had no
 * other reason, and no debugger waits for it.
 */
int hw_breakpoint_exceptions_notify(struct notifier_block *block, unsigned long event, void *data)
{
	struct die_args *args = data;
	unsigned long *dr6, hits, others;
	int n;

	if (event != DIE_DEBUG)
		return NOTIFY_DONE;
	dr6 = (unsigned long *)args->err;
	hits = *dr6 & DR_TRAP_BITS;
	others = *dr6 & ~DR_TRAP_BITS;
	if (!hits)
		return NOTIFY_DONE;
	for (n = 0; n < HBP_NUM; n++) {
		struct perf_event *bp = __this_cpu_read(installed[n]);
		bool before;

		if (!(hits & (DR_TRAP0 << n)) || !bp)
			continue;
		before = counter_arch_bp(bp)->type == X86_BREAKPOINT_EXECUTE;
		/* The step has ended where a breakpoint is, which has its own exception later. */
		if (before && (others & DR_STEP))
			continue;
		*dr6 &= ~(DR_TRAP0 << n);
		perf_bp_event(bp, args->regs);
		if (before)
			args->regs->flags |= X86_EFLAGS_RF;
	}
	if (others || current->thread.virtual_dr6 & DR_TRAP_BITS)
		return NOTIFY_DONE;
	return NOTIFY_STOP;
}

void hw_breakpoint_pmu_read(struct perf_event *bp)
{
}
