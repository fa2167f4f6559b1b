// SPDX-License-Identifier: GPL-2.0
/*
 * PCI's host bridges as ACPI tells of them: their windows, where the whole configuration
 * space is, and by _PRT where interrupt lines arrive.
 */
#include <linux/acpi.h>
#include <linux/pci.h>
#include <linux/pci-acpi.h>
#include <linux/slab.h>
#include "bridge.h"

/* The bridge's own ports are not for the devices behind it. */
static int find_windows(struct acpi_pci_root_info *info)
{
	struct resource_entry *entry, *next;
	int count = acpi_pci_probe_root_resources(info);

	resource_list_for_each_entry_safe(entry, next, &info->resources)
		if (resource_type(entry->res) == IORESOURCE_IO && entry->res->start == CONFIG_ADDRESS)
			resource_list_destroy_entry(entry);
	return count;
}

static void free_info(struct acpi_pci_root_info *info)
{
	kfree(info);
}

static struct acpi_pci_root_ops root_ops = {
	.pci_ops = &config_ops,
	.prepare_resources = find_windows,
	.release_info = free_info,
};

/*
 * As natively firmware's places are kept now, and what it has left out is placed when all
 * bridges, and the board's own devices, are known.
 */
struct pci_bus *pci_acpi_scan_root(struct acpi_pci_root *root)
{
	struct acpi_pci_root_info *info;
	struct pci_bus *bus;

	if (root->segment) {
		pr_warn("PCI segment %u: only the first is used\n", root->segment);
		return NULL;
	}
	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return NULL;
	/* A bridge that was plugged in tells itself. */
	if (root->mcfg_addr)
		config_set_memory(root->mcfg_addr, root->secondary.start, root->secondary.end);
	bus = acpi_pci_root_create(root, &root_ops, info, root->device);
	if (bus)
		keep_places(bus);
	return bus;
}

static int __init place_the_rest(void)
{
	struct pci_bus *bus;

	if (acpi_pci_disabled)
		return 0;
	list_for_each_entry(bus, &pci_root_buses, node)
		pci_assign_unassigned_root_bus_resources(bus);
	return 0;
}
fs_initcall_sync(place_the_rest);

static int __init read_mcfg(struct acpi_table_header *header)
{
	const struct acpi_mcfg_allocation *place = (void *)header + sizeof(struct acpi_table_mcfg);

	for (; (void *)(place + 1) <= (void *)header + header->length; place++)
		if (!place->pci_segment)
			config_set_memory(place->address, place->start_bus_number, place->end_bus_number);
	return 0;
}

/* Before the bridges. */
static int __init find_config_memory(void)
{
	if (!acpi_pci_disabled)
		acpi_table_parse(ACPI_SIG_MCFG, read_mcfg);
	return 0;
}
arch_initcall(find_config_memory);

/* Which lines the board's other devices have is known when ACPI has been through. */
static int __init count_lines(void)
{
	if (!acpi_noirq)
		acpi_irq_penalty_init();
	return 0;
}
subsys_initcall_sync(count_lines);

void pcibios_penalize_isa_irq(int irq, int active)
{
	if (!acpi_noirq)
		acpi_penalize_isa_irq(irq, active);
}

int pcibios_root_bridge_prepare(struct pci_host_bridge *bridge)
{
	/* One with a parent is another driver's. */
	if (!acpi_pci_disabled && !bridge->dev.parent)
		ACPI_COMPANION_SET(&bridge->dev, bridge->bus->sysdata);
	return 0;
}

void pcibios_add_bus(struct pci_bus *bus)
{
	acpi_pci_add_bus(bus);
}

void pcibios_remove_bus(struct pci_bus *bus)
{
	acpi_pci_remove_bus(bus);
}

/*
 * When a driver comes, as natively. One that has messages needs no line, and one whose line is
 * not this instance's may still ask for messages.
 */
int pcibios_enable_device(struct pci_dev *dev, int bars)
{
	int err = pci_enable_resources(dev, bars);

	if (err || acpi_noirq || pci_dev_msi_enabled(dev))
		return err;
	if (acpi_pci_irq_enable(dev))
		dev->irq = 0;
	else if (dev->pin && !dev->irq_managed)
		dev->irq = line_of_firmware(dev, 0, dev->pin);
	return 0;
}

void pcibios_disable_device(struct pci_dev *dev)
{
	if (!acpi_noirq && !pci_dev_msi_enabled(dev))
		acpi_pci_irq_disable(dev);
}
