/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sigma0's sets of free intervals: each operation by hand, then random ones
 * against a plain array of flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include <l4/regions.h>

static struct regions set;

static int setup(void **state)
{
	(void)state;
	set.count = 0;
	return 0;
}

static void check(unsigned int index, l4_word_t start, l4_word_t end)
{
	assert_true(index < set.count);
	assert_int_equal(set.interval[index].start, start);
	assert_int_equal(set.interval[index].end, end);
}

static void add_merges_neighbours(void **state)
{
	(void)state;
	assert_int_equal(regions_add(&set, 10, 20), 0);
	assert_int_equal(regions_add(&set, 30, 40), 0);
	assert_int_equal(regions_add(&set, 0, 5), 0);
	assert_int_equal(set.count, 3);
	assert_int_equal(regions_add(&set, 20, 30), 0);
	assert_int_equal(set.count, 2);
	check(0, 0, 5);
	check(1, 10, 40);
	assert_int_equal(regions_add(&set, 3, 100), 0);
	assert_int_equal(set.count, 1);
	check(0, 0, 100);
	assert_int_equal(regions_add(&set, 50, 50), -L4_EINVAL);
	assert_int_equal(regions_total(&set), 100);
}

static void remove_splits(void **state)
{
	(void)state;
	regions_add(&set, 0, 100);
	assert_int_equal(regions_remove(&set, 40, 60), 0);
	assert_int_equal(set.count, 2);
	check(0, 0, 40);
	check(1, 60, 100);
	assert_int_equal(regions_remove(&set, 30, 70), 0);
	check(0, 0, 30);
	check(1, 70, 100);
	assert_int_equal(regions_remove(&set, 0, 1000), 0);
	assert_int_equal(set.count, 0);
}

static void take_at_checks_its_arguments(void **state)
{
	(void)state;
	regions_add(&set, 0x1000, 0x5000);
	assert_int_equal(regions_take_at(&set, 0x1800, 12), -L4_EINVAL);
	assert_int_equal(regions_take_at(&set, 0x1000, 63), -L4_EINVAL);
	assert_int_equal(regions_take_at(&set, 0x1000, 64), -L4_EINVAL);
	assert_int_equal(regions_take_at(&set, 0, 12), -L4_EBUSY);
	assert_int_equal(regions_take_at(&set, 0x4000, 13), -L4_EBUSY);
	assert_int_equal(regions_take_at(&set, 0x2000, 13), 0);
	assert_int_equal(regions_take_at(&set, 0x2000, 12), -L4_EBUSY);
	assert_int_equal(regions_take_at(&set, ~0xfffUL, 12), -L4_EINVAL);
	check(0, 0x1000, 0x2000);
	check(1, 0x4000, 0x5000);
}

static void take_highest_is_aligned(void **state)
{
	l4_word_t start;

	(void)state;
	regions_add(&set, 0x1000, 0x9000);
	regions_add(&set, 0xb000, 0xc000);
	assert_int_equal(regions_take_highest(&set, 14, &start), 0);
	assert_int_equal(start, 0x4000);
	assert_int_equal(regions_take_highest(&set, 14, &start), -L4_ENOMEM);
	assert_int_equal(regions_take_highest(&set, 12, &start), 0);
	assert_int_equal(start, 0xb000);
	assert_int_equal(regions_take_highest(&set, 12, &start), 0);
	assert_int_equal(start, 0x8000);
	assert_int_equal(regions_take_highest(&set, 62, &start), -L4_ENOMEM);
	assert_int_equal(regions_take_highest(&set, 200, &start), -L4_EINVAL);
}

static void a_full_set_changes_nothing(void **state)
{
	l4_word_t i;

	(void)state;
	for (i = 0; i < REGIONS_MAX; i++)
		assert_int_equal(regions_add(&set, i * 16, i * 16 + 8), 0);
	assert_int_equal(regions_add(&set, i * 16, i * 16 + 8), -L4_ENOMEM);
	assert_int_equal(regions_take_at(&set, 2, 1), -L4_ENOMEM);
	assert_int_equal(regions_total(&set), REGIONS_MAX * 8);
	assert_int_equal(regions_take_at(&set, 0, 1), 0);
	assert_int_equal(regions_add(&set, 8, 16), 0);
	assert_int_equal(set.count, REGIONS_MAX - 1);
}

#define NUMBERS 256

static void random_operations_agree_with_flags(void **state)
{
	bool free_flag[NUMBERS] = { false };
	l4_word_t start, size, i, total;

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		unsigned int order = rand() % 5;
		bool all = true;

		size = 1UL << order;
		start = (rand() % NUMBERS) & ~(size - 1);
		for (i = start; i < start + size; i++)
			all &= free_flag[i];
		if (rand() % 2) {
			assert_int_equal(regions_add(&set, start, start + size), 0);
			for (i = start; i < start + size; i++)
				free_flag[i] = true;
		} else {
			assert_int_equal(regions_take_at(&set, start, order), all ? 0 : -L4_EBUSY);
			for (i = start; all && i < start + size; i++)
				free_flag[i] = false;
		}
		for (total = 0, i = 0; i < NUMBERS; i++)
			total += free_flag[i];
		assert_int_equal(regions_total(&set), total);
		for (i = 1; i < set.count; i++)
			assert_true(set.interval[i - 1].end < set.interval[i].start);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(add_merges_neighbours, setup),
		cmocka_unit_test_setup(remove_splits, setup),
		cmocka_unit_test_setup(take_at_checks_its_arguments, setup),
		cmocka_unit_test_setup(take_highest_is_aligned, setup),
		cmocka_unit_test_setup(a_full_set_changes_nothing, setup),
		cmocka_unit_test_setup(random_operations_agree_with_flags, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
