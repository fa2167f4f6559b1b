/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel info page: read-only, the same for all; the kernel maps it into
 * sigma0 and roottask at L4_KIP_ADDRESS, and they map it onwards to whom they like.
 */
#ifndef L4_KIP_H
#define L4_KIP_H

#include <l4/types.h>

#define L4_KIP_ADDRESS		0x00007fff00000000UL
#define L4_UTCB_ADDRESS		0x00007fff00001000UL	/* first thread of sigma0 and roottask */
#define L4_STACK_TOP		0x00007fff00100000UL	/* their first stack, 64 KiB below */

#define L4_KIP_MAGIC		0x30346b4cUL		/* "Lk40" */
#define L4_KIP_VERSION		1UL

#define L4_KIP_REGIONS		64
#define L4_KIP_MODULES		16

/* Region types */
#define L4_REGION_RAM		1	/* memory that sigma0 owns */
#define L4_REGION_KERNEL	2	/* the kernel keeps it for itself */
#define L4_REGION_MODULE	3	/* a boot module; sigma0 owns it */
#define L4_REGION_ACPI		4	/* ACPI tables; sigma0 owns it */

#ifndef __ASSEMBLER__

struct l4_region {
	l4_word_t start;		/* physical, page aligned */
	l4_word_t end;			/* exclusive */
	l4_word_t type;
};

struct l4_module {
	l4_word_t start;		/* physical, page aligned */
	l4_word_t size;			/* bytes */
	char cmdline[112];		/* as the boot loader passed it, cut if longer */
};

/* The frame buffer that the boot loader has set up: 32 bits a pixel, 8 of each colour. */
struct l4_screen {
	l4_word_t address;		/* physical, a multiple of 4; 0: there is none */
	l4_word_t pitch;		/* bytes from one line of pixels to the next, a multiple of 4 */
	l4_word_t width, height;	/* pixels */
	l4_word_t red;			/* its lowest bit in a pixel, 0 or 16; green's is 8, blue's the other one */
};

struct l4_kip {
	l4_word_t magic;
	l4_word_t version;
	l4_word_t tsc_khz;
	l4_word_t boot_tsc;		/* TSC when the kernel started */
	l4_word_t cpus;
	l4_word_t memory_end;		/* first physical address above all RAM */
	l4_word_t device_end;		/* and above all that sigma0 has as device memory */
	l4_word_t acpi_xsdt;		/* physical addresses of ACPI's root tables, 0 if none */
	l4_word_t acpi_rsdt;
	l4_word_t efi;			/* and of UEFI's system table, likewise */
	l4_word_t exit_port;		/* QEMU's isa-debug-exit port, 0 if none */
	l4_word_t xcr0;			/* FPU state components switched on */
	struct l4_screen screen;
	l4_word_t region_count;
	l4_word_t module_count;
	char cmdline[128];		/* the kernel's own command line */
	struct l4_region region[L4_KIP_REGIONS];	/* sorted, disjoint; what is in none may be a device */
	struct l4_module module[L4_KIP_MODULES];
};

_Static_assert(sizeof(struct l4_kip) <= L4_PAGE_SIZE, "the KIP is one page");

#endif
#endif
