/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door: how control comes in from the microkernel, and the one place it
 * goes out to a frame. Both entries find the stack at a complete pt_regs and
 * leave with rsp at the same one: upcalls nest like calls. The register
 * contract is in l4/vcpu.h. An odd rbp tells the unwinder that a pt_regs is
 * there. Between the last line of C and the resume the virtual interrupt flag
 * stays off, so nothing changes what C has prepared.
 */
#include <linux/linkage.h>
#include <asm/asm-offsets.h>
#include <asm/processor-flags.h>
#include <l4/syscall.h>

	.section .entry.text, "ax"

/* rdi = frame, rsi = system call number */
SYM_CODE_START(entry_syscall)
	leaq	1(%rsp), %rbp
	call	upcall_syscall
	jmp	resume
SYM_CODE_END(entry_syscall)

/* rdi = frame, rsi = vector, rdx = error code, rcx = fault address */
SYM_CODE_START(entry_event)
	leaq	1(%rsp), %rbp
	call	upcall_event
	testb	$3, PTREGS_cs(%rsp)
	jnz	resume
	/*
	 * Back into Linux: nothing that takes the microkernel. Where the
	 * interrupted stack ended, partly in this frame, come flags and ip. If
	 * an upcall comes after the flag is on, its frame goes below.
	 */
	testl	$X86_EFLAGS_IF, PTREGS_flags(%rsp)
	jz	1f
	movb	$1, VCPU_irq_on
	cmpb	$0, VCPU_irq_pending
	je	1f
	call	vcpu_poll
1:	movq	PTREGS_sp(%rsp), %rax
	movq	PTREGS_ip(%rsp), %rcx
	movq	PTREGS_flags(%rsp), %rdx
	subq	$16, %rax
	movq	%rax, PTREGS_orig_ax(%rsp)
	movq	%rcx, 8(%rax)
	movq	%rdx, (%rax)
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	movq	(%rsp), %rsp
	popfq
	ret
SYM_INNER_LABEL(resume, SYM_L_LOCAL)
	movl	$L4_CALL_VCPU_RESUME, %eax
	syscall
	/* Refused: the call returns, and the frame is still ours to correct. */
	movq	%rsp, %rdi
	movq	%rax, %rsi
	call	resume_failed
	jmp	resume
SYM_CODE_END(entry_event)

/* The first instructions of a new thread: rax = previous thread, rbx = function or 0, r12 = argument */
SYM_CODE_START(ret_from_fork_asm)
	movq	%rax, %rdi
	movq	%rsp, %rsi
	movq	%rbx, %rdx
	movq	%r12, %rcx
	call	ret_from_fork
	jmp	resume
SYM_CODE_END(ret_from_fork_asm)

/*
 * rdi = previous, rsi = next thread. What it pushes is x86's struct
 * inactive_task_frame, which copy_thread makes for a new thread.
 */
SYM_FUNC_START(__switch_to_asm)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, TASK_threadsp(%rdi)
	movq	TASK_threadsp(%rsi), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	jmp	__switch_to
SYM_FUNC_END(__switch_to_asm)
