/* SPDX-License-Identifier: GPL-2.0 */
/* The time-stamp counter: constant rate, measured by the microkernel at boot. */
#ifndef _ASM_L4_TSC_H
#define _ASM_L4_TSC_H

#include <asm/msr.h>

typedef unsigned long long cycles_t;

extern unsigned int cpu_khz;
extern unsigned int tsc_khz;

static inline cycles_t get_cycles(void)
{
	return rdtsc();
}
#define get_cycles get_cycles

/* For seccomp's strict mode: only the microkernel could take the counter away. */
static inline void disable_TSC(void) { }

#endif
