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

/* prctl(PR_SET_TSC), and seccomp's strict mode: the current thread may not read it. */
int get_tsc_mode(unsigned long address);
int set_tsc_mode(unsigned int mode);
void disable_TSC(void);

#endif
