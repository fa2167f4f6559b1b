/* SPDX-License-Identifier: GPL-2.0 */
/* The map of physical memory: painting against an array with a cell per page. */
#include <stdlib.h>

#include "host.h"
#include "loader/regions.h"

#define PAGES	64

static struct l4_region room[L4_KIP_REGIONS];

static u64 type_at(const struct regions *r, u64 at)
{
	for (u64 i = 0; i < r->count; i++)
		if (at >= r->region[i].start && at < r->region[i].end)
			return r->region[i].type;
	return 0;
}

static void painting_matches_a_plain_array(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct regions r = { room, .max = L4_KIP_REGIONS };
		u64 cell[PAGES] = { 0 };

		for (int i = 0; i < 12; i++) {
			u64 start = rand() % PAGES, end = start + rand() % (PAGES - start + 1);
			u64 type = rand() % 5;

			regions_set(&r, start, end, type);
			for (u64 p = start; p < end; p++)
				cell[p] = type;
		}
		for (u64 p = 0; p < PAGES; p++)
			assert_int_equal(type_at(&r, p), cell[p]);
		for (u64 i = 1; i < r.count; i++)
			assert_true(r.region[i - 1].end <= r.region[i].start);
	}
}

/* Only of RAM anything is ever missing, and only so much as is said. */
static void the_smallest_go_if_there_are_too_many(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct regions r = { room, .max = 8 };
		u64 cell[PAGES] = { 0 }, missing = 0, others = 3;

		for (int i = 0; i < 30; i++) {
			u64 start = rand() % PAGES, end = start + 1 + rand() % 6;
			u64 type = others && rand() % 5 == 0 ? L4_REGION_KERNEL :
				   rand() % 3 ? L4_REGION_RAM : REGIONS_NONE;

			others -= type == L4_REGION_KERNEL;
			end = end < PAGES ? end : PAGES;
			/* Once it is the kernel's it stays so: else there could be more than three. */
			for (u64 p = start; p < end; p++)
				if (cell[p] == L4_REGION_KERNEL)
					end = p;
			regions_set(&r, REGIONS_LOW + start, REGIONS_LOW + end, type);
			for (u64 p = start; p < end; p++)
				cell[p] = type;
			assert_true(r.count <= r.max);
		}
		for (u64 p = 0; p < PAGES; p++) {
			if (type_at(&r, REGIONS_LOW + p) == cell[p])
				continue;
			assert_int_equal(cell[p], L4_REGION_RAM);
			assert_int_equal(type_at(&r, REGIONS_LOW + p), REGIONS_NONE);
			missing++;
		}
		assert_true(missing <= r.dropped);
	}
}

static void the_largest_stay(void **state)
{
	struct regions r = { room, .max = 4 };

	(void)state;
	regions_set(&r, 0x1000, 0x1001, L4_REGION_RAM);
	regions_set(&r, REGIONS_LOW, REGIONS_LOW + 8, L4_REGION_RAM);
	regions_set(&r, REGIONS_LOW + 20, REGIONS_LOW + 30, L4_REGION_RAM);
	assert_int_equal(r.dropped, 0);
	regions_set(&r, REGIONS_LOW + 26, REGIONS_LOW + 28, L4_REGION_KERNEL);
	assert_int_equal(r.count, 4);
	assert_int_equal(r.dropped, 2);
	assert_int_equal(type_at(&r, REGIONS_LOW), L4_REGION_RAM);
	assert_int_equal(type_at(&r, REGIONS_LOW + 25), L4_REGION_RAM);
	assert_int_equal(type_at(&r, REGIONS_LOW + 27), L4_REGION_KERNEL);
	assert_int_equal(type_at(&r, REGIONS_LOW + 29), REGIONS_NONE);
	/* In which other CPUs start. */
	assert_int_equal(type_at(&r, 0x1000), L4_REGION_RAM);
}

static void largest_counts_only_its_type(void **state)
{
	struct regions r = { room, .max = L4_KIP_REGIONS };

	(void)state;
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, ~0UL).end, 0);
	regions_set(&r, 0, 100, L4_REGION_ACPI);
	regions_set(&r, 100, 110, L4_REGION_RAM);
	regions_set(&r, 200, 230, L4_REGION_RAM);
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, ~0UL).start, 200);
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, 215).start, 200);
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, 215).end, 215);
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, 205).start, 100);
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, 100).end, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(painting_matches_a_plain_array),
		cmocka_unit_test(the_smallest_go_if_there_are_too_many),
		cmocka_unit_test(the_largest_stay),
		cmocka_unit_test(largest_counts_only_its_type),
	};

	srand(2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
