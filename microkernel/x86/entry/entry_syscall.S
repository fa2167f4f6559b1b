/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls. SYSCALL has put ip in rcx and flags in r11, all else is ring 3's, rsp too.
 * A process's call and a resume are entry_vcpu.S's. Of the others C keeps rbx, rbp and
 * r12 to r15; ring 3 gets rdi, rsi, rdx and r8 to r10 back from the thread's frame, the
 * result in rax, and loses rcx and r11.
 */
#include <l4/syscall.h>
#include <l4/vcpu.h>

#include "offsets.h"
#include "x86/cpu/layout.h"
#include "x86/entry/entry.h"

	.text

/* From 32-bit code there are no system calls. The stack is still ring 3's, as nothing needs one. */
	.globl entry_syscall32
entry_syscall32:
	mov	$LINUX_ENOSYS, %eax
	sysretl

	.globl entry_syscall
entry_syscall:
	swapgs
	mov	%rsp, %gs:CPU_USER_SP
	mov	%gs:CPU_CURRENT, %rsp
	cmpb	$0, THREAD_USER_MODE(%rsp)
	jne	upcall_syscall
	cmp	$L4_CALL_VCPU_RESUME, %rax
	je	resume

/*
 * All calls but IPC and resume. rsp = current thread, which gets the registers
 * that C does not keep. Unless C says in rdx that something else is to be done
 * first, the caller goes on at once.
 */
	cmp	$L4_CALL_IPC, %rax
	je	syscall_ipc
	mov	%rcx, THREAD_FRAME_IP(%rsp)
	mov	%r11, THREAD_FRAME_FLAGS(%rsp)
	mov	%rdi, THREAD_FRAME_DI(%rsp)
	mov	%rsi, THREAD_FRAME_SI(%rsp)
	mov	%rdx, THREAD_FRAME_DX(%rsp)
	mov	%r10, THREAD_FRAME_R10(%rsp)
	mov	%r8, THREAD_FRAME_R8(%rsp)
	mov	%r9, THREAD_FRAME_R9(%rsp)
	mov	%rsp, %rdi
	mov	%rax, %rsi
	mov	%gs:CPU_STACK_TOP, %rsp
	call_c	syscall_short
	mov	%gs:CPU_CURRENT, %rdi
	mov	THREAD_FRAME_IP(%rdi), %rcx
	mov	THREAD_FRAME_FLAGS(%rdi), %r11
	test	%edx, %edx
	jnz	syscall_long_way_out
	/* SYSRET faults in ring 0 on an ip that is not canonical: after a SYSCALL it can be 1 << 47. */
	test	%ecx, %ecx
	jz	syscall_long_way_out
	mov	THREAD_FRAME_SI(%rdi), %rsi
	mov	THREAD_FRAME_DX(%rdi), %rdx
	mov	THREAD_FRAME_R10(%rdi), %r10
	mov	THREAD_FRAME_R8(%rdi), %r8
	mov	THREAD_FRAME_R9(%rdi), %r9
	mov	THREAD_FRAME_DI(%rdi), %rdi
	mov	%gs:CPU_USER_SP, %rsp
	swapgs
	sysretq
syscall_long_way_out:
	mov	%gs:CPU_USER_SP, %rsi
	mov	%rsi, THREAD_FRAME_SP(%rdi)
	mov	%rax, THREAD_FRAME_AX(%rdi)
	mov	%rcx, THREAD_FRAME_CX(%rdi)
	mov	%r11, THREAD_FRAME_R11(%rdi)
	movq	$SEL_USER_CS, THREAD_FRAME_CS(%rdi)
	mov	%rbx, THREAD_FRAME_BX(%rdi)
	mov	%rbp, THREAD_FRAME_BP(%rdi)
	mov	%r12, THREAD_FRAME_R12(%rdi)
	mov	%r13, THREAD_FRAME_R13(%rdi)
	mov	%r14, THREAD_FRAME_R14(%rdi)
	mov	%r15, THREAD_FRAME_R15(%rdi)
	xor	%ebp, %ebp
	call_c	trap_leave
	jmp	leave

