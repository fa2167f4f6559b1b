/* SPDX-License-Identifier: GPL-2.0 */
/* Quotas, page frames and small objects: what is charged, zeroed, given back. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

static bool all_zero(const void *object, size_t size)
{
	const u8 *byte = object;

	while (size--)
		if (*byte++)
			return false;
	return true;
}

static void quota_limits(void **state)
{
	struct quota parent, child;

	(void)state;
	quota_init_root(&parent, 100);
	assert_true(quota_charge(&parent, 40));
	assert_false(quota_init(&child, &parent, 61));
	assert_true(quota_init(&child, &parent, 60));
	assert_false(quota_charge(&parent, 1));
	assert_false(quota_charge(&child, 61));
	assert_true(quota_charge(&child, 60));
	assert_false(quota_charge(&child, ~0UL));
	quota_uncharge(&child, 60);
	quota_close(&child);
	assert_int_equal(parent.used, 40);
}

static void quota_closed_pays_back_later(void **state)
{
	struct quota top, middle, low;

	(void)state;
	quota_init_root(&top, 1000);
	assert_true(quota_init(&middle, &top, 500));
	assert_true(quota_init(&low, &middle, 300));
	assert_true(quota_charge(&middle, 50));
	assert_true(quota_charge(&low, 100));
	quota_close(&low);
	assert_int_equal(middle.used, 150);
	quota_close(&middle);
	assert_int_equal(top.used, 150);
	assert_false(quota_charge(&low, 1));
	quota_uncharge(&low, 60);
	assert_int_equal(top.used, 90);
	quota_uncharge(&low, 40);
	quota_uncharge(&middle, 50);
	assert_int_equal(top.used, 0);
	assert_int_equal(middle.limit, 0);
	assert_int_equal(low.limit, 0);
}

#define QUOTAS 12

/* A tree of quotas beside plain numbers: what each has, and whom it comes from. */
static void random_quotas(void **state)
{
	static struct {
		struct quota quota;
		u64 own, children, limit;	/* own: charged and not given back */
		unsigned int parent, refs;
		bool open, used;
	} q[QUOTAS];
	u64 steps = host_steps(1000000);

	(void)state;
	host_seed();
	memset(q, 0, sizeof(q));
	quota_init_root(&q[0].quota, q[0].limit = 1UL << 20);
	q[0].open = q[0].used = true;
	for (host_step = 0; host_step < steps; host_step++) {
		unsigned int i = host_below(QUOTAS), j = 1 + host_below(QUOTAS - 1);
		u64 bytes = 1 + host_below(host_one_in(8) ? 1UL << 20 : 5000), up;
		bool fits;

		if (!q[i].used)
			continue;
		fits = q[i].open && q[i].own + q[i].children + bytes <= q[i].limit;
		switch (host_below(4)) {
		case 0:
			assert_int_equal(quota_charge(&q[i].quota, bytes), fits);
			q[i].own += fits ? bytes : 0;
			break;
		case 1:
			bytes = host_below(q[i].own + 1);
			quota_uncharge(&q[i].quota, bytes);
			q[i].own -= bytes;
			break;
		case 2:
			if (q[j].used || !q[i].open)
				break;
			assert_int_equal(quota_init(&q[j].quota, &q[i].quota, bytes), fits);
			if (!fits)
				break;
			q[j].used = q[j].open = true;
			q[j].own = q[j].children = q[j].refs = 0;
			q[j].limit = bytes;
			q[j].parent = i;
			q[i].refs++;
			break;
		case 3:
			if (!i || !q[i].open || q[i].refs)
				break;
			quota_close(&q[i].quota);
			q[i].open = false;
			break;
		}
		/* A closed one's limit is what it still uses; when that is nothing it can go. */
		for (unsigned int n = 1; n < QUOTAS; n++) {
			if (!q[n].used || q[n].open)
				continue;
			q[n].limit = q[n].own;
			if (!q[n].own) {
				q[n].used = false;
				q[q[n].parent].refs--;
			}
		}
		for (unsigned int n = 0; n < QUOTAS; n++)
			q[n].children = 0;
		for (unsigned int n = 1; n < QUOTAS; n++)
			if (q[n].used)
				q[q[n].parent].children += q[n].limit;
		for (unsigned int n = 0; n < QUOTAS; n++) {
			if (!q[n].used)
				continue;
			up = q[n].own + q[n].children;
			assert_int_equal(q[n].quota.used, up);
			assert_int_equal(q[n].quota.limit, q[n].limit);
		}
	}
	host_operations(steps);
}

