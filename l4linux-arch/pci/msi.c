// SPDX-License-Identifier: GPL-2.0
/*
 * Message-signalled interrupts. The parent has made irq objects for them; when one is
 * bound it is known what a device is to write where to raise it. To Linux
 * they are interrupts like those of pins. A masked one is not acknowledged, so
 * the masks that devices have for their messages stay off while it is used.
 */
#include <linux/bitmap.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <asm/setup.h>

static DECLARE_BITMAP(used, L4_INSTANCE_MSIS);
static DEFINE_SPINLOCK(lock);

/* The number of a free one, or msi_count. */
static unsigned int take(void)
{
	unsigned int n;

	spin_lock(&lock);
	n = find_first_zero_bit(used, l4_instance->msi_count);
	if (n < l4_instance->msi_count)
		__set_bit(n, used);
	spin_unlock(&lock);
	return n;
}

static void leave(unsigned int n)
{
	spin_lock(&lock);
	__clear_bit(n, used);
	spin_unlock(&lock);
}

/* Linux keeps a descriptor for good that still names its interrupt. */
static void forget(unsigned int irq)
{
	irq_get_msi_desc(irq)->irq = 0;
	irq_set_msi_desc(irq, NULL);
	irq_dispose_mapping(irq);
}

void msi_tell(unsigned int irq, unsigned long message)
{
	struct msi_msg msg = { .address_lo = message >> 16, .data = message & 0xffff };

	pci_write_msi_msg(irq, &msg);
}

/* It is bound at once, so that the device never has an address that is nobody's. */
int arch_setup_msi_irq(struct pci_dev *dev, struct msi_desc *desc)
{
	unsigned int n = take(), irq;
	int err = -ENOMEM;

	if (n >= l4_instance->msi_count)
		return -ENOSPC;
	irq = irq_of_message(n);
	if (irq) {
		irq_set_msi_desc(irq, desc);
		err = irq_domain_activate_irq(irq_get_irq_data(irq), false);
		if (!err)
			return 0;
		forget(irq);
	}
	leave(n);
	return err;
}

void arch_teardown_msi_irq(unsigned int irq)
{
	unsigned int n = message_of_irq(irq);

	irq_domain_deactivate_irq(irq_get_irq_data(irq));
	forget(irq);
	leave(n);
}
