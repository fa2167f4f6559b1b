// SPDX-License-Identifier: GPL-2.0
/*
 * Which CPU has an interrupt: its irq object is bound to that CPU's vCPU. Of the
 * CPUs that are allowed it is the one with the fewest, as natively. What is here
 * is of interest for interrupts that are bound, and is done under their
 * descriptors' locks.
 */
#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/msi.h>
#include <linux/percpu.h>
#include <asm/irq.h>
#include <asm/irq_affinity.h>
#include <asm/vcpu.h>

static unsigned int cpu_of[L4_VCPU_LABELS];
static DEFINE_PER_CPU(atomic_t, load);	/* how many it has; only to choose by */

static unsigned int choose(const struct cpumask *allowed)
{
	unsigned int cpu, best = nr_cpu_ids;

	for_each_cpu_and(cpu, allowed, cpu_online_mask)
		if (best == nr_cpu_ids ||
		    atomic_read(&per_cpu(load, cpu)) < atomic_read(&per_cpu(load, best)))
			best = cpu;
	return best;
}

/* A device without a table (MSI) knows address and datum one after the other; what it sent between is gone. */
static int move(struct irq_data *data, unsigned int cpu)
{
	struct msi_desc *desc = irq_data_get_msi_desc(data);
	long message = irq_object_move(data->hwirq, cpu);

	if (message < 0)
		return message == -L4_EBUSY ? -ENOSPC : -EIO;
	irq_tell_device(data, message);
	if (desc && !desc->pci.msi_attrib.is_msix)
		vcpu_make_pending(data->hwirq, cpu);
	return 0;
}

static void belongs_to(struct irq_data *data, unsigned int cpu)
{
	cpu_of[data->hwirq] = cpu;
	atomic_inc(&per_cpu(load, cpu));
	irq_data_update_effective_affinity(data, cpumask_of(cpu));
}

/* To that CPU or, as it has no room for more messages, to any other one. */
static long bind_somewhere(struct irq_data *data, unsigned long mode, unsigned int cpu)
{
	long message = irq_object_bind(data->hwirq, mode, cpu);

	if (message == -L4_EBUSY)
		for_each_online_cpu(cpu) {
			message = irq_object_bind(data->hwirq, mode, cpu);
			if (message >= 0)
				break;
		}
	if (message >= 0)
		belongs_to(data, cpu);
	return message;
}

long irq_affinity_bind(struct irq_data *data, unsigned long mode)
{
	unsigned int cpu = choose(irq_data_get_affinity_mask(data));

	return bind_somewhere(data, mode, cpu == nr_cpu_ids ? choose(cpu_online_mask) : cpu);
}

/* What it has raised, and nobody has taken yet, is not the next driver's. */
void irq_affinity_unbind(struct irq_data *data)
{
	unsigned int cpu = cpu_of[data->hwirq];

	irq_object_unbind(data->hwirq);
	vcpu_drop_pending(data->hwirq, cpu);
	atomic_dec(&per_cpu(load, cpu));
}

int irq_affinity_set(struct irq_data *data, const struct cpumask *allowed, bool force)
{
	unsigned int cpu, old = cpu_of[data->hwirq];
	int err;

	if (!irqd_is_activated(data)) {
		irq_data_update_effective_affinity(data, allowed);
		return IRQ_SET_MASK_OK;
	}
	if (cpu_online(old) && cpumask_test_cpu(old, allowed))
		return IRQ_SET_MASK_OK;
	cpu = choose(allowed);
	if (cpu == nr_cpu_ids)
		return -EINVAL;
	err = move(data, cpu);
	if (err)
		return err;
	atomic_dec(&per_cpu(load, old));
	belongs_to(data, cpu);
	vcpu_pass_pending(data->hwirq, old, cpu);
	return IRQ_SET_MASK_OK;
}
