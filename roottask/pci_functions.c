/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions of PCI that the script gives to servers. Each is found once, before anyone
 * is started: what its base registers name, in whole pages, is the server's from then
 * on, and nobody else's. The server reaches its configuration by requests
 * (l4/parent.h), but not the base registers, which say where it is.
 */
#include "pci_config.h"
#include "roottask.h"
#include "share.h"

#define COMMAND_GIVEN	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_LINE)

int pci_server_of(unsigned int function)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].pci.found && script.instance[i].pci.function == function)
			return i;
	}
	return -1;
}

static bool is_wanted(const struct script_pci *pci, unsigned int function)
{
	unsigned int id = pci_config_read(function, PCI_REG_ID);

	for (unsigned int i = 0; i < pci->ids; i++) {
		if (pci->id[i] == id)
			return true;
	}
	return !pci->ids && pci->function == function;
}

static bool find(struct script_pci *pci)
{
	struct pci_walk walk = { 0 };

	while (pci_next(&walk)) {
		if (!is_wanted(pci, walk.function) || !pci_is_device(walk.function) ||
		    pci_server_of(walk.function) >= 0)
			continue;
		pci->function = walk.function;
		pci->found = true;
		return true;
	}
	return false;
}

/* A device can say what cannot be; that is nobody's then. */
static void give_bar(unsigned int number, const struct pci_bar *bar, l4_word_t size)
{
	l4_word_t last = bar->address + size - 1;

	if (!bar->address || !size || size & (size - 1) || bar->address & (size - 1))
		return;
	if (bar->is_port && last <= SCRIPT_PORT_MAX)
		share_give(&script, number, true, bar->address, last);
	else if (!bar->is_port && last <= SCRIPT_DEVICE_MAX)
		share_give(&script, number, false, bar->address & ~(L4_PAGE_SIZE - 1), last | (L4_PAGE_SIZE - 1));
}

/* What firmware's driver may have left at work falls silent, too. */
static void give_bars(unsigned int number)
{
	unsigned int function = script.instance[number].pci.function;
	unsigned int command = pci_command(function) & ~PCI_COMMAND_MASTER;

	pci_set_command(function, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (unsigned int i = 0; i < PCI_BARS;) {
		struct pci_bar bar = pci_bar(function, i);

		give_bar(number, &bar, pci_bar_size(function, i, &bar));
		i += bar.registers;
	}
	pci_set_command(function, command);
}

static void give(unsigned int number)
{
	struct script_instance *server = &script.instance[number];
	unsigned int function, id;

	if (!find(&server->pci)) {
		report("server %s: there is no PCI function for it.", server->name);
		return;
	}
	give_bars(number);
	function = server->pci.function;
	id = pci_config_read(function, PCI_REG_ID);
	report("server %s has the PCI function %x:%x.%x (%04x:%04x).", server->name,
	       function >> 8, function >> 3 & 31, function & 7, id & 0xffff, id >> 16);
}

/* Who has named a function has it, wherever those stand who take any of its kind. */
void pci_functions_init(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].pci.wanted && !script.instance[i].pci.ids)
			give(i);
	}
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].pci.wanted && script.instance[i].pci.ids)
			give(i);
	}
}

static long check(unsigned int number, l4_word_t reg)
{
	const struct script_pci *pci = &script.instance[number].pci;

	if (!pci->wanted)
		return -L4_ERIGHTS;
	if (!pci->found)
		return -L4_ENOCAP;
	return reg & 3 || reg >= PCI_CONFIG_SIZE ? -L4_EINVAL : 0;
}

long pci_function_read(unsigned int number, l4_word_t reg, l4_word_t *value)
{
	long error = check(number, reg);

	if (!error)
		*value = pci_config_read(script.instance[number].pci.function, reg);
	return error;
}

long pci_function_write(unsigned int number, l4_word_t reg, l4_word_t value)
{
	unsigned int function = script.instance[number].pci.function;
	long error = check(number, reg);

	if (error)
		return error;
	if (value >> 32)
		return -L4_EINVAL;
	if (reg == PCI_REG_COMMAND)
		pci_set_command(function, (pci_command(function) & ~COMMAND_GIVEN) | (value & COMMAND_GIVEN));
	else if (reg >= PCI_REG_OWN)
		pci_config_write(function, reg, value);
	else
		return -L4_ERIGHTS;
	return 0;
}
