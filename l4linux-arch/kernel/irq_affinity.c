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
#include <asm/pci.h>
#include <asm/vcpu.h>

static unsigned int cpu_of[NR_IRQS];
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

/* The device is told where its messages go from now on. */
static void tell_device(struct irq_data *data, unsigned long message)
{
#ifdef CONFIG_PCI_MSI
	if (irq_data_get_msi_desc(data))
		msi_tell(data->irq, message);
#endif
}

static int move(struct irq_data *data, unsigned int cpu)
{
	long message = irq_object_move(data->hwirq, cpu);

	if (message < 0)
		return -EIO;
	tell_device(data, message);
	return 0;
}

static void belongs_to(struct irq_data *data, unsigned int cpu)
{
	cpu_of[data->hwirq] = cpu;
	atomic_inc(&per_cpu(load, cpu));
	irq_data_update_effective_affinity(data, cpumask_of(cpu));
}

int irq_affinity_bind(struct irq_data *data, unsigned long mode)
{
	unsigned int cpu = choose(irq_data_get_affinity_mask(data));
	int err;

	if (cpu == nr_cpu_ids)
		cpu = choose(cpu_online_mask);
	err = irq_object_bind(data->hwirq, mode, cpu);
	if (err)
		return err;
	belongs_to(data, cpu);
	/* Until now its messages went to the CPU that the parent ran on. */
	if (irq_data_get_msi_desc(data))
		err = move(data, cpu);
	if (err)
		irq_affinity_unbind(data);
	return err;
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
