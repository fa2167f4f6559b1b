/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "pci_config.h"

#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	(1U << 31)

#define REG_CLASS	0x08
#define REG_HEADER	0x0c
#define REG_BUSES	0x18		/* of a bridge: from bits 16 on the last bus behind it */

#define NO_DEVICE	0xffff
#define CLASS_BRIDGE	0x06
#define HEADER_BRIDGE	1
#define HEADER_MANY	0x80		/* it has several functions */
#define BAR_IO		1U
#define BAR_64_BITS	4U
#define BAR_IO_BITS	3U		/* not of the address */
#define BAR_MEMORY_BITS	15U

static unsigned int choose(unsigned int function, unsigned int reg)
{
	unsigned int before = l4_port_in32(PCI_CONFIG_ADDRESS);

	l4_port_out32(PCI_CONFIG_ADDRESS, CONFIG_ENABLE | function << 8 | reg);
	return before;
}

unsigned int pci_config_read(unsigned int function, unsigned int reg)
{
	unsigned int before = choose(function, reg);
	unsigned int value = l4_port_in32(CONFIG_DATA);

	l4_port_out32(PCI_CONFIG_ADDRESS, before);
	return value;
}

void pci_config_write(unsigned int function, unsigned int reg, unsigned int value)
{
	unsigned int before = choose(function, reg);

	l4_port_out32(CONFIG_DATA, value);
	l4_port_out32(PCI_CONFIG_ADDRESS, before);
}

unsigned int pci_command(unsigned int function)
{
	return pci_config_read(function, PCI_REG_COMMAND) & 0xffff;
}

/* Reading waits for the write. */
void pci_set_command(unsigned int function, unsigned int command)
{
	pci_config_write(function, PCI_REG_COMMAND, command);
	pci_config_read(function, PCI_REG_COMMAND);
}

static unsigned int header_of(unsigned int function)
{
	return pci_config_read(function, REG_HEADER) >> 16 & 0xff;
}

static bool is_there(unsigned int function)
{
	return (pci_config_read(function, PCI_REG_ID) & 0xffff) != NO_DEVICE;
}

/* As a bridge says, to go there, too. */
static unsigned int last_bus_behind(unsigned int function)
{
	if ((header_of(function) & ~HEADER_MANY) != HEADER_BRIDGE)
		return 0;
	return pci_config_read(function, REG_BUSES) >> 16 & 0xff;
}

bool pci_next(struct pci_walk *walk)
{
	unsigned int function, behind;

	while (walk->next >> 8 <= walk->last_bus) {
		function = walk->next++;
		if (!(function & 7))
			walk->many = is_there(function) && header_of(function) & HEADER_MANY;
		else if (!walk->many)
			continue;
		if (!is_there(function))
			continue;
		behind = last_bus_behind(function);
		if (behind > walk->last_bus)
			walk->last_bus = behind;
		walk->function = function;
		return true;
	}
	return false;
}

bool pci_is_device(unsigned int function)
{
	return !(header_of(function) & ~HEADER_MANY) &&
	       pci_config_read(function, REG_CLASS) >> 24 != CLASS_BRIDGE;
}

struct pci_bar pci_bar(unsigned int function, unsigned int number)
{
	unsigned int reg = PCI_REG_BAR + 4 * number, low = pci_config_read(function, reg);

	if (low & BAR_IO)
		return (struct pci_bar){ true, 1, low & ~BAR_IO_BITS };
	if (!(low & BAR_64_BITS) || number + 1 == PCI_BARS)
		return (struct pci_bar){ false, 1, low & ~BAR_MEMORY_BITS };
	return (struct pci_bar){ false, 2, (low & ~BAR_MEMORY_BITS) |
				 (l4_word_t)pci_config_read(function, reg + 4) << 32 };
}

/* What stays of ones; the register is as it was then. */
static unsigned int probe(unsigned int function, unsigned int reg)
{
	unsigned int before = pci_config_read(function, reg), bits;

	pci_config_write(function, reg, ~0U);
	bits = pci_config_read(function, reg);
	pci_config_write(function, reg, before);
	return bits;
}

l4_word_t pci_bar_size(unsigned int function, unsigned int number, const struct pci_bar *bar)
{
	unsigned int reg = PCI_REG_BAR + 4 * number;
	l4_word_t low = probe(function, reg), high = ~0U;

	if (!low)
		return 0;
	/* The upper half of a port's number may be wired to zero. */
	if (bar->is_port)
		return (~(low & ~BAR_IO_BITS) & 0xffff) + 1;
	if (bar->registers > 1)
		high = probe(function, reg + 4);
	return ~(high << 32 | (low & ~BAR_MEMORY_BITS)) + 1;
}
