/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of PCI's functions, by its ports. A function's number is
 * bus << 8 | device << 3 | function. What a function says of itself may be anything.
 *
 * Whoever else has these ports may have been interrupted between the two of them: it runs
 * below roottask, on the same CPU, and finds the address as it left it.
 */
#ifndef ROOTTASK_PCI_CONFIG_H
#define ROOTTASK_PCI_CONFIG_H

#include <stdbool.h>
#include <l4/types.h>

#define PCI_CONFIG_ADDRESS	0xcf8
#define PCI_CONFIG_SIZE		256

#define PCI_REG_ID		0x00
#define PCI_REG_COMMAND		0x04
#define PCI_REG_BAR		0x10
#define PCI_REG_OWN		0x40	/* from here on: capabilities, and what is the device's own */

#define PCI_COMMAND_IO		0x001U
#define PCI_COMMAND_MEMORY	0x002U
#define PCI_COMMAND_MASTER	0x004U
#define PCI_COMMAND_NO_LINE	0x400U

#define PCI_BARS		6

/* A register of 32 bits, at a multiple of 4 below PCI_CONFIG_SIZE. */
unsigned int pci_config_read(unsigned int function, unsigned int reg);
void pci_config_write(unsigned int function, unsigned int reg, unsigned int value);

/* The lower half of the command register; the upper one is status, whose bits are cleared by ones. */
unsigned int pci_command(unsigned int function);
void pci_set_command(unsigned int function, unsigned int command);

/* All functions that are there, by their numbers; begins as { 0 }. */
struct pci_walk {
	unsigned int function;
	unsigned int next, last_bus;
	bool many;
};

bool pci_next(struct pci_walk *walk);		/* false: there are no more */

/* It is no bridge, neither to a bus nor the machine's own. */
bool pci_is_device(unsigned int function);

struct pci_bar {
	bool is_port;
	unsigned int registers;		/* how many it has: 1 or 2 */
	l4_word_t address;		/* 0: it is nowhere */
};

struct pci_bar pci_bar(unsigned int function, unsigned int number);

/* How much of memory or ports it names, 0: nothing. While it is asked the function must hear of neither. */
l4_word_t pci_bar_size(unsigned int function, unsigned int number, const struct pci_bar *bar);

#endif
