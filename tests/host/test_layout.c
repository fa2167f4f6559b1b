/* SPDX-License-Identifier: GPL-2.0 */
/* Placing things in an instance's memory; calendar dates; block orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

#include <l4/server.h>

#include "calendar.h"
#include "layout.h"

#define M (1UL << 20)

static void blocks_are_merged(void **state)
{
	struct l4_instance_block block[] = {
		{ 8 * M, 4 * M }, { 64 * M, 32 * M }, { 4 * M, 4 * M }, { 12 * M, 2 * M },
		{ 16 * M, 2 * M },
	};

	(void)state;
	assert_int_equal(layout_merge(block, ARRAY_SIZE(block)), 3);
	assert_int_equal(block[0].start, 4 * M);
	assert_int_equal(block[0].size, 10 * M);
	assert_int_equal(block[1].start, 16 * M);
	assert_int_equal(block[2].start, 64 * M);
	assert_int_equal(layout_merge(block, 0), 0);
}

static void the_highest_place_is_found(void **state)
{
	const struct l4_instance_block block[] = { { 4 * M, 28 * M }, { 64 * M, 32 * M } };

	(void)state;
	assert_int_equal(layout_place(block, 2, 5000, 4 * M, 8 * M), 96 * M - 8192);
	assert_int_equal(layout_place(block, 2, 8 * M, 64 * M, 32 * M), 24 * M);
	assert_int_equal(layout_place(block, 2, 8 * M, 80 * M, 16 * M), 72 * M);
	assert_int_equal(layout_place(block, 2, 20 * M, 80 * M, 16 * M), 12 * M);
	assert_int_equal(layout_place(block, 2, 30 * M, 80 * M, 16 * M), 0);
	assert_int_equal(layout_place(block, 1, 8 * M, 4 * M, 28 * M), 0);
	assert_int_equal(layout_place(block, 1, 8 * M, 16 * M, 2 * M), 24 * M);
	assert_int_equal(layout_place(block, 1, 16 * M, 8 * M, 4 * M), 16 * M);
}

static void dates_agree_with_libc(void **state)
{
	(void)state;
	for (time_t time = 0; time < 5000000000; time += 86399 * 7) {
		struct tm tm;
		struct calendar date;

		gmtime_r(&time, &tm);
		date = (struct calendar){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
					  tm.tm_min, tm.tm_sec };
		assert_int_equal(calendar_seconds(&date), time);
	}
}

static void what_is_no_date_is_0(void **state)
{
	(void)state;
	assert_int_equal(calendar_seconds(&(struct calendar){ 2026, 0, 1, 0, 0, 0 }), 0);
	assert_int_equal(calendar_seconds(&(struct calendar){ 2026, 13, 1, 0, 0, 0 }), 0);
	assert_int_equal(calendar_seconds(&(struct calendar){ 2026, 1, 0, 0, 0, 0 }), 0);
	assert_int_equal(calendar_seconds(&(struct calendar){ 2026, 1, 1, 25, 0, 0 }), 0);
	assert_int_equal(calendar_seconds(&(struct calendar){ 1900, 1, 1, 1, 0, 0 }), 0);
}

static void block_orders(void **state)
{
	(void)state;
	assert_int_equal(l4_block_order(0, 0x10000), 16);
	assert_int_equal(l4_block_order(0x3f8, 0x400), 3);
	assert_int_equal(l4_block_order(0x3f9, 0x400), 0);
	assert_int_equal(l4_block_order(0x1000, 0x10000), 12);
	assert_int_equal(l4_block_order(0x8000, 0xb000), 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_merged),
		cmocka_unit_test(the_highest_place_is_found),
		cmocka_unit_test(dates_agree_with_libc),
		cmocka_unit_test(what_is_no_date_is_0),
		cmocka_unit_test(block_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
