/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading ACPI's tables (specification 6.5, section 5.2), through windows, as they can lie
 * anywhere. Lengths found in them are checked before they are followed.
 */
#include "loader/acpi.h"

#include "base/panic.h"
#include "lib/string.h"
#include "loader/start.h"
#include "x86/device/ioapic.h"
#include "x86/mmu/tables.h"

enum { WINDOW_ROOT, WINDOW_TABLE };

struct header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __attribute__((packed));

/* A register's place. */
struct address {
	u8 space, bits, offset, access;
	u64 address;
} __attribute__((packed));

#define SPACE_MEMORY	0
#define SPACE_IO	1

struct madt {
	struct header header;
	u32 lapic;
	u32 flags;
} __attribute__((packed));

struct madt_lapic {
	u8 type, length, uid, id;
	u32 flags;
} __attribute__((packed));

struct madt_ioapic {
	u8 type, length, id, reserved;
	u32 address, first_pin;
} __attribute__((packed));

struct madt_override {
	u8 type, length, bus, isa;
	u32 pin;
	u16 flags;
} __attribute__((packed));

struct madt_lapic_address {
	u8 type, length;
	u16 reserved;
	u64 address;
} __attribute__((packed));

struct madt_x2apic {
	u8 type, length;
	u16 reserved;
	u32 id, flags, uid;
} __attribute__((packed));

#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_OVERRIDE		2
#define MADT_LAPIC_ADDRESS	5
#define MADT_X2APIC		9
#define CPU_ENABLED		1
#define POLARITY_MASK		3
#define POLARITY_LOW		3
#define TRIGGER_MASK		0xc
#define TRIGGER_LEVEL		0xc

struct hpet {
	struct header header;
	u32 id;
	struct address registers;
} __attribute__((packed));

/* Of the FADT. */
#define FADT_PM_TIMER		76	/* a port, u32 */
#define FADT_PM_TIMER_BYTES	91
#define FADT_X_PM_TIMER		208	/* a struct address, which is better */

static const struct header *show_table(unsigned int window, phys_t phys)
{
	const struct header *table = tables_window(window, phys, sizeof(*table));

	if (!table || table->length < sizeof(*table))
		return NULL;
	return tables_window(window, phys, table->length);
}

/* In its window, until the next one is looked for. */
static const struct header *find(phys_t xsdt, phys_t rsdt, const char *signature)
{
	const struct header *root = show_table(WINDOW_ROOT, xsdt ? xsdt : rsdt);
	size_t entry_size = xsdt ? 8 : 4;
	const u8 *entry = (const u8 *)(root + 1), *end;

	if (!root)
		return NULL;
	for (end = (const u8 *)root + root->length; entry + entry_size <= end; entry += entry_size) {
		const struct header *table;
		u64 phys = 0;

		memcpy(&phys, entry, entry_size);
		table = show_table(WINDOW_TABLE, phys);
		if (table && !memcmp(table->signature, signature, 4))
			return table;
	}
	return NULL;
}

static void add_ioapic(const struct madt_ioapic *ioapic)
{
	volatile void *registers = tables_add_device(ioapic->address);

	if (!registers)
		refuse("there is no room for the interrupt controller (IOAPIC) at %x", ioapic->address);
	ioapic_add(ioapic->address, registers, ioapic->first_pin);
}

static void read_entry(const u8 *entry, u8 length, struct acpi_found *found)
{
	const struct madt_ioapic *ioapic = (const void *)entry;
	const struct madt_override *override = (const void *)entry;
	const struct madt_lapic *lapic = (const void *)entry;
	const struct madt_lapic_address *address = (const void *)entry;
	const struct madt_x2apic *x2apic = (const void *)entry;

	if (entry[0] == MADT_LAPIC && length >= sizeof(*lapic) && (lapic->flags & CPU_ENABLED))
		start_found(lapic->id);
	if (entry[0] == MADT_X2APIC && length >= sizeof(*x2apic) && (x2apic->flags & CPU_ENABLED))
		start_found(x2apic->id);
	if (entry[0] == MADT_LAPIC_ADDRESS && length >= sizeof(*address))
		found->lapic = address->address;
	if (entry[0] == MADT_IOAPIC && length >= sizeof(*ioapic))
		add_ioapic(ioapic);
	if (entry[0] == MADT_OVERRIDE && length >= sizeof(*override))
		ioapic_override(override->isa, override->pin,
				(override->flags & TRIGGER_MASK) == TRIGGER_LEVEL,
				(override->flags & POLARITY_MASK) == POLARITY_LOW);
}

static void read_madt(const struct madt *madt, struct acpi_found *found)
{
	const u8 *entry = (const u8 *)(madt + 1), *end = (const u8 *)madt + madt->header.length;

	found->lapic = madt->lapic;
	while (entry + 2 <= end && entry[1] >= 2 && entry + entry[1] <= end) {
		read_entry(entry, entry[1], found);
		entry += entry[1];
	}
}

static phys_t hpet_of(const struct hpet *hpet)
{
	bool usable = hpet->header.length >= sizeof(*hpet) && hpet->registers.space == SPACE_MEMORY;

	return usable ? hpet->registers.address : 0;
}

static u16 pm_timer_of(const struct header *fadt)
{
	const u8 *bytes = (const u8 *)fadt;
	const struct address *wide = (const void *)(bytes + FADT_X_PM_TIMER);
	u32 port;

	if (fadt->length <= FADT_PM_TIMER_BYTES || bytes[FADT_PM_TIMER_BYTES] != 4)
		return 0;
	if (fadt->length >= FADT_X_PM_TIMER + sizeof(*wide) && wide->address)
		return wide->space == SPACE_IO && wide->address <= 0xffff ? wide->address : 0;
	memcpy(&port, bytes + FADT_PM_TIMER, sizeof(port));
	return port <= 0xffff ? port : 0;
}

struct acpi_found acpi_init(phys_t xsdt, phys_t rsdt)
{
	struct acpi_found found = { 0 };
	const struct madt *madt;
	const struct header *table;

	if (!xsdt && !rsdt)
		refuse("the boot loader passed no ACPI tables");
	madt = (const void *)find(xsdt, rsdt, "APIC");
	if (!madt || madt->header.length < sizeof(*madt))
		refuse("the ACPI tables name no interrupt controller (MADT)");
	read_madt(madt, &found);
	table = find(xsdt, rsdt, "HPET");
	if (table)
		found.hpet = hpet_of((const void *)table);
	table = find(xsdt, rsdt, "FACP");
	if (table)
		found.pm_timer = pm_timer_of(table);
	tables_close_windows();
	return found;
}
