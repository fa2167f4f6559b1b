/* SPDX-License-Identifier: GPL-2.0 */
/* The CPU's local APIC: acknowledging interrupts and the one-shot timer. */
#ifndef X86_LAPIC_H
#define X86_LAPIC_H

#include "lib/types.h"

#define VECTOR_PIC		0x20	/* the old controller, masked; 16 vectors */
#define VECTOR_IOAPIC		0x30	/* + global interrupt number; behind them MSIs, up to the timer */
#define VECTOR_TIMER		0xee
#define VECTOR_LOOK		0xef	/* from another CPU: see request.h */
#define VECTOR_REQUEST		0xf0	/* the same, of a class above all others */
#define VECTOR_SPURIOUS		0xff

#define LAPIC_ID_MAX		254

/* Whether this CPU's has no registers in memory, but MSRs: it is an x2APIC, in that mode. */
bool lapic_is_x2(void);

/* registers: those in memory; NULL: the MSRs, which all CPUs are to have then. */
void lapic_init(volatile u32 *registers);

/* The same on another CPU, after that. */
void lapic_init_cpu(void);
void lapic_eoi(void);

/*
 * Halts until there is a VECTOR_REQUEST. All other interrupts stay where they are; one
 * that was about to be taken can become a VECTOR_SPURIOUS, which ends it, as an NMI does.
 */
void lapic_wait_for_request(void);
u32 lapic_id(void);

/* Another CPU, by its lapic_id: an interrupt. */
void lapic_interrupt(u32 to, u8 vector);
void lapic_send_nmi(u32 to);

/* Another CPU: back to where it waits after a reset; from there to code in a page below 1 MiB. */
void lapic_send_init(u32 to);
void lapic_send_startup(u32 to, phys_t page);

/* Where a device writes a vector to interrupt the CPU of that lapic_id. */
u64 lapic_msi_address(u32 to);

/* Counts down from `ticks' once and interrupts at 0; 0 stops it. */
void lapic_timer_start(u32 ticks);
u32 lapic_timer_count(void);

/* From now on the timer waits for the TSC, by MSR_TSC_DEADLINE; its count stands still. */
void lapic_timer_by_deadline(void);

#endif
