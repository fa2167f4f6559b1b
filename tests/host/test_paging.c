/* SPDX-License-Identifier: GPL-2.0 */
/* Page tables: leaf sizes, splitting, freeing, filters, and what may be replaced. */
#include "host.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define VA	0x0000123400000000UL	/* aligned to 1 GiB */
#define GIB	(1UL << 30)
#define RW	(L4_RIGHT_R | L4_RIGHT_W)

static struct space space;
static bool replaced;

static int begin(void **state)
{
	host_begin(state);
	space = (struct space){ 0 };
	replaced = false;
	assert_int_equal(space_init(&space, &host_quota), 0);
	return 0;
}

static int end(void **state)
{
	if (space.paging.top) {
		space_paging_done(&space, 0, 1);
		host_check_tables(&space);
	}
	host_destroy(&space);
	return host_end(state);
}

static int map(u64 va, phys_t phys, u64 pages, u64 rights)
{
	int error = paging_map_range(&space.paging, va, phys, pages, paging_flags(rights), &paging_any,
			       &replaced);

	space_paging_done(&space, va, replaced ? pages : 0);
	host_check_tables(&space);
	return error;
}

static bool take(u64 va, u64 size, u64 rights)
{
	bool changed = paging_take_range(&space.paging, va, va + (size - 1), rights, &paging_any);

	space_paging_done(&space, va, changed ? size >> PAGE_SHIFT : 0);
	host_check_tables(&space);
	return changed;
}

static unsigned int level_at(u64 va)
{
	unsigned int level;

	assert_true(paging_walk(&space.paging, va, &level) & PTE_P);
	return level;
}

static u64 tables(void)
{
	return host_quota.used / PAGE_SIZE - 1;
}

static void the_largest_leaf_that_fits(void **state)
{
	(void)state;
	assert_int_equal(map(VA, 4 * GIB, GIB >> PAGE_SHIFT, RW), 0);
	assert_int_equal(level_at(VA), 2);
	assert_int_equal(tables(), 1);
	assert_int_equal(map(VA + GIB, 8 * GIB + LARGE, GIB >> PAGE_SHIFT, RW), 0);
	assert_int_equal(level_at(VA + GIB), 1);
	assert_int_equal(map(VA + 2 * GIB, 16 * GIB + PAGE_SIZE, 1024, RW), 0);
	assert_int_equal(level_at(VA + 2 * GIB), 0);
	/* 4 KiB up to the boundary, then 2 MiB, then 4 KiB. */
	assert_int_equal(map(VA + 3 * GIB - PAGE_SIZE, 32 * GIB - PAGE_SIZE, 1 + 512 + 1, RW), 0);
	assert_int_equal(level_at(VA + 3 * GIB - PAGE_SIZE), 0);
	assert_int_equal(level_at(VA + 3 * GIB), 1);
	assert_int_equal(level_at(VA + 3 * GIB + LARGE), 0);
	host_expect(&space, VA + 3 * GIB + LARGE + 5, 32 * GIB + LARGE + 5, RW);
	host_expect(&space, VA + GIB - 1, 5 * GIB - 1, RW);
	assert_false(replaced);
}

static void without_1g_leaves(void **state)
{
	(void)state;
	paging_has_1g = false;
	assert_int_equal(map(VA, 4 * GIB, GIB >> PAGE_SHIFT, RW), 0);
	assert_int_equal(level_at(VA), 1);
	assert_int_equal(tables(), 2);
}

static void rights_become_bits(void **state)
{
	(void)state;
	for (u64 rights = L4_RIGHT_R; rights <= L4_RIGHTS_ALL; rights++) {
		unsigned int level;
		u64 leaf;

		assert_int_equal(map(VA, 0x5000, 1, rights), 0);
		leaf = paging_walk(&space.paging, VA, &level);
		assert_int_equal(!!(leaf & PTE_W), !!(rights & L4_RIGHT_W));
		assert_int_equal(!(leaf & PTE_NX), !!(rights & L4_RIGHT_X));
		assert_int_equal(paging_rights(leaf), rights);
		assert_false(leaf & (1UL << 8));	/* not global */
	}
}

