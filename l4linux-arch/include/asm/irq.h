/* SPDX-License-Identifier: GPL-2.0 */
/* Interrupt numbers: 0..15 are the PC's, as drivers such as 8250 expect. */
#ifndef _ASM_L4_IRQ_H
#define _ASM_L4_IRQ_H

#define NR_IRQS_LEGACY	16
#define NR_IRQS		64

struct pt_regs;

/* The event upcall for pending interrupts. */
void handle_pending_irqs(struct pt_regs *regs);

static inline int irq_canonicalize(int irq)
{
	return irq == 2 ? 9 : irq;
}

#endif
