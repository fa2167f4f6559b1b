// SPDX-License-Identifier: GPL-2.0
/* Offsets and sizes that assembler files need. */
#define COMPILE_OFFSETS

#include <linux/kbuild.h>
#include <linux/sched.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>
#include <asm/vcpu.h>

static void __used offsets(void)
{
	OFFSET(TASK_threadsp, task_struct, thread.sp);
	BLANK();
	DEFINE(PTREGS_SIZE, sizeof(struct pt_regs));
	OFFSET(PTREGS_orig_ax, pt_regs, orig_ax);
	OFFSET(PTREGS_ip, pt_regs, ip);
	OFFSET(PTREGS_cs, pt_regs, cs);
	OFFSET(PTREGS_flags, pt_regs, flags);
	OFFSET(PTREGS_sp, pt_regs, sp);
	BLANK();
	DEFINE(VCPU_irq_on, L4_INSTANCE_UTCB + offsetof(struct l4_utcb, vcpu.irq_on));
	DEFINE(VCPU_irq_pending, L4_INSTANCE_UTCB + offsetof(struct l4_utcb, vcpu.irq_pending));
}
