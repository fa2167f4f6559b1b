/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Debug registers are the microkernel's. Single steps by the trap flag work;
 * steps from branch to branch and breakpoints in registers do not.
 */
#ifndef _ASM_L4_DEBUGREG_H
#define _ASM_L4_DEBUGREG_H

#include <uapi/asm/debugreg.h>
#include <asm/msr-index.h>

static inline unsigned long get_debugctlmsr(void)
{
	return 0;
}

static inline void update_debugctlmsr(unsigned long value) { }

#endif
