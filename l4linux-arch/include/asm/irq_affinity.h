/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interrupt's binding to a CPU. Without SMP there is but one; with it,
 * irq_affinity.c. Negative results are L4's errors, but for irq_affinity_set's; irq_affinity_bind's
 * others are irq_object_bind's. irq.c has what is said to devices.
 */
#ifndef _ASM_L4_IRQ_AFFINITY_H
#define _ASM_L4_IRQ_AFFINITY_H

#include <linux/irq.h>
#include <asm/vcpu.h>

void irq_tell_device(struct irq_data *data, unsigned long message);

#ifdef CONFIG_SMP

long irq_affinity_bind(struct irq_data *data, unsigned long mode);
void irq_affinity_unbind(struct irq_data *data);

/* As irq_chip wants it: EINVAL if no CPU that is there is allowed. */
int irq_affinity_set(struct irq_data *data, const struct cpumask *allowed, bool force);

#else

static inline long irq_affinity_bind(struct irq_data *data, unsigned long mode)
{
	return irq_object_bind(data->hwirq, mode, 0);
}

static inline void irq_affinity_unbind(struct irq_data *data)
{
	irq_object_unbind(data->hwirq);
}

#endif
#endif
