/* SPDX-License-Identifier: GPL-2.0 */
/* Work for as soon as interrupts are on: Linux tells itself, see kernel/irq.c. */
#ifndef _ASM_L4_IRQ_WORK_H
#define _ASM_L4_IRQ_WORK_H

static inline bool arch_irq_work_has_interrupt(void)
{
	return true;
}

#endif
