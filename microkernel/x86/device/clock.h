/* SPDX-License-Identifier: GPL-2.0 */
/* Time: the TSC as the clock, the local APIC's one-shot timer as the alarm. */
#ifndef X86_CLOCK_H
#define X86_CLOCK_H

#include "lib/timer.h"

struct cpu;

#define CLOCK_SHIFT	32

/*
 * Boot, with what was measured: how fast the TSC counts, and how much the local
 * APIC's timer in one tick of it, with CLOCK_SHIFT bits of fraction.
 */
void clock_init(u64 tsc_khz, u64 lapic_per_tsc);

/* The alarm of another CPU, after that. */
void clock_init_cpu(void);

u64 clock_tsc_khz(void);
u64 clock_ticks_of_us(u64 us);

/* TSC value that many microseconds from now. */
u64 clock_after_us(u64 us);

/* In a CPU's queue. True: it is the earliest there, and the CPU is to set its alarm. */
bool clock_add(struct cpu *cpu, struct timer *timer, u64 deadline);
void clock_remove(struct cpu *cpu, struct timer *timer);

/* Sets the alarm to the earliest of what is waited for. */
void clock_program(void);

/* The alarm went off. */
void clock_interrupt(void);

#endif
