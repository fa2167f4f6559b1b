/* SPDX-License-Identifier: GPL-2.0 */
/* The example's start, upcall entry, stacks, and its guest, which says ok and ends. */
	.section .text.start, "ax"
	.globl _start
_start:
	lea	start_stack_top(%rip), %rsp
	call	example_main
	ud2

/* rsp and rdi: the frame; rsi: the call's number */
	.globl example_entry
example_entry:
	and	$-16, %rsp
	call	example_syscall
	ud2

	.balign 4096
	.globl example_guest
example_guest:
	lea	text(%rip), %r8
1:	movzbl	(%r8), %edi
	mov	$1, %eax
	test	%edi, %edi
	jnz	2f
	mov	$2, %eax
2:	syscall
	inc	%r8
	jmp	1b
text:	.asciz	"The guest of the example is ok.\n"
	.balign 4096

	.bss
	.balign 16
	.skip 4096
start_stack_top:
	.skip 4096
	.globl example_stack_top
example_stack_top:

	.section .note.GNU-stack, "", @progbits
