// SPDX-License-Identifier: GPL-2.0
/*
 * ACPI in the instance that has it: where the tables are, and which of its interrupts
 * a global one (GSI) of the tables is. The microkernel names the ISA interrupts by their
 * old numbers, wherever they are wired, and the others as the tables do.
 */
#include <linux/acpi.h>
#include <linux/dmi.h>
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/reboot.h>
#include <asm/setup.h>

#define LOCK_PENDING	1
#define LOCK_OWNED	2

int acpi_disabled;
EXPORT_SYMBOL(acpi_disabled);
int acpi_noirq;
int acpi_pci_disabled;
EXPORT_SYMBOL(acpi_pci_disabled);
int acpi_strict;
enum acpi_irq_model_id acpi_irq_model = ACPI_IRQ_MODEL_IOAPIC;

/* The wiring of the ISA interrupts; written at the start only. */
static u32 gsi_of_isa[NR_IRQS_LEGACY] __ro_after_init = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static u16 isa_flags[NR_IRQS_LEGACY] __ro_after_init;

static int __init parse_acpi(char *text)
{
	if (text && !strcmp(text, "off"))
		disable_acpi();
	return 0;
}
early_param("acpi", parse_acpi);

static u8 __init sum_of(const void *data, size_t size)
{
	u8 sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += ((const u8 *)data)[i];
	return sum;
}

/* Firmware's own stands where nobody here looks for it: one with the same contents. */
u64 __init acpi_arch_get_root_pointer(void)
{
	static struct acpi_table_rsdp rsdp __initdata;

	rsdp = (struct acpi_table_rsdp){
		.signature = ACPI_SIG_RSDP,
		.revision = l4_instance->acpi_xsdt ? 2 : 0,
		.length = sizeof(rsdp),
		.rsdt_physical_address = l4_instance->acpi_rsdt,
		.xsdt_physical_address = l4_instance->acpi_xsdt,
	};
	rsdp.checksum = -sum_of(&rsdp, ACPI_RSDP_CHECKSUM_LENGTH);
	rsdp.extended_checksum = -sum_of(&rsdp, ACPI_RSDP_XCHECKSUM_LENGTH);
	return __pa_symbol(&rsdp);
}

void __iomem *__init __acpi_map_table(unsigned long phys, unsigned long size)
{
	return (void __iomem __force *)device_map_early(phys, size);
}

void __init __acpi_unmap_table(void __iomem *map, unsigned long size)
{
}

/* The ISA interrupt that would have that number by itself, if it is not told of, too, has no wire. */
static int __init read_override(union acpi_subtable_headers *header, const unsigned long end)
{
	struct acpi_madt_interrupt_override *override = (void *)header;
	u32 gsi;

	if (BAD_MADT_ENTRY(override, end))
		return -EINVAL;
	gsi = override->global_irq;
	if (override->source_irq >= NR_IRQS_LEGACY)
		return 0;
	if (gsi < NR_IRQS_LEGACY && gsi_of_isa[gsi] == gsi)
		gsi_of_isa[gsi] = INVALID_ACPI_IRQ;
	gsi_of_isa[override->source_irq] = gsi;
	isa_flags[override->source_irq] = override->inti_flags;
	return 0;
}

void __init acpi_find_tables(void)
{
	bool present = l4_instance->acpi_xsdt || l4_instance->acpi_rsdt;

	/* The names of the machine's parts are whose ACPI is. */
	if (present)
		dmi_setup();
	if (!present || acpi_disabled || acpi_table_init())
		disable_acpi();
	else
		acpi_table_parse_madt(ACPI_MADT_TYPE_INTERRUPT_OVERRIDE, read_override, 0);
}

static int granted(unsigned int irq)
{
	return l4_instance->irq_mask & BIT(irq) ? irq : -EPERM;
}

static int irq_of_gsi(u32 gsi)
{
	for (unsigned int isa = 0; isa < NR_IRQS_LEGACY; isa++)
		if (gsi_of_isa[isa] == gsi)
			return granted(isa);
	return gsi < NR_IRQS_LEGACY || gsi >= L4_INSTANCE_IRQS ? -EINVAL : granted(gsi);
}

