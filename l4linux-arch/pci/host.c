// SPDX-License-Identifier: GPL-2.0
/*
 * The PC's PCI host bridge without ACPI: interrupts by the lines that firmware has
 * routed. An instance that was not granted the configuration ports has no PCI;
 * registers and interrupts it was not granted are missed by the driver that asks
 * for them.
 */
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/pci.h>
#include <asm/acpi.h>
#include <asm/setup.h>
#include "bridge.h"

/*
 * Firmware has written down the ISA interrupt that the pin is routed to. The
 * router turns the pin's active low into active high. Returns 0 for none.
 */
int line_of_firmware(const struct pci_dev *dev, u8 slot, u8 pin)
{
	u8 line;

	pci_read_config_byte(dev, PCI_INTERRUPT_LINE, &line);
	if (!line || line >= NR_IRQS_LEGACY)
		return 0;
	if (!(l4_instance->irq_mask & BIT(line))) {
		pci_warn(dev, "its interrupt %u was not granted to this instance\n", line);
		return 0;
	}
	/* With ACPI others may be on it. */
	if (irq_get_trigger_type(line) == IRQ_TYPE_NONE)
		irq_set_irq_type(line, IRQ_TYPE_LEVEL_HIGH);
	return line;
}

void keep_places(struct pci_bus *bus)
{
	struct pci_bus *child;

	pci_bus_claim_resources(bus);
	list_for_each_entry(child, &bus->children, node)
		pcie_bus_configure_settings(child);
}

static int __init pci_host_init(void)
{
	struct pci_host_bridge *bridge;
	int err;

	/* ACPI has been here before, and may have failed. */
	if (!acpi_pci_disabled || !config_present())
		return 0;
	bridge = pci_alloc_host_bridge(0);
	if (!bridge)
		return -ENOMEM;
	pci_add_resource(&bridge->windows, &ioport_resource);
	pci_add_resource(&bridge->windows, &iomem_resource);
	bridge->ops = &config_ops;
	bridge->map_irq = line_of_firmware;

	pci_lock_rescan_remove();
	err = pci_scan_root_bus_bridge(bridge);
	if (err) {
		pci_free_host_bridge(bridge);
	} else {
		/* What firmware has left out comes after what it has not. */
		keep_places(bridge->bus);
		pci_assign_unassigned_root_bus_resources(bridge->bus);
		pci_bus_add_devices(bridge->bus);
	}
	pci_unlock_rescan_remove();
	return err;
}
subsys_initcall_sync(pci_host_init);
