// SPDX-License-Identifier: GPL-2.0
/*
 * The PC's PCI host bridge: configuration space by its address and data port,
 * interrupts by the lines that firmware has routed. An instance that was not
 * granted these ports has no PCI; registers and interrupts it was not granted
 * are missed by the driver that asks for them.
 *
 * The two ports belong together; pci_lock, which Linux's PCI code holds around
 * each access, keeps them so.
 */
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/pci.h>
#include <asm/port_access.h>
#include <asm/setup.h>

#define CONFIG_ADDRESS		0xcf8
#define CONFIG_DATA		0xcfc
#define CONFIG_PORTS		8
#define CONFIG_ENABLE		0x80000000
#define CONFIG_SIZE		256

/* Selects the register and returns the port where its byte is. */
static unsigned int config_port(struct pci_bus *bus, unsigned int devfn, int where)
{
	outl(CONFIG_ENABLE | bus->number << 16 | devfn << 8 | (where & ~3), CONFIG_ADDRESS);
	return CONFIG_DATA + (where & 3);
}

static int config_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value)
{
	if (where >= CONFIG_SIZE)
		return PCIBIOS_BAD_REGISTER_NUMBER;
	*value = port_in(config_port(bus, devfn, where), size);
	return PCIBIOS_SUCCESSFUL;
}

static int config_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 value)
{
	if (where >= CONFIG_SIZE)
		return PCIBIOS_BAD_REGISTER_NUMBER;
	port_out(config_port(bus, devfn, where), size, value);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops config_ops = {
	.read = config_read,
	.write = config_write,
};

/*
 * Firmware has written down the ISA interrupt that the pin is routed to. The
 * router turns the pin's active low into active high. Returns 0 for none.
 */
static int line_of_firmware(const struct pci_dev *dev, u8 slot, u8 pin)
{
	u8 line;

	pci_read_config_byte(dev, PCI_INTERRUPT_LINE, &line);
	if (!line || line >= NR_IRQS_LEGACY)
		return 0;
	if (!(l4_instance->irq_mask & BIT(line))) {
		pci_warn(dev, "its interrupt %u was not granted to this instance\n", line);
		return 0;
	}
	irq_set_irq_type(line, IRQ_TYPE_LEVEL_HIGH);
	return line;
}

/* The address port keeps what is written, if there is a bridge and it is ours. */
static bool __init bridge_present(void)
{
	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	return inl(CONFIG_ADDRESS) == CONFIG_ENABLE;
}

/* Firmware's places first; only then what it has left out. */
static void __init take_resources(struct pci_bus *bus)
{
	struct pci_bus *child;

	pci_bus_claim_resources(bus);
	pci_assign_unassigned_root_bus_resources(bus);
	list_for_each_entry(child, &bus->children, node)
		pcie_bus_configure_settings(child);
}

static int __init pci_host_init(void)
{
	struct pci_host_bridge *bridge;
	int err;

	if (!bridge_present())
		return 0;
	if (!request_region(CONFIG_ADDRESS, CONFIG_PORTS, "PCI conf1"))
		return -EBUSY;
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
		take_resources(bridge->bus);
		pci_bus_add_devices(bridge->bus);
	}
	pci_unlock_rescan_remove();
	return err;
}
subsys_initcall(pci_host_init);
