/* SPDX-License-Identifier: GPL-2.0 */
/* The map of physical memory: a sorted list of disjoint regions. Pure logic. */
#ifndef REGIONS_H
#define REGIONS_H

#include <l4/kip.h>

#include "lib/types.h"

#define REGIONS_NONE	0		/* the type of what is in no region */
#define REGIONS_LOW	0x100000UL	/* the PC's first memory, in which other CPUs start */

struct regions {
	struct l4_region *region;	/* room for max, 3 at least */
	u64 count, max;
	u64 dropped;			/* bytes of memory for which there was no room */
};

/*
 * [start, end) becomes of that type, whatever it was before; neighbours of one
 * type merge. If there are too many then, the smallest region of RAM above REGIONS_LOW goes, until there are not.
 * Refuses a machine that has too many others.
 */
void regions_set(struct regions *regions, u64 start, u64 end, u64 type);

/* The largest part below `below' that a region of a type has; its end is 0 if there is none. */
struct l4_region regions_largest(const struct regions *regions, u64 type, u64 below);

#endif
