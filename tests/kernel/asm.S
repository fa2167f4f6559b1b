/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tests' assembler: faulting instructions, guests' code, and the vCPU's
 * way in and out.
 */
#include <l4/asm.h>
#include <l4/syscall.h>
#include <l4/vcpu.h>

	.text

	.macro snippet name
	.globl \name
	.balign 16
\name:
	.endm

snippet xmm_fill
	movq	%rdi, %xmm0
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqa	%xmm0, %xmm\n
	.endr
	ret

snippet xmm_check
	call	xmm_fill
1:	pause
	dec	%rsi
	jnz	1b
snippet xmm_differ
	xor	%eax, %eax
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movq	%xmm\n, %rcx
	xor	%edx, %edx
	cmp	%rcx, %rdi
	setne	%dl
	add	%rdx, %rax
	.endr
	ret

/* The words are rax, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12 to r15: before, and then after. */
snippet syscall_with
	save_kept
	push	%rdi
	mov	(%rdi), %rax
	mov	8(%rdi), %rbx
	mov	16(%rdi), %rdx
	mov	24(%rdi), %rsi
	mov	40(%rdi), %rbp
	mov	48(%rdi), %r8
	mov	56(%rdi), %r9
	mov	64(%rdi), %r10
	mov	72(%rdi), %r12
	mov	80(%rdi), %r13
	mov	88(%rdi), %r14
	mov	96(%rdi), %r15
	mov	32(%rdi), %rdi
	syscall
	xchg	%rax, (%rsp)
	mov	%rbx, 8(%rax)
	mov	%rdx, 16(%rax)
	mov	%rsi, 24(%rax)
	mov	%rdi, 32(%rax)
	mov	%rbp, 40(%rax)
	mov	%r8, 48(%rax)
	mov	%r9, 56(%rax)
	mov	%r10, 64(%rax)
	mov	%r12, 72(%rax)
	mov	%r13, 80(%rax)
	mov	%r14, 88(%rax)
	mov	%r15, 96(%rax)
	pop	(%rax)
	restore_kept
	ret

/* Arguments 6 and 7 are rbx and r12; a resume that succeeds would not come back. */
snippet any_syscall
	save_kept
	mov	%rdi, %rax
	mov	%rsi, %r12
	mov	%rsp, %r13
	mov	(%r12), %rdi
	mov	8(%r12), %rsi
	mov	16(%r12), %rdx
	mov	24(%r12), %r10
	mov	32(%r12), %r8
	mov	40(%r12), %r9
	mov	48(%r12), %rbx
	syscall
	mov	%r13, %rsp
	restore_kept
	ret

/*
 * long vcpu_run(struct l4_frame *frame): resumes frame and returns 0 at the
 * next upcall out of user mode, or the resume's error. The callee-saved
 * registers wait on the stack, whose pointer is in vcpu_saved_sp; so the
 * upcall's frame must be somewhere else (entry_sp).
 */
snippet vcpu_run
	save_kept
	mov	%rsp, vcpu_saved_sp(%rip)
	mov	%rdi, %rsp
	mov	$L4_CALL_VCPU_RESUME, %eax
	syscall
.Lback:
	mov	vcpu_saved_sp(%rip), %rsp
	restore_kept
	ret

/* What came is noted in vcpu_event: { frame, vector, error, address }. */
	.macro note_event
	mov	%rdi, vcpu_event(%rip)
	mov	%rsi, vcpu_event + 8(%rip)
	mov	%rdx, vcpu_event + 16(%rip)
	mov	%rcx, vcpu_event + 24(%rip)
	.endm

snippet vcpu_entry_syscall
	note_event
	movq	$0, vcpu_event + 32(%rip)
	xor	%eax, %eax
	jmp	.Lback

/* Out of the server itself: the C handler looks at the frame, then back to it. */
snippet vcpu_entry_event
	note_event
	movq	$1, vcpu_event + 32(%rip)
	xor	%eax, %eax
	testb	$3, 17*8(%rdi)
	jnz	.Lback
	mov	%rsp, %rbx
	and	$-16, %rsp
	call	vcpu_server_event
	mov	%rbx, %rsp
	mov	$L4_CALL_VCPU_RESUME, %eax
	syscall
	ud2

/* l4_word_t vcpu_read(l4_word_t address): the word there, or -1 by way of the fixup. */
snippet vcpu_read
	mov	(%rdi), %rax
	ret
	.globl vcpu_read_fixup