static void splitting_keeps_the_rest(void **state)
{
	(void)state;
	assert_int_equal(map(VA, 4 * GIB, GIB >> PAGE_SHIFT, L4_RIGHTS_ALL), 0);
	assert_true(take(VA + 5 * LARGE + 3 * PAGE_SIZE, PAGE_SIZE, L4_RIGHT_W));
	assert_int_equal(level_at(VA), 1);
	assert_int_equal(level_at(VA + 5 * LARGE), 0);
	for (u64 va = VA; va < VA + GIB; va += PAGE_SIZE)
		host_expect(&space, va, 4 * GIB + (va - VA),
			    va == VA + 5 * LARGE + 3 * PAGE_SIZE ? L4_RIGHT_R | L4_RIGHT_X :
								   L4_RIGHTS_ALL);
	assert_true(take(VA + 7 * LARGE, 2 * PAGE_SIZE, L4_RIGHT_R));
	host_expect(&space, VA + 7 * LARGE + PAGE_SIZE, 0, 0);
	host_expect(&space, VA + 7 * LARGE + 2 * PAGE_SIZE,
		    4 * GIB + 7 * LARGE + 2 * PAGE_SIZE, L4_RIGHTS_ALL);
	assert_int_equal(tables(), 4);
	assert_true(take(VA, GIB, L4_RIGHT_R));
	assert_int_equal(tables(), 0);
}

static void reducing_what_is_not_there_splits_nothing(void **state)
{
	(void)state;
	assert_int_equal(map(VA, 4 * GIB, GIB >> PAGE_SHIFT, RW), 0);
	assert_false(take(VA + PAGE_SIZE, PAGE_SIZE, L4_RIGHT_X));
	assert_int_equal(tables(), 1);
	assert_false(take(VA + GIB, GIB, L4_RIGHT_R));
}

static void without_memory_the_whole_leaf_loses(void **state)
{
	struct quota tight;

	(void)state;
	assert_int_equal(map(VA, 4 * GIB, 1024, RW), 0);
	quota_init_root(&tight, 0);
	space.paging.quota = &tight;
	assert_true(take(VA + PAGE_SIZE, PAGE_SIZE, L4_RIGHT_W));
	host_expect(&space, VA, 4 * GIB, L4_RIGHT_R);
	host_expect(&space, VA + LARGE, 4 * GIB + LARGE, RW);
	assert_true(take(VA + PAGE_SIZE, PAGE_SIZE, L4_RIGHT_R));
	host_expect(&space, VA, 0, 0);
	host_expect(&space, VA + LARGE, 4 * GIB + LARGE, RW);
	space.paging.quota = &host_quota;
}

static void no_memory_for_a_table_leaves_no_empty_one(void **state)
{
	(void)state;
	for (unsigned int pages = 0; pages < 3; pages++) {
		struct quota tight;

		quota_init_root(&tight, pages * PAGE_SIZE);
		space.paging.quota = &tight;
		assert_int_equal(map(VA, 0, 1, RW), -L4_ENOMEM);
		assert_int_equal(tight.used, 0);
		host_expect(&space, VA, 0, 0);
	}
	space.paging.quota = &host_quota;
}

static void no_memory_to_split_for_a_page(void **state)
{
	struct quota tight;

	(void)state;
	assert_int_equal(map(VA, 4 * GIB, 512, RW), 0);
	quota_init_root(&tight, 0);
	space.paging.quota = &tight;
	assert_int_equal(map(VA + PAGE_SIZE, 0x7000, 1, RW), -L4_ENOMEM);
	host_expect(&space, VA + PAGE_SIZE, 4 * GIB + PAGE_SIZE, RW);
	space.paging.quota = &host_quota;
}

