// SPDX-License-Identifier: GPL-2.0
/*
 * Irq objects. The parent has put the object of global interrupt n in slot
 * L4_INSTANCE_IRQ_BASE + n, and that of the n-th message in L4_INSTANCE_MSI_BASE + n.
 * Bound to a vCPU it makes its number pending there.
 */
#include <linux/compiler.h>
#include <l4/calls.h>
#include <asm/vcpu.h>

static l4_cap_t irq_slot(unsigned int number)
{
	return number < L4_VCPU_MORE_FIRST ? L4_INSTANCE_IRQ_BASE + number :
					     L4_INSTANCE_MSI_BASE + number - L4_VCPU_MORE_FIRST;
}

long irq_object_bind(unsigned int number, unsigned long mode, unsigned int cpu)
{
	return l4_irq_bind(irq_slot(number), mode, L4_INSTANCE_THREAD_BASE + cpu, number);
}

void irq_object_unbind(unsigned int number)
{
	l4_irq_unbind(irq_slot(number));
}

void irq_object_ack(unsigned int number)
{
	l4_irq_ack(irq_slot(number));
}

#ifdef CONFIG_SMP
long irq_object_move(unsigned int number, unsigned int cpu)
{
	return l4_irq_move(irq_slot(number), L4_INSTANCE_THREAD_BASE + cpu);
}

int ipi_object_make(unsigned int cpu)
{
	l4_cap_t slot = L4_INSTANCE_IPI_BASE + cpu;

	return l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT) ?:
	       l4_irq_bind(slot, 0, L4_INSTANCE_THREAD_BASE + cpu, L4_INSTANCE_PENDING_OWN);
}

void ipi_object_raise(unsigned int cpu)
{
	l4_irq_raise(L4_INSTANCE_IPI_BASE + cpu);
}

noinstr void ipi_object_ack(unsigned int cpu)
{
	l4_irq_ack(L4_INSTANCE_IPI_BASE + cpu);
}
#endif
