/* SPDX-License-Identifier: GPL-2.0 */
/* PCI: the device's capabilities, its memory and its message. */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#include "pci.h"

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

unsigned int pci_read(unsigned int reg)
{
	unsigned int value;

	return l4_pci_read(reg, &value) ? ~0U : value;
}

static bool is_disk(unsigned int id)
{
	return (id == ID_TRANSITIONAL || id == ID_MODERN) && !(pci_read(REG_HEADER) & HEADER_TYPE);
}

long pci_open(void)
{
	unsigned int id;
	long error = l4_pci_read(REG_ID, &id);

	return error || is_disk(id) ? error : -L4_ENOCAP;
}

unsigned int pci_capability(unsigned int kind, unsigned int index)
{
	unsigned int at, head;

	if (!(pci_read(REG_COMMAND) & STATUS_CAPABILITIES))
		return 0;
	at = pci_read(REG_CAPABILITIES) & 0xfc;
	for (unsigned int i = 0; at && i < CAPABILITIES; i++, at = head >> 8 & 0xfc) {
		head = pci_read(at);
		if ((head & 0xff) == kind && !index--)
			return at;
	}
	return 0;
}

/* Where that memory is; 0: nowhere. */
static l4_word_t bar_address(unsigned int bar)
{
	unsigned int low = bar < BARS ? pci_read(REG_BAR + 4 * bar) : BAR_IO;
	l4_word_t address = low & ~15U;

	if (low & BAR_IO)
		return 0;
	if ((low & BAR_KIND) != BAR_64_BITS)
		return address;
	return bar + 1 == BARS ? 0 : address | (l4_word_t)pci_read(REG_BAR + 4 * bar + 4) << 32;
}

/* In one block, as blocks are what is granted. */
volatile void *pci_map(unsigned int bar, l4_word_t offset, l4_word_t size)
{
	l4_word_t base = bar_address(bar), address = base + offset;
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

long pci_use_message(l4_word_t message)
{
	unsigned int at = pci_capability(CAPABILITY_MSIX, 0), table;
	volatile unsigned int *entry;

	if (!at)
		return -L4_ENOSYS;
	table = pci_read(at + 4);
	entry = pci_map(table & 7, table & ~7U, MSIX_ENTRY);
	if (!entry)
		return -L4_ERIGHTS;
	entry[0] = message >> 16;
	entry[1] = message >> 48;
	entry[2] = message & 0xffff;
	entry[3] = 0;
	return l4_pci_write(at, (pci_read(at) & ~MSIX_MASKED) | MSIX_ENABLE);
}

/* The upper half is status, whose bits are cleared by ones. Reading waits for the write. */
void pci_set_master(bool on)
{
	unsigned int command = pci_read(REG_COMMAND) & 0xffff & ~COMMAND_MASTER;

	command |= COMMAND_MEMORY | COMMAND_NO_LINE | (on ? COMMAND_MASTER : 0);
	l4_pci_write(REG_COMMAND, command);
	pci_read(REG_COMMAND);
}
