/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Linux asks of whoever shares its CPUs out: time.c. Nothing of x86's, whose
 * headers include this one; what they want besides of a hypervisor is not there.
 */
#ifndef _ASM_L4_PARAVIRT_H
#define _ASM_L4_PARAVIRT_H

#include <linux/types.h>

struct static_key;

extern struct static_key paravirt_steal_enabled, paravirt_steal_rq_enabled;

/* Nanoseconds that this CPU would have worked but was another's. */
u64 paravirt_steal_clock(int cpu);

void native_io_delay(void);

static inline void slow_down_io(void)
{
	native_io_delay();
}

#endif
