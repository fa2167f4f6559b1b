/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unsigned int run32(const void *entry, unsigned int argument): goes to 32-bit
 * code by a far jump, with edi = argument, flat ds and es and a stack below
 * 4 GiB. It ends at back32, with the result in eax. The code below does, piece
 * by piece; all of it is below 4 GiB.
 */
#include <l4/asm.h>

#define CODE32	0x23
#define CODE64	0x33
#define DATA	0x2b

	.bss
	.balign 16
	.skip 65536
stack_end:
saved_sp:
	.skip 8
far_target:
	.skip 8

	.text
	.globl run32
run32:
	save_kept
	mov	%rsp, saved_sp(%rip)
	mov	%edi, far_target(%rip)
	movl	$CODE32, far_target + 4(%rip)
	mov	%esi, %edi
	mov	$DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	lea	stack_end(%rip), %rsp
	ljmpl	*far_target(%rip)

	.code32
back32:
	ljmp	$CODE64, $back64

	.macro piece name
	.globl \name
\name:
	.endm

piece code32_syscall
	mov	$39, %eax
	syscall
	jmp	back32
piece code32_sysenter
	mov	$39, %eax
	sysenter
	jmp	back32
piece code32_int80
	mov	$20, %eax
	int	$0x80
	jmp	back32
piece code32_int3
	mov	$7, %eax
	int3
	inc	%eax
	jmp	back32
piece code32_ud2
	mov	$7, %eax
	ud2
	jmp	back32
piece code32_hlt
	mov	$7, %eax
	hlt
	jmp	back32
piece code32_divide
	mov	$7, %eax
	xor	%ecx, %ecx
	div	%ecx
	jmp	back32
/* edi: a word to write to */
piece code32_write
	movl	$0x600d, (%edi)
	mov	(%edi), %eax
	jmp	back32
piece code32_stack
	call	1f
1:	pop	%eax
	sub	$1b, %eax
	jmp	back32
/* edi: a word; waits until it is not 0. The byte of INC is a prefix to 64-bit code. */
piece code32_wait
	mov	$1, %eax
1:	inc	%eax
	dec	%eax
	cmpl	$0, (%edi)
	je	1b
	jmp	back32
piece code32_float
	fldpi
1:	cmpl	$0, (%edi)
	je	1b
	fimull	million
	fistpl	-4(%esp)
	mov	-4(%esp), %eax
	jmp	back32
/* edi: four words, for what port 0xcfc has */
piece code32_ports
	mov	$0xcfc, %edx
	inl	%dx, %eax
	mov	$2, %ecx
	rep insl
	rep insl
	inc	%ecx
	rep insw
	xor	-10(%edi), %ax
	jmp	back32
piece code32_steps
	pushf
	orl	$0x100, (%esp)
	popf
	nop
	inc	%eax
	pushf
	andl	$~0x100, (%esp)
	popf
	mov	$7, %eax
	jmp	back32

	.code64
back64:
	mov	saved_sp(%rip), %rsp
	xor	%ecx, %ecx
	mov	%ecx, %ds
	mov	%ecx, %es
	restore_kept
	ret

	.section .rodata
million:
	.long	1000000

	.section .note.GNU-stack, "", @progbits
