/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the MADT. Lengths found in the tables are checked before they are followed. */
#include "loader/acpi.h"

#include "base/panic.h"
#include "lib/string.h"
#include "loader/start.h"
#include "x86/cpu/layout.h"
#include "x86/device/ioapic.h"

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
} __attribute__((packed));

struct header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __attribute__((packed));

struct madt {
	struct header header;
	u32 lapic;
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

struct madt_lapic {
	u8 type, length, uid, id;
	u32 flags;
} __attribute__((packed));

struct madt_x2apic {
	u8 type, length;
	u16 reserved;
	u32 id, flags, uid;
} __attribute__((packed));

#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_OVERRIDE		2
#define MADT_X2APIC		9
#define CPU_ENABLED		1
#define POLARITY_MASK		3
#define POLARITY_LOW		3
#define TRIGGER_MASK		0xc
#define TRIGGER_LEVEL		0xc

static const struct header *find_table(const struct rsdp *rsdp, const char *signature)
{
	bool wide = rsdp->revision >= 2 && rsdp->xsdt;
	const struct header *root = phys_to_virt(wide ? rsdp->xsdt : rsdp->rsdt);
	const u8 *entry = (const u8 *)(root + 1), *end = (const u8 *)root + root->length;
	size_t size = wide ? 8 : 4;

	for (; entry + size <= end; entry += size) {
		const struct header *table;
		u64 phys = 0;

		memcpy(&phys, entry, size);
		if (phys >= PHYSMAP_SIZE)
			continue;
		table = phys_to_virt(phys);
		if (!memcmp(table->signature, signature, 4))
			return table;
	}
	return NULL;
}

static void read_entry(const u8 *entry, u8 length)
{
	const struct madt_ioapic *ioapic = (const void *)entry;
	const struct madt_override *override = (const void *)entry;
	const struct madt_lapic *lapic = (const void *)entry;
	const struct madt_x2apic *x2apic = (const void *)entry;

	if (entry[0] == MADT_LAPIC && length >= sizeof(*lapic) && (lapic->flags & CPU_ENABLED))
		start_found(lapic->id);
	if (entry[0] == MADT_X2APIC && length >= sizeof(*x2apic) && (x2apic->flags & CPU_ENABLED))
		start_found(x2apic->id);
	if (entry[0] == MADT_IOAPIC && length >= sizeof(*ioapic))
		ioapic_add(ioapic->address, ioapic->first_pin);
	if (entry[0] == MADT_OVERRIDE && length >= sizeof(*override))
		ioapic_override(override->isa, override->pin,
				(override->flags & TRIGGER_MASK) == TRIGGER_LEVEL,
				(override->flags & POLARITY_MASK) == POLARITY_LOW);
}

phys_t acpi_init(phys_t rsdp)
{
	const struct madt *madt;
	const u8 *entry, *end;

	if (!rsdp)
		refuse("the boot loader passed no ACPI tables");
	madt = (const void *)find_table(phys_to_virt(rsdp), "APIC");
	if (!madt)
		refuse("the ACPI tables name no interrupt controller (MADT)");
	entry = (const u8 *)(madt + 1);
	end = (const u8 *)madt + madt->header.length;
	while (entry + 2 <= end && entry[1] >= 2 && entry + entry[1] <= end) {
		read_entry(entry, entry[1]);
		entry += entry[1];
	}
	return madt->lapic;
}
