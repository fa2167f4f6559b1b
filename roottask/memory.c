/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What roottask got from sigma0. All of it is mapped at MANAGED_BASE plus its
 * physical address, one window being large enough for all, and is never given
 * back: instances get mappings of it, which roottask takes away again. All of it
 * is asked for before anyone is started, so that nothing anybody does later can
 * use up what sigma0 or roottask have to remember it with. `held' tells what is
 * there for roottask itself, `devices' what the script grants of device memory;
 * nobody is ever given the former for the latter.
 */
#include <l4/regions.h>
#include <l4/task.h>

#include "roottask.h"

#define MANAGED_ORDER	46
#define PORT_ORDER	16
#define REFUSALS	4096	/* blocks of a range that sigma0 may refuse, before it is given up */

static struct regions held, devices;

static long request(l4_word_t what, l4_word_t a, l4_word_t b, l4_word_t *result)
{
	l4_word_t window = l4_fpage_mem(MANAGED_BASE, MANAGED_ORDER, L4_RIGHTS_ALL);

	if (what == L4_SIGMA0_IO)
		window = l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL);
	return l4_sigma0_request(l4_first_utcb(), L4_CAP_SIGMA0, what, a, b, window, result);
}

void memory_init(void)
{
	long error = request(L4_SIGMA0_IO, 0, PORT_ORDER, NULL);

	if (error)
		fatal("sigma0 does not give the I/O ports (error %ld).", -error);
}

/*
 * Cleared: before a warm reset it may have been somebody else's. Who is alone in the
 * script has no others, and starts sooner.
 */
bool memory_take(unsigned int order, l4_word_t *physical)
{
	if (request(L4_SIGMA0_MEM, order, 0, physical))
		return false;
	if (script.count > 1)
		memset(memory_at(*physical), 0, 1UL << order);
	return true;
}

static bool holds(const struct regions *regions, l4_word_t start, l4_word_t end)
{
	for (unsigned int i = 0; i < regions->count; i++) {
		if (regions->interval[i].start <= start && regions->interval[i].end >= end)
			return true;
	}
	return false;
}

/* A block that sigma0 has given is lost if it cannot be remembered: there must be room first. */
static bool has_room(const struct regions *regions)
{
	return regions->count < REGIONS_MAX;
}

/* A naturally aligned block; where parts of it are held already or are of different kinds, by halves. */
static bool hold_block(l4_word_t start, unsigned int order)
{
	l4_word_t size = 1UL << order;

	if (holds(&held, start, start + size))
		return true;
	if (has_room(&held) && (!request(L4_SIGMA0_MEM_AT, start, order, NULL) ||
				!request(L4_SIGMA0_DEVICE, start, order, NULL)))
		return !regions_add(&held, start, start + size);
	return order > L4_PAGE_SHIFT && hold_block(start, order - 1) &&
	       hold_block(start + size / 2, order - 1);
}

/* Modules, ACPI tables, or what firmware keeps: by physical address, not necessarily aligned. */
bool memory_hold(l4_word_t physical, l4_word_t size)
{
	l4_word_t at = physical & ~(L4_PAGE_SIZE - 1);
	l4_word_t end = l4_round_up(physical + size, L4_PAGE_SIZE);
	unsigned int order;

	if (end < physical || end > 1UL << MANAGED_ORDER)
		return false;
	for (; at < end; at += 1UL << order) {
		order = l4_block_order(at, end);
		if (!hold_block(at, order))
			return false;
	}
	return true;
}

const void *memory_table(l4_word_t physical, l4_word_t size)
{
	return memory_hold(physical, size) ? memory_at(physical) : NULL;
}

/* What can be device memory there: no memory of any kind. What roottask holds sigma0 refuses. */
static void find_devices(struct regions *wanted, l4_word_t start, l4_word_t end)
{
	wanted->count = 0;
	regions_add(wanted, start, end);
	for (l4_word_t i = 0; i < kip->region_count; i++)
		regions_remove(wanted, kip->region[i].start, kip->region[i].end);
}

/* By halves where sigma0 does not have all of it. */
static void take_device(l4_word_t start, unsigned int order, unsigned int *refusals)
{
	if (!has_room(&devices) || *refusals == REFUSALS)
		return;
	if (!request(L4_SIGMA0_DEVICE, start, order, NULL)) {
		if (regions_add(&devices, start, start + (1UL << order)))
			fatal("there are too many pieces of device memory.");
		return;
	}
	++*refusals;
	if (order == L4_PAGE_SHIFT)
		return;
	take_device(start, order - 1, refusals);
	take_device(start + (1UL << (order - 1)), order - 1, refusals);
}

void memory_take_devices(l4_word_t first, l4_word_t last)
{
	static struct regions wanted;
	l4_word_t start = l4_round_up(first, L4_PAGE_SIZE);
	l4_word_t end = l4_min(last + 1, kip->device_end) & ~(L4_PAGE_SIZE - 1);
	unsigned int refusals = 0;
	unsigned int order;

	find_devices(&wanted, start, end);
	for (unsigned int i = 0; i < wanted.count; i++) {
		end = wanted.interval[i].end;
		for (l4_word_t at = wanted.interval[i].start; at < end; at += 1UL << order) {
			order = l4_block_order(at, end);
			take_device(at, order, &refusals);
		}
	}
}

/* A range may also have memory in it, which was never given by it. */
void memory_take_devices_back(l4_word_t first, l4_word_t last)
{
	for (unsigned int i = 0; i < devices.count; i++) {
		l4_word_t start = l4_round_up(first, L4_PAGE_SIZE);
		l4_word_t end = l4_min(devices.interval[i].end, (last + 1) & ~(L4_PAGE_SIZE - 1));

		if (start < devices.interval[i].start)
			start = devices.interval[i].start;
		if (start < end)
			l4_unmap_range((l4_word_t)memory_at(start), end - start);
	}
}

bool memory_has_device(l4_word_t physical, l4_word_t size)
{
	return holds(&devices, physical, physical + size);
}

/* Those that firmware calls so; power.c holds those that stand in other memory of firmware's. */
void memory_take_tables(void)
{
	for (l4_word_t i = 0; i < kip->region_count; i++) {
		const struct l4_region *region = &kip->region[i];

		if (region->type == L4_REGION_ACPI && !memory_hold(region->start, region->end - region->start))
			report("the memory of ACPI's tables at 0x%lx is not to be had.", region->start);
	}
}

/* What roottask holds is firmware's, or a module, or memory for somebody. */
bool memory_has_tables(l4_word_t physical, l4_word_t size)
{
	for (l4_word_t i = 0; i < kip->region_count; i++) {
		const struct l4_region *region = &kip->region[i];

		if (region->type != L4_REGION_ACPI && region->start < physical + size && physical < region->end)
			return false;
	}
	return holds(&held, physical, physical + size);
}
