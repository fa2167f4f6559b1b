/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device goes on writing to the memory that its dead driver named, and sending
 * the messages that were its interrupts, until it is told not to be a bus master any
 * more. That comes before the memory and the interrupts are used again. A device is
 * whose the script says it is, or whose ports or device memory its registers lie in, or
 * else whose the configuration ports are, who could reach it.
 */
#include "pci_config.h"
#include "roottask.h"

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

	for (unsigned int i = 0; i < PCI_BARS && owner < 0;) {
		struct pci_bar bar = pci_bar(function, i);

		owner = find_owner(bar.is_port, all, bar.address);
		i += bar.registers;
	}
	return owner;
}

/* Who names one register of a device is its owner, whoever has the others with all that is left. */
static int owner_of(unsigned int function)
{
	int owner = pci_server_of(function);

	if (owner < 0)
		owner = find_owner_by_bars(function, false);
	if (owner < 0)
		owner = find_owner_by_bars(function, true);
	if (owner < 0)
		owner = find_owner(true, false, PCI_CONFIG_ADDRESS);
	return owner < 0 ? find_owner(true, true, PCI_CONFIG_ADDRESS) : owner;
}

void pci_silence(unsigned int number)
{
	struct pci_walk walk = { 0 };

	while (pci_next(&walk)) {
		unsigned int command = pci_command(walk.function);

		if (command & PCI_COMMAND_MASTER && pci_is_device(walk.function) &&
		    owner_of(walk.function) == (int)number)
			pci_set_command(walk.function, command & ~PCI_COMMAND_MASTER);
	}
}
