/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the clock is read. Each instruction of ring 3 between two readings is
 * counted in bench.h: who adds one here changes the number there.
 */
#include <l4/asm.h>
#include <l4/syscall.h>
#include <l4/vcpu.h>

#define SLOT_IRQ	257	/* as in bench.h */

	.text

	.macro function name
	.globl \name
	.balign 64
\name:
	.endm

	.macro timed name instruction:vararg
function \name
	save_kept
	mov	%rdi, %r15
	mov	8(%r15), %rdi
	mov	16(%r15), %rsi
	mov	32(%r15), %r10
	mov	40(%r15), %r8
	mov	48(%r15), %r9
	mov	56(%r15), %rbx
	rdtsc
	mov	%eax, %r12d		/* TIMED_BEFORE: this, and the next two */
	mov	(%r15), %rax
	mov	24(%r15), %rdx
	\instruction
	mov	%rax, %r13		/* TIMED_AFTER: this, and the clock */
	rdtsc
	mov	%r13, 64(%r15)
	mov	%r12, 72(%r15)
	mov	%r8, 80(%r15)
	mov	%eax, 88(%r15)
	restore_kept
	ret
	.endm

	timed timed_call syscall
	timed timed_nothing
	timed timed_read mov (%rdi), %rcx

function server_loop
	mov	%rdi, %rsi
	mov	$4, %edx		/* receive */
	xor	%eax, %eax
	syscall
1:	rdtsc				/* SERVER_ARRIVES: this and the jump to it */
	mov	%eax, %r8d		/* SERVER_LEAVES */
	mov	$6, %edx		/* reply, receive */
	xor	%eax, %eax
	syscall
	jmp	1b

function yield_loop
1:	mov	$L4_CALL_YIELD, %eax	/* YIELDER: this and the jump */
	syscall
	jmp	1b

function irq_loop
	mov	$4, %edx
	xor	%eax, %eax
	syscall
	nop				/* as long as the jump */
1:	rdtsc				/* SERVER_ARRIVES */
	mov	%eax, irq_arrived(%rip)
	mov	$L4_CALL_IRQ_CONTROL, %eax
	mov	$SLOT_IRQ, %edi
	mov	$L4_IRQ_ACK, %esi
	syscall
	mov	$4, %edx
	xor	%eax, %eax
	syscall
	jmp	1b

/* The callee-saved registers wait on the stack while the guest runs. */
function timed_resume
	save_kept
	push	%rsi
	mov	%rsp, saved_sp(%rip)
	mov	%rdi, %rsp
	rdtsc
	mov	%eax, %r12d		/* RESUME_BEFORE */
	mov	%r12d, resumed(%rip)
	mov	$L4_CALL_VCPU_RESUME, %eax
	syscall
	ud2

function vcpu_entry_syscall
	rdtsc				/* UPCALL_AFTER */
	mov	saved_sp(%rip), %rsp
	pop	%rsi
	mov	resumed(%rip), %ecx
	mov	%rcx, 72(%rsi)
	mov	%eax, 88(%rsi)
	restore_kept
	ret

/* Nothing faults here; if it does, so does this, until the stack is full and the kernel says so. */
function vcpu_entry_event
	ud2

/* One page that the guest gets. */
	.balign 4096
	.globl guest_code
guest_code:
1:	rdtsc				/* GUEST_ARRIVES: this and the jump to it */
	mov	%eax, %r8d		/* GUEST_LEAVES */
	syscall
	jmp	1b
	.balign 4096

	.bss
	.balign 8
saved_sp:	.quad 0
resumed:	.quad 0
	.globl irq_arrived
irq_arrived:	.quad 0

	.section .note.GNU-stack, "", @progbits