static void pages_are_zero_and_charged(void **state)
{
	u64 free = kmem_free_bytes();
	void *page[64];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 64; i++) {
			page[i] = kmem_page_alloc(&host_quota);
			assert_int_equal((u64)page[i] % PAGE_SIZE, 0);
			assert_true(all_zero(page[i], PAGE_SIZE));
			memset(page[i], i + 1, PAGE_SIZE);
		}
		assert_int_equal(host_quota.used, 64 * PAGE_SIZE);
		assert_int_equal(kmem_free_bytes(), free - 64 * PAGE_SIZE);
		for (int i = 0; i < 64; i++) {
			assert_int_equal(*(u8 *)page[i], i + 1);
			kmem_page_free(&host_quota, page[i]);
		}
	}
}

static void a_spent_quota_gives_nothing(void **state)
{
	struct quota small;
	void *page, *object;

	(void)state;
	quota_init_root(&small, PAGE_SIZE + 100);
	page = kmem_page_alloc(&small);
	assert_non_null(page);
	assert_null(kmem_page_alloc(&small));
	assert_null(kmem_alloc(&small, 128));
	object = kmem_alloc(&small, 96);
	assert_non_null(object);
	assert_null(kmem_alloc(&small, 1));
	assert_int_equal(small.used, PAGE_SIZE + 96);
	kmem_free(&small, object, 96);
	kmem_page_free(&small, page);
	assert_int_equal(small.used, 0);
}

static void memory_runs_out_and_comes_back(void **state)
{
	u64 pages = 0, want = kmem_free_bytes() / PAGE_SIZE;
	void *page, *list = NULL;

	(void)state;
	while ((page = kmem_page_alloc(NULL))) {
		*(void **)page = list;
		list = page;
		pages++;
	}
	assert_int_equal(pages, want);
	assert_int_equal(kmem_free_bytes(), 0);
	assert_null(kmem_alloc(&host_quota, 32));
	assert_null(kmem_page_alloc(&host_quota));
	assert_int_equal(host_quota.used, 0);
	for (; list; list = page) {
		page = *(void **)list;
		kmem_page_free(NULL, list);
	}
}

static void sizes_and_alignment(void **state)
{
	(void)state;
	for (size_t size = 1; size <= KMEM_MAX_SIZE; size++) {
		u8 *a = kmem_alloc(&host_quota, size), *b = kmem_alloc(&host_quota, size);
		size_t charge = kmem_charge(size);

		assert_true(charge >= size && charge <= PAGE_SIZE);
		assert_int_equal(host_quota.used, 2 * charge);
		assert_int_equal((u64)a % 16, 0);
		assert_true(all_zero(a, size) && all_zero(b, size));
		assert_true(a + charge <= b || b + charge <= a);
		memset(a, 0xaa, charge);
		memset(b, 0xbb, charge);
		assert_int_equal(a[charge - 1], 0xaa);
		kmem_free(&host_quota, a, size);
		assert_int_equal(b[0], 0xbb);
		kmem_free(&host_quota, b, size);
	}
}

#define OBJECTS 3000

/* Random allocation: objects do not overlap, keep their contents, and empty slabs go back. */
static void random_objects(void **state)
{
	static struct {
		u8 *at;
		size_t size;
		u8 mark;
	} object[OBJECTS];
	u64 used = 0;

	(void)state;
	host_seed();
	for (int step = 0; step < 200000; step++) {
		unsigned int i = host_below(OBJECTS);

		if (object[i].at) {
			assert_int_equal(object[i].at[0], object[i].mark);
			assert_int_equal(object[i].at[object[i].size - 1], object[i].mark);
			used -= kmem_charge(object[i].size);
			kmem_free(&host_quota, object[i].at, object[i].size);
			object[i].at = NULL;
			continue;
		}
		object[i].size = 1 + host_below(host_below(20) ? 500 : KMEM_MAX_SIZE);
		object[i].mark = host_random();
		object[i].at = kmem_alloc(&host_quota, object[i].size);
		assert_true(all_zero(object[i].at, object[i].size));
		memset(object[i].at, object[i].mark, object[i].size);
		used += kmem_charge(object[i].size);
		assert_int_equal(host_quota.used, used);
	}
	for (int i = 0; i < OBJECTS; i++)
		if (object[i].at)
			kmem_free(&host_quota, object[i].at, object[i].size);
	/* All slabs are pages again, or this could not get every byte. */
	memory_runs_out_and_comes_back(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quota_limits),
		cmocka_unit_test(quota_closed_pays_back_later),
		cmocka_unit_test(random_quotas),
		cmocka_unit_test_setup_teardown(pages_are_zero_and_charged, host_begin, host_end),
		cmocka_unit_test_setup_teardown(a_spent_quota_gives_nothing, host_begin, host_end),
		cmocka_unit_test_setup_teardown(memory_runs_out_and_comes_back, host_begin, host_end),
		cmocka_unit_test_setup_teardown(sizes_and_alignment, host_begin, host_end),
		cmocka_unit_test_setup_teardown(random_objects, host_begin, host_end),
	};

	return cmocka_run_group_tests_name("kmem", tests, NULL, NULL);
}
