/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server's first instructions: there is a stack, and rdi holds what the
 * thread was started with. The rest is C.
 */
	.section .text.start, "ax"
	.globl _start
_start:
	xor	%ebp, %ebp
	and	$-16, %rsp
	call	l4_start
	ud2

	.section .note.GNU-stack, "", @progbits
