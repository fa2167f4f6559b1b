/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports, device memory and ACPI's tables for instances and servers: what the boot script names.
 * roottask takes all of it once, before anyone is started; drivers get it block by
 * block as they ask for it.
 */
#include <l4/task.h>

#include "efi.h"
#include "roottask.h"

static l4_word_t smbios;

void devices_init(void)
{
	smbios = efi_find_smbios(kip->efi, memory_table);
}

void ranges_take(const struct script_instance *script)
{
	for (unsigned int i = 0; i < script->devices.count; i++)
		memory_take_devices(script->devices.range[i].first, script->devices.range[i].last);
	if (script->acpi)
		memory_take_tables();
}

bool ranges_grant(const struct script_ranges *ranges, l4_word_t first, l4_word_t last)
{
	for (unsigned int i = 0; i < ranges->count; i++) {
		if (ranges->range[i].first <= first && last <= ranges->range[i].last)
			return true;
	}
	return false;
}

void ranges_take_back(const struct script_instance *script)
{
	const struct script_ranges *ports = &script->ports, *devices = &script->devices;

	for (unsigned int i = 0; i < ports->count; i++)
		l4_unmap_ports(ports->range[i].first, ports->range[i].last - ports->range[i].first + 1);
	for (unsigned int i = 0; i < devices->count; i++)
		memory_take_devices_back(devices->range[i].first, devices->range[i].last);
}

static l4_word_t screen_end(void)
{
	return kip->screen.address + kip->screen.pitch * kip->screen.height;
}

l4_word_t device_smbios(void)
{
	return smbios;
}

bool device_screen_granted(const struct script_instance *script)
{
	return kip->screen.address && ranges_grant(&script->devices, kip->screen.address, screen_end() - 1);
}

long device_request(const struct script_instance *script, l4_word_t physical, l4_word_t order,
		    struct l4_item *item)
{
	l4_word_t size;

	if (order < L4_PAGE_SHIFT || order > 40)
		return -L4_EINVAL;
	size = 1UL << order;
	if ((physical & (size - 1)) || physical + size < physical)
		return -L4_EINVAL;
	if (!script->acpi || !memory_has_tables(physical, size)) {
		if (!ranges_grant(&script->devices, physical, physical + size - 1))
			return -L4_ERIGHTS;
		if (!memory_has_device(physical, size))
			return -L4_EBUSY;
	}
	if (physical < screen_end() && kip->screen.address < physical + size)
		l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_SCREEN_OFF, 0);
	item->what = l4_fpage_mem((l4_word_t)memory_at(physical), order, L4_RIGHTS_ALL);
	item->where = physical;
	return 0;
}
