/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device goes on writing to the memory that its dead driver named, and sending
 * the messages that were its interrupts, until it is told not to be a bus master any
 * more. That comes before the memory and the interrupts are used again. A device is
 * whose ports or device memory its registers lie in, or else whose the configuration
 * ports are, who could reach it.
 *
 * Whoever has these ports may have been interrupted between the two of them: it runs
 * below roottask, on the same CPU, and finds the address as it left it.
 */
#include "roottask.h"

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	(1U << 31)

#define REG_ID		0x00
#define REG_COMMAND	0x04
#define REG_CLASS	0x08
#define REG_HEADER	0x0c
#define REG_BAR		0x10
#define REG_BUSES	0x18		/* of a bridge: from bits 16 on the last bus behind it */

#define NO_DEVICE	0xffff
#define COMMAND_MASTER	0x04U
#define CLASS_BRIDGE	0x06
#define HEADER_BRIDGE	1
#define HEADER_MANY	0x80		/* it has several functions */
#define BARS		6
#define BAR_IO		1U
#define BAR_64_BITS	4U

static unsigned int config_read(unsigned int function, unsigned int reg)
{
	l4_port_out32(CONFIG_ADDRESS, CONFIG_ENABLE | function << 8 | reg);
	return l4_port_in32(CONFIG_DATA);
}

static void config_write(unsigned int function, unsigned int reg, unsigned int value)
{
	l4_port_out32(CONFIG_ADDRESS, CONFIG_ENABLE | function << 8 | reg);
	l4_port_out32(CONFIG_DATA, value);
}

/* The number of the one whose registers these are, by name or, if all, with what is left; or -1. */
static int find_owner(bool is_port, bool all, l4_word_t address)
{
	for (unsigned int i = 0; i < script.count && address; i++) {
		const struct script_instance *one = &script.instance[i];
		const struct script_ranges *ranges = is_port ? &one->ports : &one->devices;

		if (ranges->all == all && ranges_grant(ranges, address, address))
			return i;
	}
	return -1;
}

static int find_owner_by_bars(unsigned int function, bool all)
{
	int owner = -1;

	for (unsigned int i = 0; i < BARS && owner < 0; i++) {
		unsigned int bar = config_read(function, REG_BAR + 4 * i);
		l4_word_t address = bar & (bar & BAR_IO ? ~3U : ~15U);

		if (!(bar & BAR_IO) && (bar & BAR_64_BITS) && i + 1 < BARS)
			address |= (l4_word_t)config_read(function, REG_BAR + 4 * ++i) << 32;
		owner = find_owner(bar & BAR_IO, all, address);
	}
	return owner;
}

/* Who names one register of a device is its owner, whoever has the others with all that is left. */
static int owner_of(unsigned int function)
{
	int owner = find_owner_by_bars(function, false);

	if (owner < 0)
		owner = find_owner_by_bars(function, true);
	if (owner < 0)
		owner = find_owner(true, false, CONFIG_ADDRESS);
	return owner < 0 ? find_owner(true, true, CONFIG_ADDRESS) : owner;
}

/* The upper half is status, whose bits are cleared by ones. Reading waits for the write. */
static void stop_master(unsigned int function)
{
	unsigned int command = config_read(function, REG_COMMAND) & 0xffff;

	if (!(command & COMMAND_MASTER))
		return;
	config_write(function, REG_COMMAND, command & ~COMMAND_MASTER);
	config_read(function, REG_COMMAND);
}

/* Returns the last bus known then. */
static unsigned int visit(unsigned int function, unsigned int number, unsigned int last_bus)
{
	unsigned int header = config_read(function, REG_HEADER) >> 16 & 0x7f;
	unsigned int behind;

	if (header == HEADER_BRIDGE) {
		behind = config_read(function, REG_BUSES) >> 16 & 0xff;
		return behind > last_bus ? behind : last_bus;
	}
	if (!header && config_read(function, REG_CLASS) >> 24 != CLASS_BRIDGE &&
	    owner_of(function) == (int)number)
		stop_master(function);
	return last_bus;
}

void pci_silence(unsigned int number)
{
	unsigned int address = l4_port_in32(CONFIG_ADDRESS);
	unsigned int last_bus = 0;
	unsigned int functions;

	for (unsigned int device = 0; device >> 5 <= last_bus; device++) {
		functions = 1;
		for (unsigned int i = 0; i < functions; i++) {
			unsigned int function = device << 3 | i;

			if ((config_read(function, REG_ID) & 0xffff) == NO_DEVICE)
				continue;
			if (!i && config_read(function, REG_HEADER) >> 16 & HEADER_MANY)
				functions = 8;
			last_bus = visit(function, number, last_bus);
		}
	}
	l4_port_out32(CONFIG_ADDRESS, address);
}
