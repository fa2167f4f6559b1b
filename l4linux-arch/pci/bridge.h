/* SPDX-License-Identifier: GPL-2.0 */
/* What the host bridge with ACPI and the one without have in common. */
#ifndef L4_PCI_BRIDGE_H
#define L4_PCI_BRIDGE_H

#include <linux/pci.h>

/* config.c */
extern struct pci_ops config_ops;

/* Is there a host bridge, and is it this instance's? */
bool config_present(void);

#define CONFIG_ADDRESS	0xcf8	/* the first of the bridge's ports */
#define CONFIG_BUSES	256

/* The whole space of the buses from `first' to `last' is in memory, 1 MiB for each; bus 0's is, or would be, at `start'. */
void config_set_memory(phys_addr_t start, unsigned int first, unsigned int last);

/* host.c: the interrupt that firmware has noted for the old controller, 0 for none that is ours */
int line_of_firmware(const struct pci_dev *dev, u8 slot, u8 pin);

/* Firmware's places of all behind the bridge are kept. */
void keep_places(struct pci_bus *bus);

#endif
