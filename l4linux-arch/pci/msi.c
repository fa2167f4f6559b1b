// SPDX-License-Identifier: GPL-2.0
/*
 * Message-signalled interrupts. The parent has made irq objects for them, each
 * with an address and a datum that a device is to write to raise it; to Linux
 * they are interrupts like those of pins. A masked one is not acknowledged, so
 * the masks that devices have for their messages stay off while it is used.
 */
#include <linux/bitmap.h>
#include <linux/irq.h>
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

void msi_tell(unsigned int irq, unsigned long message)
{
	struct msi_msg msg = { .address_lo = message >> 16, .data = message & 0xffff };

	pci_write_msi_msg(irq, &msg);
}

int arch_setup_msi_irq(struct pci_dev *dev, struct msi_desc *desc)
{
	unsigned int n = take();
	const struct l4_instance_msi *msi = &l4_instance->msi[n];

	if (n >= l4_instance->msi_count)
		return -ENOSPC;
	irq_set_msi_desc(msi->irq, desc);
	msi_tell(msi->irq, msi->message);
	return 0;
}

void arch_teardown_msi_irq(unsigned int irq)
{
	for (unsigned int n = 0; n < l4_instance->msi_count; n++) {
		if (l4_instance->msi[n].irq != irq)
			continue;
		/* Linux keeps a descriptor for good that still names its interrupt. */
		irq_get_msi_desc(irq)->irq = 0;
		irq_set_msi_desc(irq, NULL);
		spin_lock(&lock);
		__clear_bit(n, used);
		spin_unlock(&lock);
	}
}