static void map_over_a_large_leaf_and_over_tables(void **state)
{
	(void)state;
	assert_int_equal(map(VA, 4 * GIB, 512, RW), 0);
	assert_int_equal(map(VA + PAGE_SIZE, 0x7000, 1, L4_RIGHT_R), 0);
	assert_true(replaced);
	host_expect(&space, VA, 4 * GIB, RW);
	host_expect(&space, VA + PAGE_SIZE, 0x7000, L4_RIGHT_R);
	/* A large mapping over a table fills the table. */
	assert_int_equal(map(VA, 8 * GIB, 1024, RW), 0);
	assert_int_equal(level_at(VA), 0);
	assert_int_equal(level_at(VA + LARGE), 1);
	for (u64 offset = 0; offset < 2 * LARGE; offset += PAGE_SIZE)
		host_expect(&space, VA + offset, 8 * GIB + offset, RW);
	replaced = false;
	assert_int_equal(map(VA, 8 * GIB, 1024, RW), 0);
	assert_false(replaced);
	/* Large, then a table in the way, then large again. */
	assert_int_equal(map(VA - LARGE, 16 * GIB, 4 * 512, L4_RIGHT_R), 0);
	for (u64 offset = 0; offset < 4 * LARGE; offset += PAGE_SIZE)
		host_expect(&space, VA - LARGE + offset, 16 * GIB + offset, L4_RIGHT_R);
	assert_int_equal(level_at(VA - LARGE), 1);
	assert_int_equal(level_at(VA), 0);
	assert_int_equal(level_at(VA + 2 * LARGE), 1);
}

static void filters_protect_leaves(void **state)
{
	const struct paging_filter aliases = { PTE_ALIAS, PTE_ALIAS, 0, ~0UL };
	const struct paging_filter some = { 0, 0, 0x3000, 0x4fff };

	(void)state;
	assert_int_equal(map(VA, 0x1000, 8, RW), 0);
	assert_int_equal(paging_map_range(&space.paging, VA, 0x1000, 1, paging_flags(RW), &paging_none,
				    &replaced), -L4_EINVAL);
	assert_int_equal(paging_map_range(&space.paging, VA, 0x1000, 1, paging_flags(RW), &aliases,
				    &replaced), -L4_EINVAL);
	assert_false(paging_take_range(&space.paging, VA, VA + 0x7fff, L4_RIGHT_R, &aliases));
	assert_true(paging_take_range(&space.paging, VA, VA + 0x7fff, L4_RIGHT_R, &some));
	for (u64 i = 0; i < 8; i++)
		host_expect(&space, VA + i * PAGE_SIZE, (i + 1) * PAGE_SIZE, i == 2 || i == 3 ? 0 : RW);
}

static void frames_within_a_large_leaf(void **state)
{
	const struct paging_filter some = { 0, 0, LARGE + 0x3000, LARGE + 0x3fff };

	(void)state;
	assert_int_equal(map(VA, LARGE, 512, RW), 0);
	assert_int_equal(map(VA + LARGE, 2 * LARGE, 512, RW), 0);
	assert_true(paging_take_range(&space.paging, 0, USER_LOWER_END - 1, L4_RIGHT_R, &some));
	space_paging_done(&space, 0, PAGING_ALL);
	host_expect(&space, VA + 0x3000, 0, 0);
	host_expect(&space, VA + 0x2000, LARGE + 0x2000, RW);
	assert_int_equal(level_at(VA + LARGE), 1);
}

static void both_ends_of_both_halves(void **state)
{
	static const u64 edge[] = { 0, USER_LOWER_END - PAGE_SIZE, KERNEL_SLOT_END, -PAGE_SIZE };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(map(edge[i], 0x9000, 1, RW), 0);
		host_expect(&space, edge[i], 0x9000, RW);
	}
	assert_true(take(0, USER_LOWER_END, L4_RIGHT_R));
	assert_true(take(KERNEL_SLOT_END, -KERNEL_SLOT_END, L4_RIGHT_R));
	assert_int_equal(tables(), 0);
}

