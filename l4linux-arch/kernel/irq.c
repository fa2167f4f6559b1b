// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: what is pending at the vCPU becomes Linux interrupts. Hardware interrupt
 * numbers are the machine's global ones, and Linux's numbers are the same, so
 * that drivers find the PC's where they expect them. From MESSAGES on they are
 * those of messages (MSI), which have whatever number is free in Linux.
 *
 * The microkernel delivers an interrupt once and not again before it is
 * acknowledged; so a masked one simply stays unacknowledged, and masking makes
 * no call.
 */
#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/irqchip.h>
#include <linux/irqdesc.h>
#include <linux/irq_work.h>
#include <linux/msi.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <asm/call.h>
#include <asm/irq.h>
#include <asm/irq_affinity.h>
#include <asm/irq_regs.h>
#include <asm/mmu_sync.h>
#include <asm/pci.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <asm/vcpu.h>
#include <l4/syscall.h>

#define PINS		L4_INSTANCE_IRQS
#define MESSAGES	L4_VCPU_MORE_FIRST
#define PC_PINS		24	/* of its IOAPIC */

static struct irq_domain *irq_domain;
/* By hardware number; each bit under its descriptor's lock */
static DECLARE_BITMAP(masked, L4_VCPU_LABELS);
static DECLARE_BITMAP(unacknowledged, L4_VCPU_LABELS);
static DECLARE_BITMAP(under_way, L4_VCPU_LABELS);	/* taken, and irq_end is still to come */
static u16 bind_mode[L4_VCPU_LABELS];
static DEFINE_PER_CPU(unsigned long, timer_interrupts);

static void acknowledge(struct irq_data *data)
{
	clear_bit(data->hwirq, unacknowledged);
	irq_object_ack(data->hwirq);
}

static void irq_mask_only(struct irq_data *data)
{
	set_bit(data->hwirq, masked);
}

/* What is under way is acknowledged at its end: before, the next could come to another CPU. */
static void irq_unmask(struct irq_data *data)
{
	clear_bit(data->hwirq, masked);
	if (test_bit(data->hwirq, unacknowledged) && !test_bit(data->hwirq, under_way))
		acknowledge(data);
}

/* On each way out of handle_fasteoi_irq. */
static void irq_end(struct irq_data *data)
{
	clear_bit(data->hwirq, under_way);
	if (!test_bit(data->hwirq, masked))
		acknowledge(data);
}

/* Linux has masked the messages of a device when it found them. */
static void unmask_message(struct irq_data *data)
{
#ifdef CONFIG_PCI_MSI
	if (irq_data_get_msi_desc(data))
		pci_msi_unmask_irq(data);
#endif
}

/* What has come since it was bound may have gone with a CPU: it is acknowledged unseen. */
static unsigned int irq_startup_unmask(struct irq_data *data)
{
	clear_bit(data->hwirq, masked);
	acknowledge(data);
	unmask_message(data);
	return 0;
}

/*
 * Before its first driver starts it, and after the last one: here an error
 * still reaches request_irq. What comes in between waits.
 */
static int irq_bind(struct irq_domain *domain, struct irq_data *data, bool reserve)
{
	long message;

	irq_mask_only(data);
	clear_bit(data->hwirq, under_way);
	clear_bit(data->hwirq, unacknowledged);
	message = irq_affinity_bind(data, bind_mode[data->hwirq]);
	/* A device that is refused some of its messages asks for fewer. */
	if (message == -L4_EBUSY && data->hwirq >= MESSAGES)
		return -ENOSPC;
	if (message < 0) {
		pr_warn("irq %u cannot be bound: error %ld\n", data->irq, message);
		return -EIO;
	}
	irq_tell_device(data, message);
	return 0;
}

static void irq_unbind(struct irq_domain *domain, struct irq_data *data)
{
	irq_mask_only(data);
#ifdef CONFIG_PCI_MSI
	/* What it would be told where to send to is another one's from now on. */
	if (irq_data_get_msi_desc(data))
		pci_msi_mask_irq(data);
#endif
	clear_bit(data->hwirq, unacknowledged);
	irq_affinity_unbind(data);
}

/* Where its messages are to go. */
void irq_tell_device(struct irq_data *data, unsigned long message)
{
#ifdef CONFIG_PCI_MSI
	if (irq_data_get_msi_desc(data))
		msi_tell(data->irq, message);
#endif
}

/* The names in /proc/interrupts are those that a PC's interrupts have. */
static void name_flow(unsigned int irq, unsigned int type)
{
	irq_to_desc(irq)->name = type & IRQ_TYPE_LEVEL_MASK ? "fasteoi" : "edge";
}

static void irq_print_controller(struct irq_data *data, struct seq_file *file)
{
#ifdef CONFIG_PCI_MSI
	struct msi_desc *desc = irq_data_get_msi_desc(data);

	if (desc) {
		seq_printf(file, " PCI-MSI%s-%s", desc->pci.msi_attrib.is_msix ? "X" : "",
			   dev_name(desc->dev));
		return;
	}
#endif
	seq_printf(file, " %8s", data->chip->name);
}

/* Remembered until the interrupt is bound. */
static int irq_set_trigger(struct irq_data *data, unsigned int type)
{
	bind_mode[data->hwirq] = (type & IRQ_TYPE_LEVEL_MASK ? L4_IRQ_LEVEL : L4_IRQ_EDGE) |
		(type & (IRQ_TYPE_LEVEL_LOW | IRQ_TYPE_EDGE_FALLING) ? L4_IRQ_LOW : 0);
	name_flow(data->irq, type);
	return IRQ_SET_MASK_OK;
}

