/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What roottask got from sigma0. All of it is mapped at MANAGED_BASE plus its
 * physical address, one window being large enough for all, and is never given
 * back: instances get mappings of it, which roottask takes away again. Memory
 * asked for by its address may be asked for again: `held' tells what is there
 * for roottask itself, `devices' what drivers asked for; an instance is never
 * given the former for the latter.
 */
#include <l4/regions.h>

#include "roottask.h"

#define MANAGED_ORDER	44
#define PORT_ORDER	16

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

bool memory_take(unsigned int order, l4_word_t *physical)
{
	return !request(L4_SIGMA0_MEM, order, 0, physical);
}

l4_word_t memory_free_bytes(void)
{
	l4_word_t bytes = 0;

	return request(L4_SIGMA0_FREE_BYTES, 0, 0, &bytes) ? 0 : bytes;
}

static bool holds(const struct regions *regions, l4_word_t start, l4_word_t end)
{
	for (unsigned int i = 0; i < regions->count; i++) {
		if (regions->interval[i].start <= start && regions->interval[i].end >= end)
			return true;
	}
	return false;
}

/* A naturally aligned block; where parts of it are held already or are of different kinds, by halves. */
static bool hold_block(l4_word_t start, unsigned int order)
{
	l4_word_t size = 1UL << order;

	if (holds(&held, start, start + size))
		return true;
	if (!request(L4_SIGMA0_MEM_AT, start, order, NULL) ||
	    !request(L4_SIGMA0_DEVICE, start, order, NULL))
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

/* By halves where parts are held already: a driver may ask for more than the one before it. */
long memory_hold_device(l4_word_t physical, unsigned int order)
{
	l4_word_t end = physical + (1UL << order);
	long error;

	if (holds(&devices, physical, end))
		return 0;
	error = request(L4_SIGMA0_DEVICE, physical, order, NULL);
	if (!error)
		return regions_add(&devices, physical, end);
	if (order == L4_PAGE_SHIFT)
		return error;
	error = memory_hold_device(physical, order - 1);
	return error ? error : memory_hold_device(physical + (1UL << (order - 1)), order - 1);
}
