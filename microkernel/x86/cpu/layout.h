/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space, whole. The kernel has one entry of the top-level table,
 * the same in every table, supervisor-only:
 *
 *   0000000000000000 - 00007fffffffffff  a task's own (a guest's: its process)
 *   ffff800000000000 - ffff803fffffffff  kernel: physical memory, 256 GiB
 *   ffff804000000000 - ffff80403fffffff  kernel: image, at +1 MiB as in memory
 *   ffff804040000000 - ffff80407fffffff  kernel: what each CPU but the first has of its own
 *   ffff804080000000 - ffff8040801fffff  kernel: registers of devices; what firmware has left, while it is read
 *   ffff804080200000 - ffff8040bfffffff  kernel: the screen
 *   ffff808000000000 - ffffffffffffffff  a task's own (a host's server half)
 *
 * Usable from assembler and the linker script.
 */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

#define KERNEL_SLOT		256		/* index in the top-level table */
#define KERNEL_SLOT_BASE	0xffff800000000000
#define KERNEL_SLOT_END		0xffff808000000000
#define PHYSMAP_BASE		0xffff800000000000
#define PHYSMAP_SIZE		0x0000004000000000
#define IMAGE_BASE		0xffff804000000000
#define IMAGE_PHYS		0x100000
#define CPU_AREAS		0xffff804040000000
#define CPU_AREA_SPAN		0x20000		/* from one CPU's to the next one's */
#define DEVICES			0xffff804080000000
#define USER_LOWER_END		0x0000800000000000

/*
 * The kernel's stacks, one behind the other, each with a page below it that is
 * not there: who needs more than he has stops in it. Their order is the IST's.
 */
#define KERNEL_STACK_SIZE	0x4000
#define STACK_GUARD		0x1000
#define STACK_SPAN		(STACK_GUARD + KERNEL_STACK_SIZE)
#define STACK_KERNEL		0
#define STACK_NMI		1
#define STACK_DOUBLE_FAULT	2
#define STACK_MACHINE_CHECK	3
#define CPU_STACKS		4
#define STACK_BOOT		4		/* the first CPU's only */

/* The order is what SYSCALL and SYSRET demand; the numbers are those 64-bit Linux programs see. */
#define SEL_KERNEL_CS		0x10
#define SEL_KERNEL_SS		0x18
#define SEL_USER_CS32		0x23		/* SYSRET adds 8 for SS and 16 for CS */
#define SEL_USER_SS		0x2b
#define SEL_USER_CS		0x33
#define SEL_TSS			0x40

#ifndef __ASSEMBLER__
#include "lib/types.h"

static inline void *phys_to_virt(phys_t phys)
{
	return (void *)(PHYSMAP_BASE + phys);
}

static inline phys_t virt_to_phys(const void *virt)
{
	return (u64)virt - PHYSMAP_BASE;
}

static inline bool is_canonical(u64 addr)
{
	return (u64)((s64)(addr << 16) >> 16) == addr;
}

/* May ring 3 have something there: canonical and not the kernel's slot. */
static inline bool is_user_addr(u64 addr)
{
	return is_canonical(addr) && (addr >> 39) != (KERNEL_SLOT_BASE >> 39);
}

#endif
#endif