vcpu_read_fixup:
	mov	$-1, %rax
	ret

/* l4_word_t vcpu_in(l4_word_t port): what it says, or -1 by way of vcpu_read's fixup. */
snippet vcpu_in
	mov	%edi, %edx
	xor	%eax, %eax
	in	(%dx), %al
	ret

/* l4_word_t vcpu_push(l4_word_t sp): -1 by way of the fixup, and the old stack. */
snippet vcpu_push
	mov	%rsp, %rdx
	mov	%rdi, %rsp
	push	%rax
	.globl vcpu_push_fixup
vcpu_push_fixup:
	mov	%rdx, %rsp
	mov	$-1, %rax
	ret

/* One page that guests get. The faulting instructions serve the workers too. */
	.balign 4096
	.globl guest_code
guest_code:
snippet guest_syscall
	syscall
	jmp	guest_syscall
/* For the server: l4_word_t guest_function(void) is 0x600d; not executable: what vcpu_read_fixup says. */
snippet guest_function
	mov	$0x600d, %eax
	ret
snippet guest_read
	mov	(%rdi), %rax
	syscall
snippet guest_write
	mov	%rsi, (%rdi)
	syscall
snippet guest_loop
	incq	%rdi
	jmp	guest_loop
snippet guest_flags
	pushfq
	pop	%rdi
	syscall
snippet guest_push
	push	%rdi
	syscall
snippet guest_write_byte
	mov	%sil, (%rdi)
	syscall
snippet guest_stack_segment
	mov	(%rdi), %ss
	syscall
snippet guest_rdtsc
	rdtsc
	xor	%eax, %eax
	syscall
snippet guest_bases
	wrfsbase %rdi
	wrgsbase %rsi
	syscall
	rdfsbase %rdi
	rdgsbase %rsi
	syscall
/* Far away in 32-bit code: its selector is in rsi. */
snippet guest_jump
	lea	guest32_syscall(%rip), %rax
	mov	%eax, -8(%rsp)
	mov	%esi, -4(%rsp)
	ljmpl	*-8(%rsp)
	/* INC with a one-byte opcode is a prefix to 64-bit code. */
	.code32
snippet guest32_syscall
	syscall
	movl	%eax, %edi
	ud2
snippet guest32_loop
	incl	%edi
	jmp	guest32_loop
/* A data segment is what 32-bit code must have. */
snippet guest32_write
	mov	%ss, %eax
	mov	%eax, %ds
	movl	%esi, (%edi)
	incl	%edi
	ud2
/* The first use of the FPU enters the kernel, which nobody else sees; then back to edi. */
snippet guest32_back
	fninit
	movl	%edi, -8(%esp)
	movl	%esi, -4(%esp)
	ljmpl	*-8(%esp)
	.code64
snippet user_div
	xor	%ecx, %ecx
	mov	$1, %eax
	cltd
	div	%ecx
snippet user_ud2
	ud2
snippet user_hlt
	hlt
snippet user_cli
	cli
snippet user_mov_cr3
	mov	%rax, %cr3
snippet user_wrmsr
	wrmsr
snippet user_int_99
	int	$99
snippet user_lgdt
	lgdt	(%rsp)
snippet user_bad_ss
	mov	$0x10, %eax
	mov	%eax, %ss
snippet user_in
	in	$0x80, %al
snippet user_out
	out	%al, $0x80
snippet user_int3
	int3
/* Registers 0..15 in the CPU's order are 0x100 and their number, but for rsp and rdi, and both bases known. */
snippet user_registers
	mov	$0x31000001000, %rax
	wrfsbase %rax
	mov	$0x32000002000, %rax
	wrgsbase %rax
	mov	$0x100, %eax
	mov	$0x101, %ecx
	mov	$0x102, %edx
	mov	$0x103, %ebx
	mov	$0x105, %ebp
	mov	$0x106, %esi
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	mov	$(0x100 + \n), %r\n
	.endr
	.globl user_registers_fault
user_registers_fault:
	ud2
	mov	%rax, 40(%rdi)		/* result[0]... of the worker */
	mov	%r11, 48(%rdi)
	mov	%r15, 56(%rdi)
	mov	%rsp, 64(%rdi)
	rdfsbase %rax
	mov	%rax, 72(%rdi)
	rdgsbase %rax
	mov	%rax, 80(%rdi)
	ud2
snippet user_syscall
	syscall
	ud2
	.balign 4096

	.section .note.GNU-stack, "", @progbits
