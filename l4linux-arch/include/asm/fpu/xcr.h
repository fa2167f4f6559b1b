/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extended control registers. The microkernel has set XCR0; cpu.c makes the
 * features agree with it, so that x86's FPU sources would set the same value.
 */
#ifndef _ASM_L4_FPU_XCR_H
#define _ASM_L4_FPU_XCR_H

#include <linux/types.h>

#define XCR_XFEATURE_ENABLED_MASK	0
#define XCR_XFEATURE_IN_USE_MASK	1

static __always_inline u64 xgetbv(u32 index)
{
	u32 low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (index));
	return low | (u64)high << 32;
}

static inline void xsetbv(u32 index, u64 value) { }

static __always_inline u64 xfeatures_in_use(void)
{
	return xgetbv(XCR_XFEATURE_IN_USE_MASK);
}

#endif
