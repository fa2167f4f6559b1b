/* SPDX-License-Identifier: GPL-2.0 */
/* Time: the TSC, and the vCPU's one-shot timer. */
#ifndef _ASM_L4_TIME_H
#define _ASM_L4_TIME_H

/* Bit 63 of vcpu.pending was set. */
void timer_interrupt(void);

/* Before this CPU's first timer_wait. */
void timer_begin(void);

/* Makes this CPU's timer its clock event device. */
void timer_init(void);

/* Sleeps until something is pending; what passes meanwhile was not taken from us. */
void timer_wait(void);

#endif