/*
 * IPC. What the caller keeps over it is saved where the long way would save
 * it; if ipc_fast can do it, words 0..3 go over in r8, r9, r10 and rbx and the
 * partner goes on. rsp = current thread. A partner's rcx and r11 are lost, so
 * these are not saved; the long way sets them when it ends a wait.
 */
syscall_ipc:
	mov	%rcx, THREAD_FRAME_IP(%rsp)
	mov	%r11, THREAD_FRAME_FLAGS(%rsp)
	mov	%rdi, THREAD_FRAME_DI(%rsp)
	mov	%rsi, THREAD_FRAME_SI(%rsp)
	mov	%rdx, THREAD_FRAME_DX(%rsp)
	mov	%rbp, THREAD_FRAME_BP(%rsp)
	mov	%r12, THREAD_FRAME_R12(%rsp)
	mov	%r13, THREAD_FRAME_R13(%rsp)
	mov	%r14, THREAD_FRAME_R14(%rsp)
	mov	%r15, THREAD_FRAME_R15(%rsp)
	mov	%gs:CPU_USER_SP, %rax
	mov	%rax, THREAD_FRAME_SP(%rsp)
	mov	%rsp, %r15
	/* SYSRET faults in ring 0 on an ip that is not canonical: after a SYSCALL it can be 1 << 47. */
	test	%ecx, %ecx
	jz	ipc_long
	mov	%rsp, %rcx
	mov	%gs:CPU_STACK_TOP, %rsp
	call_c	ipc_fast
	test	%rdx, %rdx
	jz	ipc_long
	/* rdx: the thread that goes on, rax: its label. GS base is exchanged where it need not be uncovered. */
	mov	%rax, %rdi
	mov	THREAD_FRAME_SI(%r15), %rax
	mov	THREAD_FRAME_BP(%rdx), %rbp
	mov	THREAD_FRAME_R12(%rdx), %r12
	mov	THREAD_FRAME_R13(%rdx), %r13
	mov	THREAD_FRAME_R14(%rdx), %r14
	mov	THREAD_FRAME_IP(%rdx), %rcx
	mov	THREAD_FRAME_FLAGS(%rdx), %r11
	mov	THREAD_FRAME_SP(%rdx), %rsp
	swapgs
	rdgsbase %rsi
	mov	%rsi, THREAD_GS_BASE(%r15)
	mov	THREAD_GS_BASE(%rdx), %rsi
	wrgsbase %rsi
	jump_if_many ipc_unlock
ipc_unlocked:
	mov	THREAD_FRAME_R15(%rdx), %r15
	mov	THREAD_FRAME_SI(%rdx), %rsi
	mov	THREAD_FRAME_DX(%rdx), %rdx
	sysretq
/* Nothing of the one that called is touched any more. */
ipc_unlock:
	lock incl kernel_lock_word + LOCK_SERVED(%rip)
	cmpl	$0, request_sleepers(%rip)
	je	ipc_unlocked
	swapgs
	mov	%gs:CPU_STACK_TOP, %rsp
	push	%rax
	push	%rcx
	push	%rdx
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	call	request_wake_sleepers
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rdx
	pop	%rcx
	pop	%rax
	mov	THREAD_FRAME_SP(%rdx), %rsp
	swapgs
	jmp	ipc_unlocked
ipc_long:
	mov	%gs:CPU_STACK_TOP, %rsp
	mov	THREAD_FRAME_IP(%r15), %rcx
	mov	THREAD_FRAME_FLAGS(%r15), %r11
	mov	%rcx, THREAD_FRAME_CX(%r15)
	mov	%r11, THREAD_FRAME_R11(%r15)
	mov	%rbx, THREAD_FRAME_BX(%r15)
	mov	%r10, THREAD_FRAME_R10(%r15)
	mov	%r9, THREAD_FRAME_R9(%r15)
	mov	%r8, THREAD_FRAME_R8(%r15)
	movq	$L4_CALL_IPC, THREAD_FRAME_AX(%r15)
	movq	$SEL_USER_CS, THREAD_FRAME_CS(%r15)
	xor	%ebp, %ebp
	call_c	trap_syscall
	jmp	leave

/* The long way: all registers into the thread, then C. */
	.globl syscall_long
syscall_long:
	push_syscall_frame
	call_c	trap_syscall
	jmp	leave

	.section .note.GNU-stack, "", @progbits