/* What the tables say of a wire goes before what is said otherwise. */
static unsigned int type_of_wire(u16 flags, int trigger, int polarity)
{
	if (flags & ACPI_MADT_TRIGGER_MASK)
		trigger = (flags & ACPI_MADT_TRIGGER_MASK) == ACPI_MADT_TRIGGER_EDGE ? ACPI_EDGE_SENSITIVE :
										     ACPI_LEVEL_SENSITIVE;
	if (flags & ACPI_MADT_POLARITY_MASK)
		polarity = (flags & ACPI_MADT_POLARITY_MASK) == ACPI_MADT_POLARITY_ACTIVE_HIGH ? ACPI_ACTIVE_HIGH :
											   ACPI_ACTIVE_LOW;
	return acpi_dev_get_irq_type(trigger, polarity);
}

/* Without a device it is one of the board's own. */
int acpi_register_gsi(struct device *dev, u32 gsi, int trigger, int polarity)
{
	int irq = irq_of_gsi(gsi);

	if (irq < 0) {
		pr_warn("ACPI: interrupt %u is none of this instance\n", gsi);
		return irq;
	}
	irq_set_irq_type(irq, type_of_wire(!dev && irq < NR_IRQS_LEGACY ? isa_flags[irq] : 0, trigger, polarity));
	return irq;
}
EXPORT_SYMBOL(acpi_register_gsi);

void acpi_unregister_gsi(u32 gsi)
{
}
EXPORT_SYMBOL(acpi_unregister_gsi);

/* Only of ACPI's own interrupt: an ISA one's number, but if nothing is said a level, active low (ACPI 6.5, section 5.2.9). */
int acpi_gsi_to_irq(u32 gsi, unsigned int *irq)
{
	int found = gsi < NR_IRQS_LEGACY ? granted(gsi) : irq_of_gsi(gsi);
	unsigned int type = type_of_wire(gsi < NR_IRQS_LEGACY ? isa_flags[gsi] : 0, ACPI_LEVEL_SENSITIVE,
					 ACPI_ACTIVE_LOW);

	if (found < 0)
		return found;
	irq_set_irq_type(found, type);
	acpi_penalize_sci_irq(found, (type & IRQ_TYPE_LEVEL_MASK ? ACPI_MADT_TRIGGER_LEVEL : ACPI_MADT_TRIGGER_EDGE) >> 2,
			      type & (IRQ_TYPE_LEVEL_HIGH | IRQ_TYPE_EDGE_RISING) ? ACPI_MADT_POLARITY_ACTIVE_HIGH :
										    ACPI_MADT_POLARITY_ACTIVE_LOW);
	*irq = found;
	return 0;
}
EXPORT_SYMBOL(acpi_gsi_to_irq);

int acpi_isa_irq_to_gsi(unsigned int isa, u32 *gsi)
{
	if (isa >= NR_IRQS_LEGACY || gsi_of_isa[isa] == INVALID_ACPI_IRQ)
		return -EINVAL;
	*gsi = gsi_of_isa[isa];
	return 0;
}

bool acpi_firmware_lock(u32 *lock)
{
	u32 old = READ_ONCE(*lock), new;

	do {
		new = old & LOCK_OWNED ? old | LOCK_PENDING : (old & ~LOCK_PENDING) | LOCK_OWNED;
	} while (!try_cmpxchg(lock, &old, new));
	return !(old & LOCK_OWNED);
}

bool acpi_firmware_unlock(u32 *lock)
{
	u32 old = READ_ONCE(*lock);

	while (!try_cmpxchg(lock, &old, old & ~(LOCK_PENDING | LOCK_OWNED)))
		;
	return old & LOCK_PENDING;
}

/* Firmware's programs are told of the end, and tell of nothing any more; the parent switches off. */
static int prepare_end(struct sys_off_data *data)
{
	if (data->mode == SYS_OFF_MODE_POWER_OFF_PREPARE)
		acpi_enter_sleep_state_prep(ACPI_STATE_S5);
	acpi_disable_all_gpes();
	acpi_os_wait_events_complete();
	return NOTIFY_DONE;
}

static int __init acpi_power_init(void)
{
	if (acpi_disabled)
		return 0;
	register_sys_off_handler(SYS_OFF_MODE_POWER_OFF_PREPARE, SYS_OFF_PRIO_FIRMWARE, prepare_end, NULL);
	register_sys_off_handler(SYS_OFF_MODE_RESTART_PREPARE, SYS_OFF_PRIO_FIRMWARE, prepare_end, NULL);
	return 0;
}
late_initcall(acpi_power_init);
