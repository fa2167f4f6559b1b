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
	OFFSET(PTREGS_r15, pt_regs, r15);
	OFFSET(PTREGS_r14, pt_regs, r14);
	OFFSET(PTREGS_r13, pt_regs, r13);
	OFFSET(PTREGS_r12, pt_regs, r12);
	OFFSET(PTREGS_bp, pt_regs, bp);
	OFFSET(PTREGS_bx, pt_regs, bx);
	OFFSET(PTREGS_r11, pt_regs, r11);
	OFFSET(PTREGS_r10, pt_regs, r10);
	OFFSET(PTREGS_r9, pt_regs, r9);
	OFFSET(PTREGS_r8, pt_regs, r8);
	OFFSET(PTREGS_ax, pt_regs, ax);
	OFFSET(PTREGS_cx, pt_regs, cx);
	OFFSET(PTREGS_dx, pt_regs, dx);
	OFFSET(PTREGS_si, pt_regs, si);
	OFFSET(PTREGS_di, pt_regs, di);
	OFFSET(PTREGS_orig_ax, pt_regs, orig_ax);
	OFFSET(PTREGS_ip, pt_regs, ip);
	OFFSET(PTREGS_cs, pt_regs, cs);
	OFFSET(PTREGS_flags, pt_regs, flags);
	OFFSET(PTREGS_sp, pt_regs, sp);
	BLANK();
	DEFINE(UTCB_first, L4_INSTANCE_UTCB);
	DEFINE(UTCB_stride, L4_INSTANCE_UTCB_STRIDE);
	OFFSET(UTCB_irq_on, l4_utcb, vcpu.irq_on);
	OFFSET(UTCB_irq_pending, l4_utcb, vcpu.irq_pending);
}
