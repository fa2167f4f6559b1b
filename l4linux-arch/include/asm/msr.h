/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time-stamp counter, which anyone may read. Model-specific registers are
 * the microkernel's: borrowed sources that set one for a feature which
 * cpufeature.h denies find empty functions.
 */
#ifndef _ASM_L4_MSR_H
#define _ASM_L4_MSR_H

#include <asm/msr-index.h>

#ifndef __ASSEMBLY__

#include <linux/errno.h>
#include <linux/cache.h>	/* headers of the vDSO expect it from here */
#include <linux/types.h>

static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return low | (u64)high << 32;
}

/* Not before earlier loads, and not after later ones. */
static __always_inline u64 rdtsc_ordered(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return low | (u64)high << 32;
}

#define rdmsrl(msr, value)	((value) = 0)

/* There is none. */
static inline int rdmsrl_safe(unsigned int msr, u64 *value)
{
	return -EIO;
}

static inline void wrmsrl(unsigned int msr, u64 value)
{
}

#endif
#endif