static struct irq_chip l4_irq_chip = {
	.name = "IO-APIC",
	.flags = IRQCHIP_AFFINITY_PRE_STARTUP,
	.irq_startup = irq_startup_unmask,
	.irq_mask = irq_mask_only,
	.irq_unmask = irq_unmask,
	.irq_eoi = irq_end,
	.irq_set_type = irq_set_trigger,
#ifdef CONFIG_SMP
	.irq_set_affinity = irq_affinity_set,
#endif
	.irq_print_chip = irq_print_controller,
};

/* Only what the parent has granted gets a handler. */
static int irq_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t number)
{
	if (number >= MESSAGES ? number >= MESSAGES + l4_instance->msi_count :
	    number >= PINS || !(l4_instance->irq_mask & BIT(number)))
		return -EPERM;
	irq_set_chip_and_handler(virq, &l4_irq_chip, handle_fasteoi_irq);
	/* An edge may come while Linux repeats an older one on another CPU. */
	irqd_set_resend_when_in_progress(irq_get_irq_data(virq));
	name_flow(virq, IRQ_TYPE_NONE);
	return 0;
}

static const struct irq_domain_ops irq_domain_ops = {
	.map = irq_map,
	.activate = irq_bind,
	.deactivate = irq_unbind,
};

void __init init_IRQ(void)
{
	/* Messages have the numbers behind, as natively. */
	unsigned int pins = max(PC_PINS, fls64(l4_instance->irq_mask));
	int err = irq_alloc_descs(NR_IRQS_LEGACY, NR_IRQS_LEGACY, pins - NR_IRQS_LEGACY, 0);

	if (err < 0)
		panic("no descriptors for interrupts: error %d", err);
	irq_domain = irq_domain_add_linear(NULL, L4_VCPU_LABELS, &irq_domain_ops, NULL);
	if (!irq_domain)
		panic("no interrupt domain");
	irq_domain_associate_many(irq_domain, 0, 0, pins);
	irq_set_default_host(irq_domain);
}

unsigned int irq_of_message(unsigned int number)
{
	int irq = irq_alloc_desc_from(PC_PINS, 0);

	if (irq < 0)
		return 0;
	if (irq_domain_associate(irq_domain, irq, MESSAGES + number)) {
		irq_free_desc(irq);
		return 0;
	}
	return irq;
}

unsigned int message_of_irq(unsigned int irq)
{
	return irq_get_irq_data(irq)->hwirq - MESSAGES;
}

/*
 * Work for as soon as interrupts are on, for which the microkernel is not
 * needed: Linux says itself that something is pending.
 */
static DEFINE_PER_CPU(bool, work_raised);

void arch_irq_work_raise(void)
{
	unsigned long flags;

	local_irq_save(flags);
	__this_cpu_write(work_raised, true);
	vcpu_raise();
	local_irq_restore(flags);
}

static void run_irq_work(void)
{
	if (!__this_cpu_read(work_raised))
		return;
	__this_cpu_write(work_raised, false);
	irq_work_run();
}

static void handle_bits(unsigned long pending, unsigned int first)
{
	unsigned int bit;

	for_each_set_bit(bit, &pending, BITS_PER_LONG) {
		set_bit(first + bit, under_way);
		set_bit(first + bit, unacknowledged);
		generic_handle_domain_irq(irq_domain, first + bit);
	}
}

/* The event upcall for vector 32. */
void handle_pending_irqs(struct pt_regs *regs)
{
	struct pt_regs *old = set_irq_regs(regs);
	unsigned long pending;

	irq_enter_rcu();
	mmu_interrupted();
	pending = vcpu_take_pending();
	if (pending & BIT(L4_VCPU_PENDING_TIMER)) {
		__this_cpu_inc(timer_interrupts);
		timer_interrupt();
#ifdef CONFIG_SMP
		mmu_look_at_aged();
#endif
	}
	if (pending & BIT(L4_INSTANCE_PENDING_OWN)) {
#ifdef CONFIG_SMP
		ipi_handle();
#endif
		callers_answered();
	}
	run_irq_work();
	handle_bits(pending & (BIT(PINS) - 1), 0);
	if (pending & BIT(L4_VCPU_PENDING_MORE))
		for (unsigned int word = 0; word < L4_VCPU_MORE_WORDS; word++)
			handle_bits(vcpu_take_more(word), MESSAGES + word * BITS_PER_LONG);
	irq_exit_rcu();
	set_irq_regs(old);
}

/* Called and left with interrupts off: what woke us is delivered when they go on. */
void __cpuidle arch_cpu_idle(void)
{
	if (!__this_cpu_read(work_raised))
		timer_wait();
}

u64 arch_irq_stat_cpu(unsigned int cpu)
{
	u64 count = per_cpu(timer_interrupts, cpu);

#ifdef CONFIG_SMP
	count += ipi_count(cpu);
#endif
	return count;
}

/* One that has a name in the place of a number; as natively. */
void irq_show_line(struct seq_file *file, int precision, const char *name,
		   const unsigned long __percpu *count, const char *text)
{
	unsigned int cpu;

	seq_printf(file, "%*s: ", precision, name);
	for_each_online_cpu(cpu)
		seq_printf(file, "%10lu ", *per_cpu_ptr(count, cpu));
	seq_printf(file, "  %s\n", text);
}

int arch_show_interrupts(struct seq_file *file, int precision)
{
	irq_show_line(file, precision, "LOC", &timer_interrupts, "Local timer interrupts");
#ifdef CONFIG_SMP
	ipi_show(file, precision);
#endif
	return 0;
}
