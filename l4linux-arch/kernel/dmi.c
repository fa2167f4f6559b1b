// SPDX-License-Identifier: GPL-2.0
/*
 * Linux looks for the table of the machine's parts where a BIOS has it. Where UEFI tells
 * of it, it sees a copy of how it begins there.
 */
#include <linux/dmi.h>
#include <linux/memblock.h>
#include <asm/setup.h>
#include <l4/instance.h>

#define BIOS_START	0xf0000
#define BIOS_SIZE	0x10000
#define ANCHOR_SIZE	32	/* of the longer kind */

static void *copy __initdata;

static void *__init show_copy(void)
{
	const void *anchor = device_map_early(l4_instance->smbios, ANCHOR_SIZE);

	copy = anchor ? memblock_alloc(BIOS_SIZE, SMP_CACHE_BYTES) : NULL;
	return copy ? memcpy(copy, anchor, ANCHOR_SIZE) : NULL;
}

void *__init dmi_early_remap(phys_addr_t phys, unsigned long size)
{
	if (phys == BIOS_START && size == BIOS_SIZE && l4_instance->smbios)
		return show_copy();
	return device_map_early(phys, size);
}

/* What is a device's stays mapped. */
void __init dmi_early_unmap(void *address, unsigned long size)
{
	if (address == copy)
		memblock_free(copy, BIOS_SIZE);
}
