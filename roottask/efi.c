/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading UEFI's system table (specification 2.10, sections 4.3 and 4.6): a list of other
 * tables, each with its name, a number of 128 bits. Pure logic, tested on the host.
 */
#include <l4/server.h>

#include "efi.h"

#define SIGNATURE	"IBI SYST"
#define ENTRIES_MAX	1024

/* Packed: nobody has promised where they lie. */
struct system_table {
	char signature[8];
	unsigned char not_used[96];
	l4_word_t entries;
	l4_word_t list;
} __attribute__((packed));

struct entry {
	unsigned char name[16];
	l4_word_t address;
} __attribute__((packed));

_Static_assert(sizeof(struct system_table) == 120 && sizeof(struct entry) == 24, "UEFI's layout");

/* The newer one, whose table can lie anywhere, is the better one. */
static const unsigned char smbios3[16] = {
	0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94,
};
static const unsigned char smbios[16] = {
	0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d,
};

l4_word_t efi_find_smbios(l4_word_t system_table, acpi_map_t map)
{
	const struct system_table *table = system_table ? map(system_table, sizeof(*table)) : NULL;
	const struct entry *entry;
	l4_word_t found = 0;

	if (!table || memcmp(table->signature, SIGNATURE, sizeof(table->signature)) ||
	    table->entries > ENTRIES_MAX)
		return 0;
	entry = map(table->list, table->entries * sizeof(*entry));
	for (l4_word_t i = 0; entry && i < table->entries; i++, entry++) {
		if (!memcmp(entry->name, smbios3, sizeof(smbios3)))
			return entry->address;
		if (!memcmp(entry->name, smbios, sizeof(smbios)))
			found = entry->address;
	}
	return found;
}
