// SPDX-License-Identifier: GPL-2.0
/*
 * Irq objects. The parent has put the object of global interrupt n in slot
 * L4_INSTANCE_IRQ_BASE + n; bound to vCPU 0 it sets bit n of vcpu.pending.
 */
#include <l4/calls.h>
#include <asm/vcpu.h>

static l4_cap_t irq_slot(unsigned int number)
{
	return L4_INSTANCE_IRQ_BASE + number;
}

int irq_object_bind(unsigned int number, unsigned long mode)
{
	return l4_irq_bind(irq_slot(number), mode, L4_INSTANCE_THREAD_BASE, number);
}

void irq_object_unbind(unsigned int number)
{
	l4_irq_unbind(irq_slot(number));
}

void irq_object_ack(unsigned int number)
{
	l4_irq_ack(irq_slot(number));
}
