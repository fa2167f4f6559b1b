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
		struct regions r = { room, 0, L4_KIP_REGIONS };
		u64 cell[PAGES] = { 0 };

		for (int i = 0; i < 12; i++) {
			u64 start = rand() % PAGES, end = start + rand() % (PAGES - start + 1);
			u64 type = 1 + rand() % 5;

			assert_true(regions_set(&r, start, end, type));
			for (u64 p = start; p < end; p++)
				cell[p] = type;
		}
		for (u64 p = 0; p < PAGES; p++)
			assert_int_equal(type_at(&r, p), cell[p]);
		for (u64 i = 1; i < r.count; i++)
			assert_true(r.region[i - 1].end <= r.region[i].start);
	}
}

static void full_map_is_left_alone(void **state)
{
	struct regions r = { room, 0, 2 };

	(void)state;
	assert_true(regions_set(&r, 0, 10, L4_REGION_RAM));
	assert_false(regions_set(&r, 4, 6, L4_REGION_KERNEL));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.region[0].end, 10);
}

static void largest_counts_only_its_type(void **state)
{
	struct regions r = { room, 0, L4_KIP_REGIONS };

	(void)state;
	assert_int_equal(regions_largest(&r, L4_REGION_RAM, ~0UL).end, 0);
	assert_true(regions_set(&r, 0, 100, L4_REGION_RESERVED));
	assert_true(regions_set(&r, 100, 110, L4_REGION_RAM));
	assert_true(regions_set(&r, 200, 230, L4_REGION_RAM));
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
		cmocka_unit_test(full_map_is_left_alone),
		cmocka_unit_test(largest_counts_only_its_type),
	};

	srand(2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
