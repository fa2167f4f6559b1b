/* SPDX-License-Identifier: GPL-2.0 */
/* Building the map of physical memory by painting one range over another. */
#include "loader/regions.h"

#include "lib/string.h"

#define MAX_PAINTED	(L4_KIP_REGIONS + 3)

struct painter {
	struct l4_region region[MAX_PAINTED];
	u64 count;
};

static void append(struct painter *out, u64 start, u64 end, u64 type)
{
	struct l4_region *last = out->count ? &out->region[out->count - 1] : NULL;

	if (start >= end)
		return;
	/* Modules stay apart: each is its own. */
	if (last && last->end == start && last->type == type && type != L4_REGION_MODULE)
		last->end = end;
	else
		out->region[out->count++] = (struct l4_region){ start, end, type };
}

bool regions_set(struct regions *regions, u64 start, u64 end, u64 type)
{
	struct painter out = { .count = 0 };
	bool painted = false;

	if (start >= end)
		return true;
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
	if (out.count > regions->max)
		return false;
	memcpy(regions->region, out.region, out.count * sizeof(out.region[0]));
	regions->count = out.count;
	return true;
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
