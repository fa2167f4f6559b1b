/* SPDX-License-Identifier: GPL-2.0 */
/* PCI: finding the device, its capabilities, its memory and its message. */
#include <l4/pages.h>
#include <l4/server.h>

#include "pci.h"

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define ADDRESS_ENABLE	(1U << 31)

#define REG_ID		0x00
#define REG_COMMAND	0x04
#define REG_HEADER	0x0c
#define REG_BAR		0x10
#define REG_CAPABILITIES 0x34

#define COMMAND_MEMORY	0x002U
#define COMMAND_MASTER	0x004U
#define COMMAND_NO_LINE	0x400U		/* messages only */
#define STATUS_CAPABILITIES (0x10U << 16)
#define HEADER_TYPE	(0x7fU << 16)
#define HEADER_MANY	(0x80U << 16)	/* it has several functions */
#define FUNCTIONS	8

#define ID_TRANSITIONAL	0x10011af4
#define ID_MODERN	0x10421af4

#define BARS		6
#define BAR_IO		1U
#define BAR_KIND	6U
#define BAR_64_BITS	4U
#define MAP_ORDER_MAX	20

#define CAPABILITY_MSIX	0x11
#define CAPABILITIES	48		/* no more have a place */
#define MSIX_MASKED	(1U << 30)
#define MSIX_ENABLE	(1U << 31)
#define MSIX_ENTRY	16

static void choose(unsigned int function, unsigned int reg)
{
	l4_port_out32(PCI_ADDRESS, ADDRESS_ENABLE | function << 8 | reg);
}

unsigned int pci_read(unsigned int function, unsigned int reg)
{
	choose(function, reg);
	return l4_port_in32(PCI_DATA);
}

static void pci_write(unsigned int function, unsigned int reg, unsigned int value)
{
	choose(function, reg);
	l4_port_out32(PCI_DATA, value);
}

static bool is_disk(unsigned int function)
{
	unsigned int id = pci_read(function, REG_ID);

	return (id == ID_TRANSITIONAL || id == ID_MODERN) &&
	       !(pci_read(function, REG_HEADER) & HEADER_TYPE);
}

long pci_find(unsigned int wanted, unsigned int *function)
{
	for (unsigned int device = 0; device < PCI_DEVICES; device++) {
		bool many = pci_read(device << 3, REG_HEADER) & HEADER_MANY;

		if (wanted != PCI_ANY && device != wanted)
			continue;
		for (unsigned int i = 0; i < (many ? FUNCTIONS : 1); i++) {
			*function = device << 3 | i;
			if (is_disk(*function))
				return 0;
		}
	}
	return -L4_ENOCAP;
}

unsigned int pci_capability(unsigned int function, unsigned int kind, unsigned int index)
{
	unsigned int at, head;

	if (!(pci_read(function, REG_COMMAND) & STATUS_CAPABILITIES))
		return 0;
	at = pci_read(function, REG_CAPABILITIES) & 0xfc;
	for (unsigned int i = 0; at && i < CAPABILITIES; i++, at = head >> 8 & 0xfc) {
		head = pci_read(function, at);
		if ((head & 0xff) == kind && !index--)
			return at;
	}
	return 0;
}

/* Where that memory is; 0: nowhere. */
static l4_word_t bar_address(unsigned int function, unsigned int bar)
{
	unsigned int low = bar < BARS ? pci_read(function, REG_BAR + 4 * bar) : BAR_IO;
	l4_word_t address = low & ~15U;

	if (low & BAR_IO)
		return 0;
	if ((low & BAR_KIND) != BAR_64_BITS)
		return address;
	return bar + 1 == BARS ? 0 : address | (l4_word_t)pci_read(function, REG_BAR + 4 * bar + 4) << 32;
}

/* In one block, as blocks are what is granted. */
volatile void *pci_map(unsigned int function, unsigned int bar, l4_word_t offset, l4_word_t size)
{
	l4_word_t base = bar_address(function, bar), address = base + offset;
	unsigned int order = L4_PAGE_SHIFT;
	char *block;

	if (!base || !size || address < base || address + size < address)
		return NULL;
	while (order <= MAP_ORDER_MAX && address >> order != (address + size - 1) >> order)
		order++;
	if (order > MAP_ORDER_MAX)
		return NULL;
	block = l4_device_request(address >> order << order, order);
	return block ? block + (address & ((1UL << order) - 1)) : NULL;
}

long pci_use_message(unsigned int function, l4_word_t message)
{
	unsigned int at = pci_capability(function, CAPABILITY_MSIX, 0), table;
	volatile unsigned int *entry;

	if (!at)
		return -L4_ENOSYS;
	table = pci_read(function, at + 4);
	entry = pci_map(function, table & 7, table & ~7U, MSIX_ENTRY);
	if (!entry)
		return -L4_ERIGHTS;
	entry[0] = message >> 16;
	entry[1] = message >> 48;
	entry[2] = message & 0xffff;
	entry[3] = 0;
	pci_write(function, at, (pci_read(function, at) & ~MSIX_MASKED) | MSIX_ENABLE);
	return 0;
}

/* The upper half is status, whose bits are cleared by ones. Reading waits for the write. */
void pci_set_master(unsigned int function, bool on)
{
	unsigned int command = pci_read(function, REG_COMMAND) & 0xffff & ~COMMAND_MASTER;

	command |= COMMAND_MEMORY | COMMAND_NO_LINE | (on ? COMMAND_MASTER : 0);
	pci_write(function, REG_COMMAND, command);
	pci_read(function, REG_COMMAND);
}
