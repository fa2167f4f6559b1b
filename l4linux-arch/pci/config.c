// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration space of PCI: the first 256 bytes of a function by the PC's address and
 * data port, as natively; the rest of them, which PCI Express has, in memory, where
 * ACPI says so. Functions that servers drive are as empty places.
 *
 * The two ports belong together; `lock' keeps them so, below Linux's pci_lock, which
 * ACPI's programs do not take.
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <asm/port_access.h>
#include <asm/setup.h>
#include "bridge.h"

#define CONFIG_DATA		0xcfc
#define CONFIG_PORTS		8
#define CONFIG_ENABLE		0x80000000
#define CONFIG_SIZE		256

#define MEMORY_PER_BUS		SZ_1M
#define MEMORY_PER_FUNCTION	SZ_4K
#define FUNCTIONS		256	/* of a bus */

static DEFINE_RAW_SPINLOCK(lock);

/* By the bus's number. Of all that could be few are there, so each is mapped when it is found, and stays so. */
static phys_addr_t place_of_bus[CONFIG_BUSES];
static void __iomem *memory_of_bus[CONFIG_BUSES];

/* Selects the register and returns the port where its byte is. */
static unsigned int config_port(unsigned int bus, unsigned int devfn, int where)
{
	outl(CONFIG_ENABLE | bus << 16 | devfn << 8 | (where & ~3), CONFIG_ADDRESS);
	return CONFIG_DATA + (where & 3);
}

/* Where it is in memory, NULL: it is behind the ports. ACPI's programs can ask for anything. */
static int find_place(unsigned int domain, unsigned int bus, unsigned int devfn, int where, int size,
		      void __iomem **memory)
{
	*memory = NULL;
	if (domain || bus >= CONFIG_BUSES || devfn >= FUNCTIONS || where < 0 || where >= MEMORY_PER_FUNCTION ||
	    where & (size - 1))
		return PCIBIOS_BAD_REGISTER_NUMBER;
	if (where < CONFIG_SIZE)
		return PCIBIOS_SUCCESSFUL;
	if (!memory_of_bus[bus])
		return PCIBIOS_BAD_REGISTER_NUMBER;
	*memory = memory_of_bus[bus] + devfn * MEMORY_PER_FUNCTION + where;
	return PCIBIOS_SUCCESSFUL;
}

static bool is_hidden(unsigned int bus, unsigned int devfn)
{
	for (unsigned int i = 0; i < l4_instance->hidden_count; i++) {
		if (l4_instance->hidden[i] == (bus << 8 | devfn))
			return true;
	}
	return false;
}

static u32 memory_in(const void __iomem *memory, int size)
{
	return size == 1 ? readb(memory) : size == 2 ? readw(memory) : readl(memory);
}

static void memory_out(void __iomem *memory, int size, u32 value)
{
	if (size == 1)
		writeb(value, memory);
	else if (size == 2)
		writew(value, memory);
	else
		writel(value, memory);
}

int raw_pci_read(unsigned int domain, unsigned int bus, unsigned int devfn, int where, int size, u32 *value)
{
	void __iomem *memory;
	int err = find_place(domain, bus, devfn, where, size, &memory);

	*value = ~0;
	if (err || is_hidden(bus, devfn))
		return err;
	if (memory)
		*value = memory_in(memory, size);
	else
		scoped_guard(raw_spinlock_irqsave, &lock)
			*value = port_in(config_port(bus, devfn, where), size);
	return err;
}

int raw_pci_write(unsigned int domain, unsigned int bus, unsigned int devfn, int where, int size, u32 value)
{
	void __iomem *memory;
	int err = find_place(domain, bus, devfn, where, size, &memory);

	if (err || is_hidden(bus, devfn))
		return err;
	if (memory)
		memory_out(memory, size, value);
	else
		scoped_guard(raw_spinlock_irqsave, &lock)
			port_out(config_port(bus, devfn, where), size, value);
	return err;
}

static int config_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value)
{
	return raw_pci_read(0, bus->number, devfn, where, size, value);
}

static int config_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 value)
{
	return raw_pci_write(0, bus->number, devfn, where, size, value);
}

/* Firmware's word is not believed if it means memory. */
static int map_bus(struct pci_bus *bus)
{
	phys_addr_t place = place_of_bus[bus->number];

	if (place && !memory_of_bus[bus->number] &&
	    region_intersects(place, MEMORY_PER_BUS, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) == REGION_DISJOINT)
		memory_of_bus[bus->number] = ioremap(place, MEMORY_PER_BUS);
	return 0;
}

struct pci_ops config_ops = {
	.add_bus = map_bus,
	.read = config_read,
	.write = config_write,
};

/* The address port keeps what is written, if there is a bridge and it is ours. */
bool __init config_present(void)
{
	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	return inl(CONFIG_ADDRESS) == CONFIG_ENABLE;
}

void config_set_memory(phys_addr_t start, unsigned int first, unsigned int last)
{
	for (unsigned int bus = first; start && bus <= last && bus < CONFIG_BUSES; bus++)
		place_of_bus[bus] = start + bus * MEMORY_PER_BUS;
}

/* Whoever is first: ACPI's tables may name them as somebody's, too. */
static int __init claim_ports(void)
{
	if (config_present())
		request_region(CONFIG_ADDRESS, CONFIG_PORTS, "PCI conf1");
	return 0;
}
arch_initcall(claim_ports);
