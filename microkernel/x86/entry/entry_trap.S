/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions and interrupts, and the way out of the kernel. The CPU has pushed ss to ip,
 * the stubs what is uniform of an error code; all registers are as they were, and go to
 * the frame: the current thread's, to whose end tss.rsp0 points.
 *
 * From the kernel itself only two things trap: a fault in a user copy, and an
 * interrupt while the CPU waits for one. Their frame is on the kernel stack.
 */
#include "offsets.h"
#include "x86/cpu/layout.h"
#include "x86/entry/entry.h"

	.text

/* rdi: the frame to continue with */
	.globl entry_leave
entry_leave:
	mov	%rdi, %rax
	.globl leave
leave:
	mov	%rax, %rsp
	cmpl	$SEL_USER_CS, FRAME_CS(%rsp)
	jne	leave_32bit
	mov	FRAME_CX(%rsp), %rcx
	mov	FRAME_R11(%rsp), %r11
	cmp	FRAME_IP(%rsp), %rcx
	jne	leave_by_iret
	cmp	FRAME_FLAGS(%rsp), %r11
	jne	leave_by_iret
	test	$(FLAGS_TF_RF), %r11d
	jnz	leave_by_iret
	test	%ecx, %ecx
	jz	leave_odd_ip
	cmpb	$0, %gs:CPU_DEBUG_ON	/* if so there is no SYSRET */
	jne	leave_checked
	mov	%ss, %eax
	test	%eax, %eax
	jz	leave_without_ss
leave_by_sysret:
	pop_registers
	mov	(FRAME_SP - FRAME_ORIG_AX)(%rsp), %rsp
	swapgs
	sysretq
/*
 * An interrupt empties SS. AMD's SYSRET gives it a selector, but leaves what is behind that
 * as it is: 32-bit code, later, would fault at its first push. (SYSCALL fills it, so
 * the ways from there to a SYSRET need not look. No emulator shows the difference.)
 */
leave_without_ss:
	mov	$SEL_KERNEL_SS, %eax
	mov	%eax, %ss
	jmp	leave_by_sysret
leave_by_iret:
	cmpl	$0, FRAME_IP(%rsp)
	je	leave_odd_ip
leave_checked:
	pop_registers
	add	$8, %rsp
	swapgs
	iretq
/* An ip beyond the segment's end, which is that of 32 bits, is what IRET could refuse. */
leave_32bit:
	movl	$0, FRAME_IP + 4(%rsp)
	jmp	leave_checked
/*
 * The only ip in a frame that is not canonical is the one behind the end of the
 * lower half. SYSRET and IRET to there would fault in ring 0.
 */
leave_odd_ip:
	mov	FRAME_IP(%rsp), %rcx
	shr	$47, %rcx
	dec	%rcx
	jnz	leave_checked
	mov	%gs:CPU_STACK_TOP, %rsp
	call_c	trap_odd_ip
	jmp	leave

/* edi: vector; the frame is pushed down to rdi, and GS base is whosever it was. */
trap_common:
	push_registers_to_ax
	cmp	$TRAP_PAGE_FAULT, %edi
	je	page_fault

	.globl trap_long
trap_long:
	push_registers_from_r8
	cld
	clac
	testb	$3, FRAME_CS(%rsp)
	jz	trap_in_kernel
	swapgs
	mov	%gs:CPU_STACK_TOP, %rsp
	xor	%ebp, %ebp
	call_c	trap_user
	jmp	leave

trap_in_kernel:
	mov	%rsp, %rsi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call_c	trap_kernel
/* rbp: the frame, on the stack in use; GS base as it was. */
trap_back:
	mov	%rbp, %rsp
	pop_registers
	add	$8, %rsp
	iretq

/* In the kernel, which touches what is watched when it copies, it means nothing. */
trap_debug:
	testb	$3, 8(%rsp)
	jnz	stub_1
	iretq

/* From anywhere, with whosever GS base: nobody goes back. */
trap_no_return:
	push_registers_to_ax
	push_registers_from_r8
	cld
	clac
	mov	%rsp, %rsi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call	trap_fatal

/* It may come anywhere, with whosever GS base, on a stack of its own: ignored, unless this CPU is to stop. */
trap_nmi:
	cmpq	$0, stop_wanted(%rip)
	jne	trap_stop
	iretq
trap_stop:
	push	$0
	push	%rdi
	push_registers_to_ax
	push_registers_from_r8
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call	stop_here
	jmp	trap_back

/* A stub for each exception: makes the frame uniform where the CPU pushes no error code. */
.macro exception_stub vector
stub_\vector:
	.if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21
	.else
	push	$0
	.endif
	push	%rdi
	mov	$\vector, %edi
	.if \vector == TRAP_DOUBLE_FAULT || \vector == TRAP_MACHINE_CHECK
	jmp	trap_no_return
	.else
	jmp	trap_common
	.endif
.endm

.macro exception_address vector
	.if \vector == TRAP_NMI
	.quad	trap_nmi
	.elseif \vector == TRAP_DEBUG
	.quad	trap_debug
	.else
	.quad	stub_\vector
	.endif
.endm

	.altmacro
	.set i, 0
	.rept EXCEPTIONS
	exception_stub %i
	.set i, i + 1
	.endr

/* Interrupts: ENTRY_STUB bytes each, with the vector where an error code would be, as a signed byte. */
	.globl entry_interrupts
	.balign	ENTRY_STUB
entry_interrupts:
	.rept VECTORS - EXCEPTIONS
	push	$(i - 128)
	jmp	trap_interrupt
	.balign	ENTRY_STUB
	.set i, i + 1
	.endr

trap_interrupt:
	push	%rdi
	mov	8(%rsp), %rdi
	movq	$0, 8(%rsp)
	sub	$-128, %edi
	push_registers_to_ax
	jmp	trap_long

	.section .data.rel.ro, "aw"
	.globl entry_exceptions
	.balign 8
entry_exceptions:
	.set i, 0
	.rept EXCEPTIONS
	exception_address %i
	.set i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
