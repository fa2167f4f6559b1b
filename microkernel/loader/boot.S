/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the boot loader to C.
 *
 * GRUB (Multiboot2) enters boot_start in 32-bit protected mode without
 * paging: eax = magic, ebx = physical address of its information. We build the
 * smallest tables that long mode needs (the first 4 GiB, seen at 0, in the
 * physical map and at the image's base), and call
 *     boot_main(u32 magic, u32 info)
 * at its high address with a stack of its own. The tables are replaced by
 * x86/tables.c.
 */
#include "x86/cpu/layout.h"

#define MB2_MAGIC	0xe85250d6
#define PAGE_FLAGS	3		/* present, writable */
#define LARGE_FLAGS	0x83
#define CPUID_LONG_MODE	(1 << 29)

	.section .boot.header, "a"
	.balign 8
header:
	.long	MB2_MAGIC, 0, header_end - header
	.long	-(MB2_MAGIC + 0 + (header_end - header))
	/* we are entered at this physical address */
	.balign 8
	.short	3, 0
	.long	12
	.long	boot_start
	/* a screen that pixels can be written to, if there is one; GRUB chooses which */
	.balign 8
	.short	5, 1
	.long	20
	.long	0, 0, 32
	/* modules page aligned */
	.balign 8
	.short	6, 0
	.long	8
	.balign 8
	.short	0, 0
	.long	8
header_end:

	.section .boot.text, "ax"
	.code32
	.globl boot_start
boot_start:
	cli
	cld
	mov	%eax, %ebp
	mov	$boot_stack32_phys, %esp

	mov	$0x80000000, %eax
	push	%ebx
	cpuid
	cmp	$0x80000001, %eax
	jb	no_long_mode
	mov	$0x80000001, %eax
	cpuid
	test	$CPUID_LONG_MODE, %edx
	jz	no_long_mode
	pop	%ebx

	/* four directories of 2 MiB pages */
	mov	$boot_pd_phys, %edi
	mov	$LARGE_FLAGS, %eax
	mov	$2048, %ecx
1:	mov	%eax, (%edi)
	movl	$0, 4(%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b

	mov	$boot_pdpt_phys, %edi
	mov	$boot_pd_phys + PAGE_FLAGS, %eax
	mov	%eax, 256 * 8(%edi)
	mov	$4, %ecx
2:	mov	%eax, (%edi)
	add	$0x1000, %eax
	add	$8, %edi
	loop	2b

	mov	$boot_pml4_phys, %edi
	mov	$boot_pdpt_phys + PAGE_FLAGS, %eax
	mov	%eax, (%edi)
	mov	%eax, KERNEL_SLOT * 8(%edi)

	mov	%edi, %cr3
	mov	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000001, %eax
	mov	%eax, %cr0
	lgdt	boot_gdt_pointer
	ljmp	$8, $boot_long

/* No CPU of ours: says so on the first serial port, the only thing sure to be simple. */
no_long_mode:
	mov	$no_long_mode_text, %esi
3:	lodsb
	test	%al, %al
	jz	5f
	mov	%al, %bl
	mov	$0x3fd, %dx
	mov	$100000, %ecx
4:	in	%dx, %al
	test	$0x20, %al
	loopz	4b
	mov	$0x3f8, %dx
	mov	%bl, %al
	out	%al, %dx
	jmp	3b
5:	hlt
	jmp	5b

no_long_mode_text:
	.asciz	"\r\nkernel: this CPU has no 64-bit mode, which the kernel needs\r\n"

	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff
boot_gdt_end:
boot_gdt_pointer:
	.short	boot_gdt_end - boot_gdt - 1
	.long	boot_gdt
	.long	0

	.code64
boot_long:
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	movabs	$boot_high, %rax
	jmp	*%rax

	.text
boot_high:
	lea	cpu_boot_stacks + (STACK_BOOT + 1) * STACK_SPAN(%rip), %rsp
	mov	%ebp, %edi
	mov	%ebx, %esi
	xor	%ebp, %ebp
	call	boot_main
	ud2

	.section .bss.boot, "aw", @nobits
	.balign 4096
	.globl boot_pml4, boot_pdpt, boot_pd, boot_stack32
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_pd:
	.skip	4 * 4096
	.skip	64
boot_stack32:

	.section .note.GNU-stack, "", @progbits
