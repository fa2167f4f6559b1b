/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading ACPI tables: XSDT or RSDT -> FADT and DSDT, SSDTs (ACPI 6.5,
 * chapter 5). The sleep type of S5 is the one thing that stands in AML, as
 *
 *   Name (_S5_, Package () { a, b, ... })
 *   08 '_S5_' 12 PkgLength NumElements a b ...
 *
 * which is found by its bytes instead of with an interpreter. A table with a
 * wrong length or checksum is treated as missing. Pure logic, tested on the
 * host.
 */
#include <l4/server.h>

#include "acpi.h"

#define HEADER_SIZE	36
#define TABLE_MAX	(4UL << 20)

#define FADT_DSDT	40
#define FADT_SMI_CMD	48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A_CNT	64
#define FADT_PM1B_CNT	68
#define FADT_FLAGS	112
#define FADT_RESET_REG	116
#define FADT_RESET_VALUE 128
#define FADT_X_DSDT	140
#define FADT_X_PM1A_CNT	172
#define FADT_X_PM1B_CNT	184
#define FADT_FLAG_RESET	(1U << 10)

#define ADDRESS_SPACE_IO 1	/* a generic address: space, width, offset, access, 64-bit address */

#define AML_NAME	0x08
#define AML_BYTE	0x0a
#define AML_WORD	0x0b
#define AML_PACKAGE	0x12

struct table {
	const unsigned char *bytes;
	l4_word_t size;
};

static l4_word_t get(const unsigned char *at, unsigned int bytes)
{
	l4_word_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* A field of a table, 0 if the table is too short for it. */
static l4_word_t field(const struct table *table, l4_word_t offset, unsigned int bytes)
{
	return offset + bytes <= table->size ? get(table->bytes + offset, bytes) : 0;
}

static bool sum_is_zero(const unsigned char *at, l4_word_t size)
{
	unsigned char sum = 0;

	while (size--)
		sum += *at++;
	return sum == 0;
}

static bool map_table(l4_word_t physical, acpi_map_t map, struct table *table)
{
	table->bytes = physical ? map(physical, HEADER_SIZE) : NULL;
	if (!table->bytes)
		return false;
	table->size = get(table->bytes + 4, 4);
	if (table->size < HEADER_SIZE || table->size > TABLE_MAX)
		return false;
	table->bytes = map(physical, table->size);
	return table->bytes && sum_is_zero(table->bytes, table->size);
}

/* An integer of AML at *at; -1 if something else stands there. */
static int aml_integer(const struct table *table, l4_word_t *at)
{
	switch (field(table, *at, 1)) {
	case 0:
	case 1:
		return field(table, (*at)++, 1);
	case AML_BYTE:
		*at += 2;
		return field(table, *at - 1, 1);
	case AML_WORD:
		*at += 3;
		return field(table, *at - 2, 2) & 0xff;
	default:
		return -1;
	}
}

static bool find_sleep_types(const struct table *table, struct acpi_power *power)
{
	for (l4_word_t at = HEADER_SIZE; at + 8 < table->size; at++) {
		l4_word_t element = at + 6;
		int a, b;

		if (table->bytes[at] != AML_NAME || memcmp(table->bytes + at + 1, "_S5_", 4) ||
		    table->bytes[at + 5] != AML_PACKAGE)
			continue;
		element += 1 + (table->bytes[element] >> 6);	/* PkgLength */
		element += 1;					/* NumElements */
		a = aml_integer(table, &element);
		b = aml_integer(table, &element);
		if (a < 0)
			continue;
		power->type_a = a;
		power->type_b = b < 0 ? a : b;
		return true;
	}
	return false;
}

/* A control port: the old field, or the generic address of later revisions. */
static unsigned short control_port(const struct table *fadt, l4_word_t old, l4_word_t extended)
{
	l4_word_t port = field(fadt, old, 4);

	if (field(fadt, extended, 1) == ADDRESS_SPACE_IO && field(fadt, extended + 4, 8))
		port = field(fadt, extended + 4, 8);
	return port <= 0xffff ? port : 0;
}

static void read_fadt(const struct table *fadt, struct acpi_power *power)
{
	power->control_a = control_port(fadt, FADT_PM1A_CNT, FADT_X_PM1A_CNT);
	power->control_b = control_port(fadt, FADT_PM1B_CNT, FADT_X_PM1B_CNT);
	power->smi_port = field(fadt, FADT_SMI_CMD, 4);
	power->smi_enable = field(fadt, FADT_ACPI_ENABLE, 1);
	if (!power->smi_enable)
		power->smi_port = 0;
	if ((field(fadt, FADT_FLAGS, 4) & FADT_FLAG_RESET) &&
	    field(fadt, FADT_RESET_REG, 1) == ADDRESS_SPACE_IO &&
	    field(fadt, FADT_RESET_REG + 4, 8) <= 0xffff) {
		power->reset_port = field(fadt, FADT_RESET_REG + 4, 8);
		power->reset_value = field(fadt, FADT_RESET_VALUE, 1);
	}
}

void acpi_find_power(l4_word_t xsdt, l4_word_t rsdt, acpi_map_t map, struct acpi_power *power)
{
	struct table root, table, dsdt;
	unsigned int entry_size = 8;
	bool found = false;

	*power = (struct acpi_power){ 0 };
	if (!map_table(xsdt, map, &root)) {
		entry_size = 4;
		if (!map_table(rsdt, map, &root))
			return;
	}
	for (l4_word_t at = HEADER_SIZE; at + entry_size <= root.size; at += entry_size) {
		if (!map_table(field(&root, at, entry_size), map, &table))
			continue;
		if (!memcmp(table.bytes, "FACP", 4)) {
			l4_word_t address = field(&table, FADT_X_DSDT, 8);

			read_fadt(&table, power);
			if (!address)
				address = field(&table, FADT_DSDT, 4);
			if (map_table(address, map, &dsdt))
				found = find_sleep_types(&dsdt, power) || found;
		} else if (!found && !memcmp(table.bytes, "SSDT", 4)) {
			found = find_sleep_types(&table, power);
		}
	}
	power->can_power_off = found && power->control_a;
}
