/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of the function that the boot script gives to this server, by requests to the
 * parent. What a device says of itself is checked: it may say anything.
 */
#ifndef VIRTIO_PCI_H
#define VIRTIO_PCI_H

#include <stdbool.h>
#include <l4/types.h>

/* -L4_ENOCAP: it is no virtio block device, or there is none; -L4_ERIGHTS: none is granted */
long pci_open(void);

/* A register of 32 bits, at a multiple of 4. */
unsigned int pci_read(unsigned int reg);

/* The register of the capability of that kind, the index-th; 0: there are not so many. */
unsigned int pci_capability(unsigned int kind, unsigned int index);

/* `size' bytes of the memory that a base register names, from `offset' on; NULL: not to be had. */
volatile void *pci_map(unsigned int bar, l4_word_t offset, l4_word_t size);

/* MSI-X: the device's first message is this one (address << 16 | data), and there are no others. */
long pci_use_message(l4_word_t message);

/* Whether the device may write to memory, and send messages. Its registers answer either way. */
void pci_set_master(bool on);

#endif