/* From va on, in steps of at most 256 KiB where there are pages. */
static void expect_next(u64 va, u64 last, u64 wanted, u64 wanted_end)
{
	u64 end;

	assert_int_equal(paging_next(&space.paging, va, last, LARGE / 8, &end), wanted);
	if (wanted <= last)
		assert_int_equal(end, wanted_end);
}

static void what_is_next(void **state)
{
	u64 lower = USER_LOWER_END - 1, beyond;

	(void)state;
	beyond = paging_next(&space.paging, 0, lower, LARGE / 8, &beyond);
	assert_true(beyond > lower);
	assert_int_equal(map(VA + 0x43000, 0x9000, 1, RW), 0);
	assert_int_equal(map(VA + GIB + LARGE, 2 * LARGE, 512, RW), 0);
	assert_int_equal(map(-PAGE_SIZE, 0x9000, 1, RW), 0);
	expect_next(0, lower, VA + 0x43000, VA + 0x7ffff);
	expect_next(VA + 0x43000, lower, VA + 0x43000, VA + 0x7ffff);
	expect_next(VA + 0x43000, VA + 0x44fff, VA + 0x43000, VA + 0x44fff);
	expect_next(VA + 0x44000, lower, VA + GIB + LARGE, VA + GIB + 2 * LARGE - 1);
	expect_next(VA + GIB + LARGE + 0x5000, lower, VA + GIB + LARGE + 0x5000, VA + GIB + 2 * LARGE - 1);
	assert_true(paging_next(&space.paging, VA + GIB + 2 * LARGE, lower, LARGE / 8, &beyond) > lower);
	expect_next(KERNEL_SLOT_END, ~0UL, -PAGE_SIZE, ~0UL);
}

static void ranges(void **state)
{
	(void)state;
	assert_true(paging_range_ok(0, USER_LOWER_END - 1));
	assert_false(paging_range_ok(0, USER_LOWER_END));
	assert_false(paging_range_ok(0, ~0UL));
	assert_false(paging_range_ok(USER_LOWER_END, USER_LOWER_END));
	assert_false(paging_range_ok(KERNEL_SLOT_BASE, KERNEL_SLOT_BASE + 0xfff));
	assert_false(paging_range_ok(KERNEL_SLOT_END - 1, KERNEL_SLOT_END));
	assert_true(paging_range_ok(KERNEL_SLOT_END, ~0UL));
	assert_false(paging_range_ok(-PAGE_SIZE, 0));
}

/*
 * Another CPU, that writes to a page as long as it may: in the leaf it notes the
 * first write of each time that the bit is clear.
 */
static struct {
	u64 *leaf;
	u64 noted;
	bool stop;
} writer;

/* There may be one CPU for both. */
static void after_a_while(unsigned long *tries)
{
	if (++*tries % 64 == 0)
		sched_yield();
}

