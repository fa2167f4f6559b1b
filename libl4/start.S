/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server's first instructions. The kernel enters here with the address of
 * the KIP in rdi and a stack; main gets the KIP. A server that returns from
 * main has nothing left to do and must not run into what follows.
 */
	.section .text.start, "ax"
	.globl _start
_start:
	xor	%ebp, %ebp
	and	$-16, %rsp
	call	main
	mov	%rax, %rdi
	call	l4_server_returned
	ud2

	.section .note.GNU-stack, "", @progbits
