/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI: firmware has numbered the buses and placed the devices' registers, and
 * both stay. What it has left out goes above the memory and the ports that a
 * PC's own devices use.
 */
#ifndef _ASM_L4_PCI_H
#define _ASM_L4_PCI_H

#define PCIBIOS_MIN_IO			0x1000
#define PCIBIOS_MIN_MEM			0xc0000000UL
#define pcibios_assign_all_busses()	0

#include <asm-generic/pci.h>

/* msi.c: where a device writes what to interrupt, as its irq object tells: (address) << 16 | datum. */
void msi_tell(unsigned int irq, unsigned long message);

#endif
