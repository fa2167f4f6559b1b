/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a CPU's reset to C.
 *
 * start.c copies start_page below 1 MiB. The CPU comes there in real mode, with
 * cs = the page's address / 16 and ip = 0; nothing else is known. It goes to long
 * mode in one step, with boot.S's tables, in which this page is where it is; then
 * to the image, to the tables that start_root names, and to
 *     start_main(struct cpu *start_cpu)
 * on that CPU's own stack.
 */
#include "offsets.h"

#define CR4_PAE		0x20
#define EFER		0xc0000080
#define EFER_LME_NXE	0x900
#define CR0_PG_ET_PE	0x80000011	/* and caches on: after INIT they may be off */

	.section .rodata.start, "a"
	.code16
	.globl start_page, start_page_end
start_page:
	cli
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$boot_pml4_phys, %eax
	mov	%eax, %cr3
	mov	$EFER, %ecx
	rdmsr
	or	$EFER_LME_NXE, %eax
	wrmsr
	lgdtl	%cs:(start_gdt_pointer - start_page)
	mov	$CR0_PG_ET_PE, %eax
	mov	%eax, %cr0
	ljmpl	$8, $start_long
start_gdt_pointer:
	.short	2 * 8 - 1
	.long	boot_gdt
start_page_end:

	.section .boot.text, "ax"
	.code64
start_long:
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	movabs	$start_high, %rax
	jmp	*%rax

	.text
start_high:
	mov	start_root(%rip), %rax
	mov	%rax, %cr3
	mov	start_cpu(%rip), %rdi
	mov	CPU_STACK_TOP(%rdi), %rsp
	xor	%ebp, %ebp
	call	start_main
	ud2

	.bss
	.balign 8
	.globl start_root, start_cpu
start_root:
	.skip	8
start_cpu:
	.skip	8

	.section .note.GNU-stack, "", @progbits
