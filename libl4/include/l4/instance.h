/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What roottask and a Linux instance agree on: the info page that the
 * instance finds at its start, the capability slots it owns, and what it may
 * ask of its parent.
 *
 * It has `cpu_count' vCPUs. vCPU 0 is started by roottask; the instance starts
 * the others itself, by thread_start (right X on the thread, which it has, is
 * all that needs): until then they are stopped, with everything else set: pager,
 * handler, priority, the CPU they run on. All end with the instance: there is
 * one pager and one handler for all of them.
 *
 * At the start of vCPU 0, in server mode with the virtual interrupt flag off:
 *   rip  the ELF entry of vmlinux (virtual, at -2 GiB)
 *   rdi  virtual address (in the direct map) of the struct l4_instance
 *   rsp  undefined: the first thing the entry does is to set its own
 * Mapped, all rights, no large-page guarantee: each memory block at
 * L4_DIRECT_MAP + physical address; the image's block also at
 * L4_IMAGE_BASE + (p_paddr's offset), so that virtual = physical - phys_base +
 * L4_IMAGE_BASE, and memory behind the image for what its vCPUs have of their own,
 * L4_INSTANCE_UTCB_STRIDE for each; the UTCB of vCPU n at L4_INSTANCE_UTCB + n * L4_INSTANCE_UTCB_STRIDE.
 */
#ifndef L4_INSTANCE_H
#define L4_INSTANCE_H

#include <l4/kip.h>

#define L4_DIRECT_MAP		0xffff888000000000UL
#define L4_IMAGE_BASE		0xffffffff80000000UL
#define L4_INSTANCE_UTCB	0xfffffffff8000000UL	/* Linux's modules end there; reached sign-extended */
#define L4_INSTANCE_UTCB_STRIDE	(1UL << 20)		/* room for what a vCPU has at a constant distance */
#define L4_INSTANCE_CALLER_UTCB	0xfffffffffc000000UL	/* + n pages: of the threads that it makes to call servers */

#define L4_INSTANCE_MAGIC	0x4c34494eUL
#define L4_INSTANCE_BLOCKS	32
#define L4_INSTANCE_IRQS	61		/* pins */
#define L4_INSTANCE_MSIS	256
#define L4_INSTANCE_CPUS	64
#define L4_INSTANCE_HIDDEN	16	/* PCI functions of servers, at most */
#define L4_INSTANCE_CALLERS	16	/* threads that call servers, at most */
#define L4_INSTANCE_SERVERS	16	/* gates to servers, at most */
#define L4_INSTANCE_PENDING_OWN	61	/* bit of vcpu.pending of the instance's own irq objects, and so no interrupt's number */

/* Slots of the instance */
#define L4_INSTANCE_TASK	1	/* its own task, rights X and R */
#define L4_INSTANCE_PARENT	4	/* gate to its parent, right W */
#define L4_INSTANCE_IRQ_BASE	64	/* + n: irq object of global interrupt n, if granted */
#define L4_INSTANCE_THREAD_BASE	128	/* + n: the thread of vCPU n, right X */
#define L4_INSTANCE_IPI_BASE	192	/* + n: empty: for an irq object that the instance makes for vCPU n */
#define L4_INSTANCE_MSI_BASE	256	/* + n: irq object of the n-th interrupt by message, if granted */
#define L4_INSTANCE_CALLER_BASE	512	/* + 2n, + 2n + 1: empty: for the thread that calls, and what wakes it */
#define L4_INSTANCE_ANSWER	544	/* empty: for an irq object: some of them have their answers */
#define L4_INSTANCE_SERVER_BASE	560	/* + n: empty: for gates to servers */
#define L4_INSTANCE_FIRST_FREE	576	/* from here on the instance's own (guest tasks) */

/*
 * Requests to the parent: the tag's protocol, and mr0. Of l4/parent.h an instance may
 * ask for one thing: a gate to a server (parent_connect), as servers do.
 */
#define L4_PROTO_INSTANCE	2
#define L4_INSTANCE_END		1	/* mr1 = L4_END_*, mr2 = detail; no reply */
#define L4_INSTANCE_DEVICE	2	/* mr1 = physical address, mr2 = order: map device memory, or what
					 * ACPI's tables are in, into the receive window; reply mr0 = 0 or -L4_E* */

#define L4_END_POWEROFF		1
#define L4_END_REBOOT		2
#define L4_END_PANIC		3	/* Linux has panicked and panic= says not to wait or reboot */
#define L4_END_HALT		4

#ifndef __ASSEMBLER__

struct l4_instance_block {
	l4_word_t start;		/* physical */
	l4_word_t size;			/* a power of two, or several merged: a multiple of 4 KiB */
};

struct l4_instance {
	l4_word_t magic;
	l4_word_t size;			/* of this structure */
	l4_word_t cpu_count;		/* of its vCPUs */
	l4_word_t cpus_shared;		/* 1: there are CPUs on which a vCPU of its is not alone */
	l4_word_t tsc_khz;
	l4_word_t xcr0;
	l4_word_t phys_base;		/* physical address of the image minus its offset from L4_IMAGE_BASE */
	l4_word_t image_size;		/* bytes of the image's block(s), from its first load address */
	l4_word_t initrd_start;		/* physical; inside one of the blocks; 0 if none */
	l4_word_t initrd_size;
	l4_word_t kernel_quota;		/* bytes of kernel memory the task may use */
	l4_word_t boot_time;		/* seconds since 1970 at tsc boot_tsc (from the RTC), 0 if unknown */
	l4_word_t boot_tsc;
	l4_word_t irq_mask;		/* bit n: irq object in slot L4_INSTANCE_IRQ_BASE + n */
	l4_word_t block_count;
	struct l4_instance_block block[L4_INSTANCE_BLOCKS];	/* sorted by address */
	char cmdline[2048];		/* Linux's command line */
	struct l4_screen screen;	/* all zero if there is none, or not in the granted device memory */
	l4_word_t msi_count;		/* interrupts by message, in slots L4_INSTANCE_MSI_BASE + 0, 1 ... */
	l4_word_t acpi_xsdt;		/* physical addresses of ACPI's root tables; both 0: it has none */
	l4_word_t acpi_rsdt;
	l4_word_t smbios;		/* and of the table of the machine's parts, if UEFI tells of it */
	l4_word_t priority;		/* of its vCPUs: the highest that it can give its threads */
	l4_word_t hidden_count;		/* PCI functions that are servers', to be taken for empty places */
	l4_word_t hidden[L4_INSTANCE_HIDDEN];	/* bus << 8 | device << 3 | function */
};

_Static_assert(sizeof(struct l4_instance) <= L4_PAGE_SIZE, "the instance page");
_Static_assert(L4_INSTANCE_IRQ_BASE + L4_INSTANCE_IRQS <= L4_INSTANCE_THREAD_BASE &&
	       L4_INSTANCE_THREAD_BASE + L4_INSTANCE_CPUS <= L4_INSTANCE_IPI_BASE &&
	       L4_INSTANCE_IPI_BASE + L4_INSTANCE_CPUS <= L4_INSTANCE_MSI_BASE &&
	       L4_INSTANCE_MSI_BASE + L4_INSTANCE_MSIS <= L4_INSTANCE_CALLER_BASE &&
	       L4_INSTANCE_CALLER_BASE + 2 * L4_INSTANCE_CALLERS <= L4_INSTANCE_ANSWER &&
	       L4_INSTANCE_ANSWER < L4_INSTANCE_SERVER_BASE &&
	       L4_INSTANCE_SERVER_BASE + L4_INSTANCE_SERVERS <= L4_INSTANCE_FIRST_FREE, "an instance's slots");
_Static_assert(L4_INSTANCE_UTCB + L4_INSTANCE_CPUS * L4_INSTANCE_UTCB_STRIDE <= L4_INSTANCE_CALLER_UTCB,
	       "an instance's UTCBs");

#endif
#endif
