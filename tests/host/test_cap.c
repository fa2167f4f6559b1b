/* SPDX-License-Identifier: GPL-2.0 */
/* Capability tables, mapping of capabilities, and when objects lose their last one. */
#include "host.h"

#include <stdlib.h>

static struct space a, b, c;
static struct object gate = { .type = OBJECT_GATE }, task = { .type = OBJECT_TASK };

static int begin(void **state)
{
	host_begin(state);
	a = b = c = (struct space){ 0 };
	gate.caps = task.caps = 0;
	assert_int_equal(space_init(&a, &host_quota), 0);
	assert_int_equal(space_init(&b, &host_quota), 0);
	assert_int_equal(space_init(&c, &host_quota), 0);
	return 0;
}

static int end(void **state)
{
	host_destroy(&a);
	host_destroy(&b);
	host_destroy(&c);
	assert_int_equal(gate.caps, 0);
	assert_int_equal(task.caps, 0);
	return host_end(state);
}

static s64 map(struct space *from, u64 slot, struct space *to, u64 where, u64 rights)
{
	return map_fpage(from, l4_fpage_cap(slot, 0, rights), to, where, &host_work);
}

static void lookup_checks_everything(void **state)
{
	int error = 77;

	(void)state;
	assert_null(cap_lookup(&a, 5, OBJECT_GATE, 0, &error));
	assert_int_equal(error, -L4_ENOCAP);
	assert_int_equal(cap_insert_root(&a, 5, &gate, L4_RIGHT_W | L4_RIGHT_R), 0);
	error = 77;
	assert_ptr_equal(cap_lookup(&a, 5, OBJECT_GATE, L4_RIGHT_W, &error), &gate);
	assert_ptr_equal(cap_lookup(&a, 5, OBJECT_NONE, 0, &error), &gate);
	assert_int_equal(error, 77);
	assert_null(cap_lookup(&a, 5, OBJECT_TASK, 0, &error));
	assert_int_equal(error, -L4_ENOCAP);
	assert_null(cap_lookup(&a, 5, OBJECT_GATE, L4_RIGHT_X, &error));
	assert_int_equal(error, -L4_ERIGHTS);
	assert_null(cap_lookup(&a, 6, OBJECT_NONE, 0, &error));
	assert_null(cap_lookup(&a, 5 + L4_CAP_SLOTS, OBJECT_NONE, 0, &error));
	assert_null(cap_lookup(&a, ~0UL, OBJECT_NONE, 0, &error));
	assert_int_equal(error, -L4_ENOCAP);
}

static void slots_in_use_and_out_of_range(void **state)
{
	(void)state;
	assert_int_equal(cap_insert_root(&a, 0, &gate, 7), -L4_EINVAL);
	assert_int_equal(cap_insert_root(&a, L4_CAP_SLOTS, &gate, 7), -L4_EINVAL);
	assert_int_equal(cap_insert_root(&a, ~0UL, &gate, 7), -L4_EINVAL);
	assert_int_equal(cap_insert_root(&a, L4_CAP_SLOTS - 1, &gate, 7), 0);
	assert_int_equal(cap_insert_root(&a, L4_CAP_SLOTS - 1, &task, 7), -L4_EEXIST);
	assert_int_equal(gate.caps, 1);
	assert_int_equal(task.caps, 0);
	unmap_fpage(&a, l4_fpage_cap(L4_CAP_SLOTS - 1, 0, 7), L4_UNMAP_SELF, &host_work);
	unmap_fpage(&a, l4_fpage_cap(L4_CAP_SLOTS - 1, 0, 7), L4_UNMAP_SELF, &host_work);
	unmap_fpage(&a, l4_fpage_cap(12, 0, 7), L4_UNMAP_SELF, &host_work);
	assert_int_equal(host_objects_dead, 1);
}

static void rights_only_shrink(void **state)
{
	int error;

	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, L4_RIGHT_W | L4_RIGHT_R), 0);
	assert_int_equal(map(&a, 1, &b, 2, L4_RIGHTS_ALL), 1);
	assert_null(cap_lookup(&b, 2, OBJECT_GATE, L4_RIGHT_X, &error));
	assert_int_equal(map(&b, 2, &c, 3, L4_RIGHT_W), 1);
	assert_non_null(cap_lookup(&c, 3, OBJECT_GATE, L4_RIGHT_W, &error));
	/* Without R it cannot be mapped or granted onwards. */
	assert_int_equal(map(&c, 3, &a, 9, L4_RIGHTS_ALL), -L4_EFAULT);
	assert_int_equal(map_fpage(&c, l4_fpage_cap(3, 0, 7) | L4_FPAGE_GRANT, &a, 9, &host_work), -L4_EFAULT);
	assert_int_equal(gate.caps, 3);
	assert_int_equal(map(&a, 1, &b, 2, 7), -L4_EEXIST);
	assert_int_equal(map(&a, 1, &b, 0, 7), -L4_EINVAL);
	assert_int_equal(map(&a, 1, &b, L4_CAP_SLOTS, 7), -L4_EINVAL);
	assert_int_equal(map(&a, 1, &b, ~0UL, 7), -L4_EINVAL);
	assert_int_equal(map(&a, 2, &b, 7, 7), -L4_EFAULT);
	assert_int_equal(gate.caps, 3);
}

