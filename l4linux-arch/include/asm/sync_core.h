/* SPDX-License-Identifier: GPL-2.0 */
/* Serializing instructions, for membarrier: of user mode's there is one, CPUID. */
#ifndef _ASM_L4_SYNC_CORE_H
#define _ASM_L4_SYNC_CORE_H

#include <asm/cpuid.h>

static inline void sync_core(void)
{
	unsigned int eax = 0, ebx, ecx = 0, edx;

	native_cpuid(&eax, &ebx, &ecx, &edx);
}

/* Resuming a process need not be serializing: it may end in SYSRET. */
static inline void sync_core_before_usermode(void)
{
	sync_core();
}

#endif
