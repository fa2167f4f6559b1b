/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything in the kernel's host tests: takes the place of
 * microkernel/x86/cpu/layout.h. "Physical" memory is an array; kernel addresses are the same.
 */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

#include "lib/types.h"

#define KERNEL_SLOT		256
#define KERNEL_SLOT_BASE	0xffff800000000000
#define KERNEL_SLOT_END		0xffff808000000000
#define USER_LOWER_END		0x0000800000000000
#define PHYSMAP_SIZE		0x0000004000000000

extern u8 *host_ram;		/* page aligned */

static inline void *phys_to_virt(phys_t phys)
{
	return host_ram + phys;
}

static inline phys_t virt_to_phys(const void *virt)
{
	return (const u8 *)virt - host_ram;
}

static inline bool is_canonical(u64 addr)
{
	return (u64)((s64)(addr << 16) >> 16) == addr;
}

static inline bool is_user_addr(u64 addr)
{
	return is_canonical(addr) && (addr >> 39) != (KERNEL_SLOT_BASE >> 39);
}

/* And of microkernel/x86/cpu/cpu.h. */
#define X86_CPU_H
extern bool cpus_many;

/*
 * And of microkernel/sched/preempt.h: nobody comes in between, unless a test has
 * host_preempt say so (every how manyth time; 0: never).
 */
#define PREEMPT_H
#define PREEMPTED	(-4096)
#define PREEMPT_INTERVAL 8000

extern u64 host_preempt, host_points;

static inline void preempt_count(unsigned int instructions)
{
	(void)instructions;
}

static inline bool preempt_due(unsigned int instructions)
{
	static u64 count;

	(void)instructions;
	host_points++;
	return host_preempt && ++count % host_preempt == 0;
}

static inline bool preempt_window(void)
{
	return host_preempt;
}

static inline bool preempt_point(unsigned int instructions)
{
	return preempt_due(instructions) && preempt_window();
}

static inline void preempt_late(void)
{
}

static inline void preempt_pass(unsigned int instructions)
{
	(void)preempt_point(instructions);
}

#endif
