/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map of physical memory that the kernel works through: what is memory, and nothing
 * else. A page never reaches over the end of a stretch of memory, since what lies behind
 * may be a device, or nothing: a CPU may read ahead in all that is mapped as memory, and
 * a page with two types of caching is undefined (Intel's manual, volume 3, on large pages and MTRRs).
 * Pure logic.
 */
#ifndef X86_PHYSMAP_H
#define X86_PHYSMAP_H

#include <l4/kip.h>

#include "lib/types.h"

#define PHYSMAP_FIXED	3

struct physmap {
	const struct l4_region *region;	/* sorted, disjoint, below PHYSMAP_SIZE */
	u64 count;
	bool large_1g;			/* the CPU has such pages */
	/* Read-only, [start, end): whole pages. */
	struct physmap_fixed {
		phys_t start, end;
	} fixed[PHYSMAP_FIXED];
};

/* Pages that its tables take at most, whatever is fixed. */
u64 physmap_most_tables(const struct physmap *map);

/*
 * Fills the entries of `pdpt', one for each GiB. The tables below are taken one by one
 * from physical address `tables' on; returns where the first one is that was not needed.
 */
phys_t physmap_build(const struct physmap *map, u64 *pdpt, phys_t tables);

#endif