static void *writes(void *unused)
{
	unsigned long tries = 0;

	while (!__atomic_load_n(&writer.stop, __ATOMIC_RELAXED)) {
		u64 old = __atomic_load_n(writer.leaf, __ATOMIC_RELAXED);

		if ((old & (PTE_P | PTE_W | PTE_D)) == (PTE_P | PTE_W) &&
		    __atomic_compare_exchange_n(writer.leaf, &old, old | PTE_A | PTE_D, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			__atomic_fetch_add(&writer.noted, 1, __ATOMIC_RELAXED);
		after_a_while(&tries);
	}
	return unused;
}

#define WRITES	20000UL

/* Of each write that was noted one round must have told. */
static void writes_during(u64 (*round)(void))
{
	unsigned long tries = 0;
	unsigned int level;
	pthread_t thread;
	u64 seen = 0;

	assert_int_equal(map(VA, GIB, 2, RW), 0);
	writer.leaf = paging_find(&space.paging, VA, &level);
	writer.noted = 0;
	writer.stop = false;
	cpus_many = true;
	assert_int_equal(pthread_create(&thread, NULL, writes, NULL), 0);
	while (__atomic_load_n(&writer.noted, __ATOMIC_RELAXED) < WRITES) {
		seen += round() & PTE_D ? 1 : 0;
		after_a_while(&tries);
	}
	__atomic_store_n(&writer.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	seen += round() & PTE_D ? 1 : 0;
	cpus_many = false;
	assert_int_equal(seen, writer.noted);
}

static u64 ask_and_clear(void)
{
	return paging_status(&space.paging, VA, VA + PAGE_SIZE - 1, &paging_any, PTE_D, 0);
}

/* The rest of the rights stays, and what was noted with it, until it goes itself. */
static u64 take_in_two(void)
{
	space.paging.taken = 0;
	paging_take_range(&space.paging, VA, VA + PAGE_SIZE - 1, L4_RIGHT_X, &paging_any);
	paging_take_range(&space.paging, VA, VA + PAGE_SIZE - 1, L4_RIGHTS_ALL, &paging_any);
	assert_int_equal(paging_map_range(&space.paging, VA, GIB, 1, paging_flags(RW), &paging_any,
					  &replaced), 0);
	return space.paging.taken;
}

static u64 take_the_short_way(void)
{
	u64 leaf = paging_take_one_page(&space.paging, VA, &paging_any);

	assert_true(paging_map_one_page(&space.paging, VA, GIB | paging_flags(RW), &paging_any, &replaced));
	return leaf;
}

static void writes_are_not_lost(void **state)
{
	(void)state;
	writes_during(ask_and_clear);
	take(VA, 2 * PAGE_SIZE, L4_RIGHTS_ALL);
	writes_during(take_in_two);
	take(VA, 2 * PAGE_SIZE, L4_RIGHTS_ALL);
	writes_during(take_the_short_way);
}

static struct {
	u64 *entry, table;
	unsigned long steps, when;
} splitter;

/* After each instruction. */
static void stepped(int signal)
{
	(void)signal;
	if (++splitter.steps == splitter.when)
		paging_set(splitter.entry, splitter.table);
}

static void set_trap_flag(bool on)
{
	u64 flags = __builtin_ia32_readeflags_u64();

	__builtin_ia32_writeeflags_u64(on ? flags | 1UL << 8 : flags & ~(1UL << 8));
}

/* Another CPU splits a large leaf meanwhile, before each of the walk's instructions: the table is not taken for a leaf. */
static void a_walk_reads_each_entry_once(void **state)
{
	unsigned int level;
	u64 large, leaf;

	(void)state;
	assert_int_equal(map(VA, GIB, 512, RW), 0);
	assert_int_equal(map(VA + (512 << PAGE_SHIFT), 2 * GIB, 1, RW), 0);
	splitter.entry = paging_find(&space.paging, VA, &level);
	assert_int_equal(level, 1);
	large = splitter.entry[0];
	splitter.table = splitter.entry[1];
	signal(SIGTRAP, stepped);
	do {
		paging_set(splitter.entry, large);
		splitter.steps = 0;
		splitter.when++;
		set_trap_flag(true);
		leaf = paging_walk(&space.paging, VA, &level);
		set_trap_flag(false);
		assert_true(level ? leaf == large : paging_leaf_phys(leaf, 0, VA) == 2 * GIB);
	} while (splitter.steps >= splitter.when);
	assert_true(splitter.when > 20);
	signal(SIGTRAP, SIG_DFL);
	paging_set(splitter.entry, large);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_largest_leaf_that_fits), TEST(without_1g_leaves), TEST(rights_become_bits),
		TEST(splitting_keeps_the_rest), TEST(reducing_what_is_not_there_splits_nothing),
		TEST(without_memory_the_whole_leaf_loses),
		TEST(no_memory_for_a_table_leaves_no_empty_one),
		TEST(no_memory_to_split_for_a_page), TEST(map_over_a_large_leaf_and_over_tables), TEST(filters_protect_leaves),
		TEST(frames_within_a_large_leaf), TEST(both_ends_of_both_halves), TEST(what_is_next),
		TEST(ranges), TEST(writes_are_not_lost), TEST(a_walk_reads_each_entry_once),
	};

	return cmocka_run_group_tests_name("paging", tests, NULL, NULL);
}