static void unmap_reaches_all_that_was_derived(void **state)
{
	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, 7), 0);
	assert_int_equal(map(&a, 1, &b, 2, 7), 1);
	assert_int_equal(map(&b, 2, &c, 3, 7), 1);
	assert_int_equal(map(&c, 3, &a, 4, 7), 1);
	assert_int_equal(map(&a, 1, &c, 9, 7), 1);
	assert_int_equal(gate.caps, 5);
	assert_int_equal(unmap_fpage(&b, l4_fpage_cap(2, 0, L4_RIGHT_X), 0, &host_work), 0);
	assert_int_equal(gate.caps, 3);
	assert_int_equal(unmap_fpage(&a, l4_fpage_cap(1, 0, 0), L4_UNMAP_SELF, &host_work), 0);
	assert_int_equal(gate.caps, 3);
	assert_int_equal(unmap_fpage(&a, l4_fpage_cap(1, 0, 7), L4_UNMAP_SELF, &host_work), 0);
	assert_int_equal(gate.caps, 0);
	assert_int_equal(host_objects_dead, 1);
}

static void many_slots_at_once(void **state)
{
	(void)state;
	for (u64 slot = 16; slot < 32; slot += 3)
		assert_int_equal(cap_insert_root(&a, slot, &gate, 7), 0);
	assert_int_equal(map_fpage(&a, l4_fpage_cap(16, 4, 7), &b, 1024, &host_work), 6);
	assert_int_equal(cap_word(&b, 1024 + 3), (u64)&gate | 7);
	assert_int_equal(map_fpage(&a, l4_fpage_cap(16, 4, 7), &b, 1025, &host_work), -L4_EINVAL);
	assert_int_equal(map_fpage(&a, l4_fpage_cap(16, 4, 7), &b, 1024, &host_work), -L4_EEXIST);
	assert_int_equal(unmap_fpage(&a, l4_fpage_all(L4_FPAGE_CAP, 7), 0, &host_work), 0);
	assert_int_equal(gate.caps, 6);
	host_check_nodes(&a);
	assert_int_equal(host_check_nodes(&b), 0);
}

static void grant_moves(void **state)
{
	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, 7), 0);
	assert_int_equal(map(&a, 1, &c, 1, 7), 1);
	assert_int_equal(map_fpage(&a, l4_fpage_cap(1, 0, 6) | L4_FPAGE_GRANT, &b, 2, &host_work), 1);
	assert_int_equal(cap_word(&a, 1), 0);
	assert_int_equal(cap_word(&b, 2), (u64)&gate | 6);
	assert_int_equal(host_objects_dead, 0);
	/* What was derived before follows the node. */
	assert_int_equal(unmap_fpage(&b, l4_fpage_cap(2, 0, 7), 0, &host_work), 0);
	assert_int_equal(gate.caps, 1);
}

static void no_memory_changes_nothing(void **state)
{
	static const u64 costs[] = { 0, 96, 1344, 1344 + 4096 };
	struct quota tight;

	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, 7), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(costs); i++) {
		struct quota *quota = b.quota;
		u64 used;

		quota_init_root(&tight, costs[i]);
		b.quota = &tight;
		assert_int_equal(map(&a, 1, &b, 2, 7), -L4_ENOMEM);
		assert_int_equal(map_fpage(&a, l4_fpage_cap(1, 0, 7) | L4_FPAGE_GRANT, &b, 2, &host_work),
				 -L4_ENOMEM);
		assert_int_equal(cap_insert_root(&b, 2, &task, 7), -L4_ENOMEM);
		used = tight.used;
		assert_true(used == 0 || used == 1344);		/* the empty table stays */
		assert_int_equal(host_check_nodes(&b), 0);
		assert_int_equal(cap_word(&a, 1), (u64)&gate | 7);
		cap_free_table(&b);
		b.quota = quota;
	}
	assert_int_equal(gate.caps, 1);
	assert_int_equal(task.caps, 0);
}

static void windows(void **state)
{
	struct l4_item item = { l4_fpage_cap(1, 0, 7), 3UL << 12 };

	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, 7), 0);
	assert_int_equal(host_map_item(&a, item, &b, L4_FPAGE_NONE, &host_work), -L4_EOVERFLOW);
	assert_int_equal(host_map_item(&a, item, &b, l4_fpage_mem(0, 63, 7), &host_work), -L4_EOVERFLOW);
	assert_int_equal(host_map_item(&a, item, &b, l4_fpage_cap(64, 3, 7), &host_work), 0);
	assert_int_equal(cap_word(&b, 67), (u64)&gate | 7);
	assert_int_equal(host_map_item(&a, item, &b, l4_fpage_cap(65, 3, 7), &host_work), -L4_EOVERFLOW);
	assert_int_equal(host_map_item(&a, item, &b, l4_fpage_all(L4_FPAGE_CAP, 7), &host_work), 0);
	assert_int_equal(cap_word(&b, 3), (u64)&gate | 7);
}

static void dead_spaces_and_guests_take_nothing(void **state)
{
	struct space guest = { 0 };

	(void)state;
	assert_int_equal(cap_insert_root(&a, 1, &gate, 7), 0);
	assert_int_equal(space_init_guest(&guest, &a), 0);
	assert_int_equal(map(&a, 1, &guest, 2, 7), -L4_EINVAL);
	assert_int_equal(map(&guest, 1, &a, 2, 7), -L4_EINVAL);
	assert_int_equal(cap_insert_root(&guest, 2, &gate, 7), -L4_EINVAL);
	host_destroy(&b);
	assert_int_equal(map(&a, 1, &b, 2, 7), -L4_EINVAL);
	assert_int_equal(cap_insert_root(&b, 2, &gate, 7), -L4_EINVAL);
	host_destroy(&guest);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(lookup_checks_everything), TEST(slots_in_use_and_out_of_range),
		TEST(rights_only_shrink), TEST(unmap_reaches_all_that_was_derived),
		TEST(many_slots_at_once), TEST(grant_moves), TEST(no_memory_changes_nothing),
		TEST(windows), TEST(dead_spaces_and_guests_take_nothing),
	};

	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
