/* SPDX-License-Identifier: GPL-2.0 */
/* The map of physical memory in page tables: random machines, each page of which is looked at as a CPU would. */
#include <string.h>

#include "host.h"
#include "x86/mmu/paging.h"
#include "x86/mmu/physmap.h"

#define MIB		(1UL << 20)
#define GIB		(1UL << 30)
#define TABLES		(1 * MIB)	/* where they are in the host's memory */
#define TABLES_END	(3 * MIB)
#define REGIONS		40

static struct l4_region room[REGIONS];
static u64 pdpt[PAGING_ENTRIES];

static struct physmap random_machine(void)
{
	struct physmap map = { .region = room, .large_1g = host_one_in(2) };
	u64 at = 0;

	while (map.count < REGIONS && !host_one_in(20)) {
		static const u64 unit[] = { PAGE_SIZE, 2 * MIB, GIB };
		u64 size = (1 + host_below(600)) * unit[host_below(3)];
		u64 gap = host_one_in(3) ? host_below(700) * unit[host_below(3)] : 0;

		/* All there is is 256 GiB. */
		if (size > 8 * GIB || gap > 8 * GIB || at + gap + size > 256 * GIB)
			continue;
		if (host_one_in(2))
			at = align_down(at, 2 * MIB) + 2 * MIB;
		room[map.count++] = (struct l4_region){ at + gap, at + gap + size, 1 + host_below(4) };
		at += gap + size;
	}
	for (unsigned int i = 0; i < PHYSMAP_FIXED - 1; i++) {
		phys_t start = host_below(1000) * PAGE_SIZE + host_below(3) * GIB;

		map.fixed[i] = (struct physmap_fixed){ start, start + host_below(600) * PAGE_SIZE };
	}
	map.fixed[PHYSMAP_FIXED - 1] = (struct physmap_fixed){ TABLES, TABLES_END };
	return map;
}

static bool is_fixed(const struct physmap *map, phys_t at)
{
	for (unsigned int i = 0; i < PHYSMAP_FIXED; i++)
		if (at >= map->fixed[i].start && at < map->fixed[i].end)
			return true;
	return false;
}

static bool is_memory(const struct physmap *map, phys_t at)
{
	for (u64 i = 0; i < map->count; i++)
		if (at >= map->region[i].start && at < map->region[i].end)
			return true;
	return false;
}

/* What the CPU finds there: its leaf, or 0, and how much it translates. */
static u64 walk(phys_t at, u64 *size)
{
	u64 *table = pdpt;

	for (unsigned int level = 2;; level--) {
		u64 entry = *paging_entry(table, at, level);

		*size = 1UL << paging_level_shift(level);
		if (!entry || !level || (entry & PTE_S))
			return entry;
		assert_int_equal(entry & ~PTE_FRAME, PTE_P | PTE_W);
		assert_in_range(entry & PTE_FRAME, TABLES, TABLES_END - PAGE_SIZE);
		table = phys_to_virt(entry & PTE_FRAME);
	}
}

static void look_at(const struct physmap *map, phys_t at)
{
	u64 size, leaf, first;

	at = align_down(at, PAGE_SIZE);
	if (at >= 256 * GIB)
		return;
	leaf = walk(at, &size);
	assert_int_equal(!!leaf, is_memory(map, at));
	if (!leaf)
		return;
	first = align_down(at, size);
	assert_int_equal(leaf & PTE_FRAME, first);
	assert_int_equal(leaf & ~PTE_FRAME, PTE_KERNEL | PTE_NX | (size > PAGE_SIZE ? PTE_S : 0) |
						(is_fixed(map, at) ? 0 : PTE_W));
	assert_true(size <= (map->large_1g ? GIB : 2 * MIB));
	/* All of a large leaf is memory, and as writable as the page. */
	for (u64 i = 0; i < 8; i++) {
		phys_t other = first + align_down(host_below(size), PAGE_SIZE);

		assert_true(is_memory(map, other));
		assert_int_equal(is_fixed(map, other), is_fixed(map, at));
	}
	assert_true(is_memory(map, first + size - 1));
}

static void what_is_memory_is_mapped_and_nothing_else(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct physmap map = random_machine();
		u64 most = physmap_most_tables(&map);
		phys_t end;

		if (most > (TABLES_END - TABLES) / PAGE_SIZE)
			continue;
		memset(pdpt, 0, sizeof(pdpt));
		end = physmap_build(&map, pdpt, TABLES);
		assert_true((end - TABLES) / PAGE_SIZE <= most);
		for (u64 i = 0; i < map.count; i++) {
			const struct l4_region *r = &map.region[i];

			look_at(&map, r->start);
			look_at(&map, r->start - PAGE_SIZE);
			look_at(&map, r->end);
			look_at(&map, r->end - PAGE_SIZE);
			look_at(&map, r->start + host_below(r->end - r->start));
		}
		for (unsigned int i = 0; i < PHYSMAP_FIXED; i++) {
			look_at(&map, map.fixed[i].start);
			look_at(&map, map.fixed[i].end);
			look_at(&map, map.fixed[i].end - PAGE_SIZE);
		}
		for (int i = 0; i < 64; i++)
			look_at(&map, host_below(256 * GIB));
	}
}

/* A PC of 6 GiB, whose memory ends in the middle of large pages. */
static void large_pages_where_they_fit(void **state)
{
	static const struct l4_region pc[] = {
		{ 0, 0x9f000, L4_REGION_RAM },
		{ 0x100000, 0xbffe0000, L4_REGION_RAM },
		{ 0xbffe0000, 0xc0000000, L4_REGION_ACPI },
		{ 0x100000000, 0x1c0000000, L4_REGION_RAM },
	};
	struct physmap map = { .region = pc, .count = 4, .large_1g = true };
	u64 size;

	(void)state;
	memset(pdpt, 0, sizeof(pdpt));
	/* Of the first GiB one, and of its first 2 MiB another. */
	assert_int_equal(physmap_build(&map, pdpt, TABLES), TABLES + 2 * PAGE_SIZE);
	walk(0x40000000, &size);
	assert_int_equal(size, GIB);
	walk(0xbfffffff, &size);
	assert_int_equal(size, GIB);
	walk(0x200000, &size);
	assert_int_equal(size, 2 * MIB);
	assert_int_equal(walk(0xa0000, &size), 0);
	assert_int_equal(walk(0xfee00000, &size), 0);
	map.large_1g = false;
	memset(pdpt, 0, sizeof(pdpt));
	assert_int_equal(physmap_build(&map, pdpt, TABLES), TABLES + 7 * PAGE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_memory_is_mapped_and_nothing_else, host_begin, host_end),
		cmocka_unit_test_setup_teardown(large_pages_where_they_fit, host_begin, host_end),
	};

	host_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
