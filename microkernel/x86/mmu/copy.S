/* SPDX-License-Identifier: GPL-2.0 */
/*
 * u64 user_copy(void *dst, const void *src, size_t size)
 *
 * rdi, rsi, rdx as in C; returns in rax the bytes left. One side is ring 3's
 * memory: SMAP is lifted between STAC and CLAC only. A page fault on an
 * instruction between begin and end continues at user_copy_fault, with rcx
 * quadwords and rdx bytes left.
 */
#include "x86/mmu/fixup.h"

	.text
	.globl user_copy
user_copy:
	mov	%rdx, %rcx
	shr	$3, %rcx
	and	$7, %edx
	stac
user_copy_begin:
	rep movsq
	mov	%edx, %ecx
	xor	%edx, %edx
	rep movsb
user_copy_end:
	clac
	xor	%eax, %eax
	ret
user_copy_fault:
	clac
	lea	(%rdx, %rcx, 8), %rax
	or	$1, %rax
	ret

	fixup user_copy_begin, user_copy_end, user_copy_fault

	.section .note.GNU-stack, "", @progbits
