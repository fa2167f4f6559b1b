/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vCPU goes from user mode to its server and back without C: its registers go
 * straight to the server's stack, or come from there, at addresses that were checked,
 * by instructions that may fault (fixup.h). What is unusual is left to the long ways,
 * with all registers as they were: so until nothing can fail any more only those are
 * touched that are kept in struct cpu or the thread's frame.
 */
#include <l4/syscall.h>
#include <l4/vcpu.h>

#include "offsets.h"
#include "x86/cpu/layout.h"
#include "x86/entry/entry.h"
#include "x86/mmu/fixup.h"

	.text

/*
 * A process's system call becomes an upcall, the short way: all registers go
 * straight to the server's stack. What is unusual (a stack we must not or
 * cannot write) is left to the long way, with all registers as they were.
 */
	.globl upcall_syscall
upcall_syscall:
	mov	%rdi, %gs:CPU_SCRATCH
	mov	THREAD_UTCB(%rsp), %rdi
	mov	VCPU_ENTRY_SP(%rdi), %rdi
	check_server_stack %rdi %rsp upcall_long
	mov	%gs:CPU_CURRENT, %rsp
	mov	THREAD_HOST_ROOT(%rsp), %rsp
	mov	%rsp, %gs:CPU_CR3
	mov	%rsp, %cr3
	mov	%gs:CPU_STACK_TOP, %rsp
	mov	%rsi, %gs:CPU_SCRATCH2
	sub	$FRAME_SIZE, %rdi
	stac
	fixup upcall_begin, upcall_end, upcall_fault
upcall_begin:
	mov	%r15, FRAME_R15(%rdi)
	mov	%r14, FRAME_R14(%rdi)
	mov	%r13, FRAME_R13(%rdi)
	mov	%r12, FRAME_R12(%rdi)
	mov	%rbp, FRAME_BP(%rdi)
	mov	%rbx, FRAME_BX(%rdi)
	mov	%r11, FRAME_R11(%rdi)
	mov	%r10, FRAME_R10(%rdi)
	mov	%r9, FRAME_R9(%rdi)
	mov	%r8, FRAME_R8(%rdi)
	movq	$LINUX_ENOSYS, FRAME_AX(%rdi)
	mov	%rcx, FRAME_CX(%rdi)
	mov	%rdx, FRAME_DX(%rdi)
	mov	%rsi, FRAME_SI(%rdi)
	mov	%rax, FRAME_ORIG_AX(%rdi)
	mov	%rcx, FRAME_IP(%rdi)
	movq	$SEL_USER_CS, FRAME_CS(%rdi)
	mov	%r11, FRAME_FLAGS(%rdi)
	movq	$SEL_USER_SS, FRAME_SS(%rdi)
	mov	%gs:CPU_SCRATCH, %rsi
	mov	%rsi, FRAME_DI(%rdi)
	mov	%gs:CPU_USER_SP, %rsi
	mov	%rsi, FRAME_SP(%rdi)
upcall_end:
	clac
	mov	%rax, %rsi
	mov	%gs:CPU_CURRENT, %rdx
	movb	$0, THREAD_USER_MODE(%rdx)
	mov	THREAD_ENTRY_SYSCALL(%rdx), %rcx
	mov	THREAD_UTCB(%rdx), %rdx
	movb	$0, VCPU_IRQ_ON(%rdx)
	movzwl	%gs:CPU_SERVER_IO_BASE, %edx
	mov	%dx, %gs:CPU_IO_BASE
	mov	$FLAGS_SERVER, %r11d
	mov	%rdi, %rsp
	swapgs
	sysretq
upcall_fault:
	clac
	mov	%gs:CPU_SCRATCH2, %rsi
upcall_long:
	mov	%gs:CPU_SCRATCH, %rdi
	jmp	syscall_long

/*
 * Resume to user mode, the short way: with no interrupt pending. But for rcx
 * and r11, and what mapping a batch spoils, registers are touched only when
 * nothing can fail any more, so that the long way can return an error.
 */
	.globl resume
resume:
	mov	%rcx, %gs:CPU_SCRATCH
	mov	%r11, %gs:CPU_SCRATCH2
	mov	THREAD_UTCB(%rsp), %rcx
	cmpb	$0, VCPU_IRQ_PENDING(%rcx)
	jne	resume_long
	cmpq	$0, THREAD_GUEST_ROOT(%rsp)
	je	resume_long
	cmpq	$0, VCPU_BATCH_COUNT(%rcx)
	jne	resume_batch
