/* SPDX-License-Identifier: GPL-2.0 */
/* The map of physical memory: a sorted list of disjoint regions. Pure logic. */
#ifndef REGIONS_H
#define REGIONS_H

#include <l4/kip.h>

#include "lib/types.h"

struct regions {
	struct l4_region *region;	/* room for max */
	u64 count, max;
};

/*
 * [start, end) becomes of that type, whatever it was before; neighbours of one
 * type merge. False: there is no room for more regions, nothing has changed.
 */
bool regions_set(struct regions *regions, u64 start, u64 end, u64 type) __must_check;

/* The largest part below `below' that a region of a type has; its end is 0 if there is none. */
struct l4_region regions_largest(const struct regions *regions, u64 type, u64 below);

#endif
