/* SPDX-License-Identifier: GPL-2.0 */
/*
 * preempt_enable and its kin call the scheduler from inline assembly that says
 * nothing of registers: all that a C function may change are saved here.
 */
#include <linux/export.h>
#include <linux/linkage.h>
#include <asm/asm.h>

.macro SCHEDULE_THUNK name, function
SYM_FUNC_START(\name)
	pushq	%rbp
	movq	%rsp, %rbp
	.irp reg, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
	pushq	%\reg
	.endr
	call	\function
	.irp reg, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	popq	%\reg
	.endr
	popq	%rbp
	RET
SYM_FUNC_END(\name)
	_ASM_NOKPROBE(\name)
EXPORT_SYMBOL(\name)
.endm

	.text

SCHEDULE_THUNK preempt_schedule_thunk, preempt_schedule
SCHEDULE_THUNK preempt_schedule_notrace_thunk, preempt_schedule_notrace