resume_mapped:
	mov	%gs:CPU_USER_SP, %rcx
	check_server_stack %rcx %rax resume_long
	mov	%gs:CPU_STACK_TOP, %rsp
	stac
	fixup resume_begin, resume_end, resume_fault
resume_begin:
	mov	FRAME_R15(%rcx), %rax	/* both ends of the frame are there: so is all of it, for now */
	cmpq	$SEL_USER_SS, FRAME_SS(%rcx)
	jne	resume_fault
	cmpq	$SEL_USER_CS, FRAME_CS(%rcx)
	jne	resume_fault
	mov	FRAME_FLAGS(%rcx), %r11
	test	$(FLAGS_NOT_USER), %r11
	jnz	resume_fault
	mov	FRAME_IP(%rcx), %rax
	mov	%rax, %gs:CPU_RESUME_IP	/* read once: it is this one that was checked */
	sar	$47, %rax
	add	$1, %rax
	cmp	$1, %rax
	ja	resume_fault		/* not canonical */
resume_end:
	/* Another CPU may take it away meanwhile; registers are lost then. The stack is the kernel's for that. */
	fixup resume_end, resume_read, resume_lost
	or	$FLAGS_SERVER, %r11
	mov	%r11, %gs:CPU_SCRATCH2
	mov	FRAME_R15(%rcx), %r15
	mov	FRAME_R14(%rcx), %r14
	mov	FRAME_R13(%rcx), %r13
	mov	FRAME_R12(%rcx), %r12
	mov	FRAME_BP(%rcx), %rbp
	mov	FRAME_BX(%rcx), %rbx
	mov	FRAME_R10(%rcx), %r10
	mov	FRAME_R9(%rcx), %r9
	mov	FRAME_R8(%rcx), %r8
	mov	FRAME_DX(%rcx), %rdx
	mov	FRAME_SI(%rcx), %rsi
	mov	FRAME_DI(%rcx), %rdi
	mov	%gs:CPU_CURRENT, %r11
	mov	THREAD_UTCB(%r11), %rax
	movb	$1, VCPU_IRQ_ON(%rax)
	movb	$1, THREAD_USER_MODE(%r11)
	movw	$IO_BITMAP_NONE, %gs:CPU_IO_BASE
	mov	THREAD_GUEST_ROOT(%r11), %rax
	mov	%rax, %gs:CPU_CR3
	mov	%gs:CPU_SCRATCH2, %r11
	cmp	FRAME_R11(%rcx), %r11
	jne	resume_by_iret
	test	$(FLAGS_TF_RF), %r11d
	jnz	resume_by_iret
	mov	FRAME_CX(%rcx), %r11
	cmp	%gs:CPU_RESUME_IP, %r11
	jne	resume_by_iret
	mov	FRAME_AX(%rcx), %r11
	mov	FRAME_SP(%rcx), %rsp	/* the last one */
	clac
	mov	%rax, %cr3
	mov	%r11, %rax
	mov	%gs:CPU_RESUME_IP, %rcx
	mov	%gs:CPU_SCRATCH2, %r11
	swapgs
	sysretq
resume_by_iret:
	mov	%gs:CPU_STACK_TOP, %rsp
	push	$SEL_USER_SS
	push	FRAME_SP(%rcx)
	push	%gs:CPU_SCRATCH2
	push	$SEL_USER_CS
	push	%gs:CPU_RESUME_IP
	push	FRAME_AX(%rcx)
	mov	FRAME_R11(%rcx), %r11
	mov	FRAME_CX(%rcx), %rcx
resume_read:
	clac
	mov	%rax, %cr3
	pop	%rax
	swapgs
	iretq

/*
 * First what is to be mapped. If that fails the batch is still there, and the
 * long way tries it again to fail with the reason. An error may cost the
 * server the registers that a call in C may change.
 */
resume_batch:
	mov	%rsp, %rdi
	mov	%gs:CPU_STACK_TOP, %rsp
	call_c	vcpu_resume_batch
	test	%eax, %eax
	jnz	resume_long
	/* A window in a long one may have let in an interrupt of this very vCPU. */
	mov	%gs:CPU_CURRENT, %rcx
	mov	THREAD_UTCB(%rcx), %rcx
	cmpb	$0, VCPU_IRQ_PENDING(%rcx)
	je	resume_mapped
	jmp	resume_long

resume_lost:
	clac
	mov	%gs:CPU_SCRATCH, %rcx
	mov	$FLAGS_SERVER, %r11d
	xor	%eax, %eax
	push_syscall_frame
	call	trap_lost_frame_many
	jmp	leave

