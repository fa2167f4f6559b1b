/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image: loaded at 1 MiB, run at IMAGE_BASE + the same. Only the boot
 * code is linked where it is loaded. tables.c maps text, rodata and the rest
 * with different rights, so each begins on a page of its own.
 */
#include "x86/cpu/layout.h"

ENTRY(boot_start)

PHDRS
{
	boot PT_LOAD FLAGS(5);
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = IMAGE_PHYS;
	.boot : { KEEP(*(.boot.header)) *(.boot.text) } :boot
	. = ALIGN(4096);
	. += IMAGE_BASE;
	.text : AT(ADDR(.text) - IMAGE_BASE) { *(.text .text.*) } :text
	. = ALIGN(4096);
	image_text_end = .;
	.rodata : AT(ADDR(.rodata) - IMAGE_BASE) {
		*(.rodata .rodata.* .data.rel.ro .data.rel.ro.*)
		. = ALIGN(8);
		image_fixups = .;
		KEEP(*(.fixups))
		image_fixups_end = .;
		image_many = .;
		KEEP(*(.many))
		image_many_end = .;
	} :rodata
	. = ALIGN(4096);
	image_rodata_end = .;
	.data : AT(ADDR(.data) - IMAGE_BASE) { *(.data .data.* .got .got.*) } :data
	.bss : AT(ADDR(.bss) - IMAGE_BASE) {
		. = ALIGN(4096);
		image_fixed = .;
		*(.bss.fixed)
		. = ALIGN(4096);
		image_fixed_end = .;
		KEEP(*(.bss.boot))
		*(.bss .bss.* COMMON)
	}
	. = ALIGN(4096);
	image_end = .;
	boot_pml4_phys = boot_pml4 - IMAGE_BASE;
	boot_pdpt_phys = boot_pdpt - IMAGE_BASE;
	boot_pd_phys = boot_pd - IMAGE_BASE;
	boot_stack32_phys = boot_stack32 - IMAGE_BASE;
	/DISCARD/ : { *(.comment) *(.note.*) *(.eh_frame) }
}

ASSERT(image_end - IMAGE_BASE <= 0x200000, "the image must end below 2 MiB: tables.c maps it with one table")
