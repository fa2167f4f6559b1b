/* SPDX-License-Identifier: GPL-2.0 */
/* Building the map of physical memory by painting one range over another. */
#include "loader/regions.h"

#include "base/panic.h"
#include "lib/string.h"

#define MAX_PAINTED	(L4_KIP_REGIONS + 3)

struct painter {
	struct l4_region region[MAX_PAINTED];
	u64 count;
};

static void append(struct painter *out, u64 start, u64 end, u64 type)
{
	struct l4_region *last = out->count ? &out->region[out->count - 1] : NULL;

	if (start >= end || type == REGIONS_NONE)
		return;
	/* Modules stay apart: each is its own. */
	if (last && last->end == start && last->type == type && type != L4_REGION_MODULE)
		last->end = end;
	else
		out->region[out->count++] = (struct l4_region){ start, end, type };
}

/* Its neighbours do not touch then: what was between them is in no region. */
static void drop_smallest(struct painter *out, u64 *dropped)
{
	struct l4_region *smallest = NULL;

	for (struct l4_region *r = out->region; r < &out->region[out->count]; r++)
		if (r->type == L4_REGION_RAM && r->start >= REGIONS_LOW &&
		    (!smallest || r->end - r->start < smallest->end - smallest->start))
			smallest = r;
	if (!smallest)
		refuse("the memory is in too many pieces, none of which is free");
	*dropped += smallest->end - smallest->start;
	for (out->count--; smallest < &out->region[out->count]; smallest++)
		*smallest = smallest[1];
}

void regions_set(struct regions *regions, u64 start, u64 end, u64 type)
{
	struct painter out = { .count = 0 };
	bool painted = false;

	if (start >= end)
		return;
	for (u64 i = 0; i < regions->count; i++) {
		struct l4_region old = regions->region[i];

		append(&out, old.start, min_u64(old.end, start), old.type);
		if (!painted && old.end > start) {
			append(&out, start, end, type);
			painted = true;
		}
		append(&out, max_u64(old.start, end), old.end, old.type);
	}
	if (!painted)
		append(&out, start, end, type);
	while (out.count > regions->max)
		drop_smallest(&out, &regions->dropped);
	memcpy(regions->region, out.region, out.count * sizeof(out.region[0]));
	regions->count = out.count;
}

struct l4_region regions_largest(const struct regions *regions, u64 type, u64 below)
{
	struct l4_region best = { .type = type };

	for (u64 i = 0; i < regions->count; i++) {
		struct l4_region r = regions->region[i];

		r.end = min_u64(r.end, below);
		if (r.type == type && r.start < r.end && r.end - r.start > best.end - best.start)
			best = r;
	}
	return best;
}