resume_fault:
	clac
resume_long:
	mov	%gs:CPU_SCRATCH, %rcx
	mov	%gs:CPU_SCRATCH2, %r11
	mov	$L4_CALL_VCPU_RESUME, %eax
	jmp	syscall_long

/*
 * A vCPU's page fault becomes an upcall, the short way. Its last registers
 * are in the thread's frame, of which rsp is the place of ax now; the others
 * are as they were until nothing can fail any more.
 */
	.globl page_fault
page_fault:
	cmpl	$SEL_USER_CS, (FRAME_CS - FRAME_AX)(%rsp)
	jne	trap_long		/* the kernel's, or 32-bit code's */
	swapgs
	cld
	mov	%gs:CPU_CURRENT, %rcx
	mov	THREAD_UTCB(%rcx), %rdx
	cmpb	$0, THREAD_USER_MODE(%rcx)
	je	page_fault_of_server
	cmpb	$0, %gs:CPU_DEBUG_ON	/* the server may have to get the time-stamp counter back */
	jne	page_fault_long
	mov	VCPU_ENTRY_SP(%rdx), %rsi
	check_server_stack %rsi %rax page_fault_long
	mov	THREAD_HOST_ROOT(%rcx), %rax
	mov	%rax, %gs:CPU_CR3
	mov	%rax, %cr3
page_fault_push:
	sub	$FRAME_SIZE, %rsi
	mov	%rsp, %rdi
	mov	%gs:CPU_STACK_TOP, %rsp
	stac
	fixup page_fault_begin, page_fault_end, page_fault_fault
page_fault_begin:
	mov	%r15, FRAME_R15(%rsi)
	mov	%r14, FRAME_R14(%rsi)
	mov	%r13, FRAME_R13(%rsi)
	mov	%r12, FRAME_R12(%rsi)
	mov	%rbp, FRAME_BP(%rsi)
	mov	%rbx, FRAME_BX(%rsi)
	mov	%r11, FRAME_R11(%rsi)
	mov	%r10, FRAME_R10(%rsi)
	mov	%r9, FRAME_R9(%rsi)
	mov	%r8, FRAME_R8(%rsi)
	.irp	field, FRAME_AX, FRAME_CX, FRAME_DX, FRAME_SI, FRAME_DI, FRAME_IP, FRAME_FLAGS, FRAME_SP
	mov	(\field - FRAME_AX)(%rdi), %rax
	mov	%rax, \field(%rsi)
	.endr
	movq	$-1, FRAME_ORIG_AX(%rsi)
	movq	$SEL_USER_CS, FRAME_CS(%rsi)
	movq	$SEL_USER_SS, FRAME_SS(%rsi)
	cmpb	$0, THREAD_USER_MODE(%rcx)
	jne	page_fault_end
	movq	$L4_CS_SERVER, FRAME_CS(%rsi)
	movq	$L4_SS_SERVER, FRAME_SS(%rsi)
	cmpb	$0, VCPU_IRQ_ON(%rdx)
	jne	page_fault_end
	andq	$~FLAGS_IF, FRAME_FLAGS(%rsi)
page_fault_end:
	clac
	movb	$0, THREAD_USER_MODE(%rcx)
	movb	$0, VCPU_IRQ_ON(%rdx)
	movzwl	%gs:CPU_SERVER_IO_BASE, %eax
	mov	%ax, %gs:CPU_IO_BASE
	mov	THREAD_ENTRY_EVENT(%rcx), %rax
	mov	(FRAME_ORIG_AX - FRAME_AX)(%rdi), %rdx
	push	$SEL_USER_SS
	push	%rsi
	push	$FLAGS_SERVER
	push	$SEL_USER_CS
	push	%rax
	mov	%cr2, %rcx
	mov	%rsi, %rdi
	mov	$TRAP_PAGE_FAULT, %esi
	swapgs
	iretq
/* A vCPU's server itself: the frame comes below its stack pointer. */
page_fault_of_server:
	cmpb	$0, THREAD_IS_VCPU(%rcx)
	je	page_fault_long
	mov	(FRAME_SP - FRAME_AX)(%rsp), %rsi
	and	$~15, %rsi
	check_server_stack %rsi %rax page_fault_long
	jmp	page_fault_push
page_fault_fault:
	clac
	mov	%rdi, %rsp
page_fault_long:
	mov	$TRAP_PAGE_FAULT, %edi
	swapgs
	jmp	trap_long

	.section .note.GNU-stack, "", @progbits
