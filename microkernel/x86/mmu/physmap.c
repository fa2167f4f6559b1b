/* SPDX-License-Identifier: GPL-2.0 */
/* See physmap.h. Neighbouring regions are one stretch of memory, whatever each is used for. */
#include "x86/mmu/physmap.h"

#include "lib/string.h"
#include "x86/mmu/paging.h"

#define SIZE_2M		(1UL << 21)
#define SIZE_1G		(1UL << 30)

struct stretch {
	phys_t start, end;
	u64 next;		/* the region behind it */
};

/* The next one behind `at'. False: there are no more. */
static bool next_stretch(const struct physmap *map, struct stretch *at)
{
	u64 i = at->next;

	if (i == map->count)
		return false;
	at->start = map->region[i].start;
	do
		at->end = map->region[i++].end;
	while (i < map->count && map->region[i].start == at->end);
	at->next = i;
	return true;
}

u64 physmap_most_tables(const struct physmap *map)
{
	struct stretch at = { 0 };
	u64 pages = 0;

	while (next_stretch(map, &at)) {
		u64 gigabytes = (at.end - 1) / SIZE_1G - at.start / SIZE_1G + 1;

		/* Only its ends, in the middle of a page, need smaller ones. */
		pages += map->large_1g ? min_u64(gigabytes, 2) : gigabytes;
		pages += 2;
	}
	/* So do the ends of what is fixed. */
	return pages + PHYSMAP_FIXED * 4;
}

/* Read-only, or not, as a whole. */
static bool is_uniform(const struct physmap *map, phys_t start, phys_t end, bool *fixed)
{
	*fixed = false;
	for (unsigned int i = 0; i < PHYSMAP_FIXED; i++) {
		const struct physmap_fixed *it = &map->fixed[i];

		if (start >= it->start && end <= it->end)
			*fixed = true;
		else if (start < it->end && end > it->start)
			return false;
	}
	return true;
}

/* The level of the largest leaf that can begin there. */
static unsigned int leaf_level(const struct physmap *map, phys_t at, phys_t end, bool *fixed)
{
	unsigned int level = map->large_1g ? 2 : 1;

	for (;; level--) {
		u64 size = 1UL << paging_level_shift(level);

		if (!(at & (size - 1)) && end - at >= size && is_uniform(map, at, at + size, fixed))
			return level;
	}
}

static u64 *table_below(u64 *entry, phys_t *tables)
{
	if (!*entry) {
		memset(phys_to_virt(*tables), 0, PAGE_SIZE);
		*entry = *tables | PTE_P | PTE_W;
		*tables += PAGE_SIZE;
	}
	return paging_table(*entry);
}

phys_t physmap_build(const struct physmap *map, u64 *pdpt, phys_t tables)
{
	struct stretch at = { 0 };

	while (next_stretch(map, &at)) {
		u64 size;

		for (phys_t phys = at.start; phys < at.end; phys += size) {
			u64 *entry = paging_entry(pdpt, phys, 2);
			bool fixed;
			unsigned int level = leaf_level(map, phys, at.end, &fixed);

			for (unsigned int above = 2; above > level; above--)
				entry = paging_entry(table_below(entry, &tables), phys, above - 1);
			*entry = phys | PTE_KERNEL | PTE_NX | (fixed ? 0 : PTE_W) | (level ? PTE_S : 0);
			size = 1UL << paging_level_shift(level);
		}
	}
	return tables;
}
