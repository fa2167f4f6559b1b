/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database by itself: the index with many nodes,
 * splitting with deep and wide derivations, moving, and running out of memory.
 */
#include "host.h"

#include <stdlib.h>

#define SPACES	5
#define MANY	100000

static struct space space[SPACES];
static struct quota quota[SPACES];
static u64 gone_count, gone_bytes;
static struct map_cursor cursor;

static int begin(void **state)
{
	host_begin(state);
	gone_count = gone_bytes = 0;
	for (unsigned int i = 0; i < SPACES; i++) {
		quota_init_root(&quota[i], 1UL << 40);
		space[i] = (struct space){ .quota = &quota[i] };
	}
	return 0;
}

static int end(void **state)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		assert_null(space[i].index[0].root);
		assert_int_equal(quota[i].used, 0);
	}
	return host_end(state);
}

static bool gone(struct map_node *node, struct map_cursor *unused)
{
	(void)unused;
	assert_null(node->children);
	gone_count++;
	gone_bytes += 1UL << node->order;
	return true;
}

static struct map_node *insert(unsigned int s, u64 base, unsigned int order, u64 origin,
			       struct map_node *parent)
{
	struct map_node *node = mapdb_insert(&space[s], L4_FPAGE_MEM, base, order, origin, parent);

	assert_non_null(node);
	return node;
}

static struct map_node *find(unsigned int s, u64 first, u64 last)
{
	return mapdb_find(&space[s], L4_FPAGE_MEM, first, last);
}

static u64 check_all(void)
{
	u64 count = 0;

	for (unsigned int i = 0; i < SPACES; i++)
		count += host_check_nodes(&space[i]);
	return count;
}

static void finding_overlaps(void **state)
{
	struct map_node *low, *high, *top;

	(void)state;
	low = insert(0, 0x4000, 14, 0, NULL);
	high = insert(0, 0x10000, 12, 0, NULL);
	top = insert(0, -0x1000UL, 12, 0x1000, NULL);
	assert_null(find(0, 0, 0x3fff));
	assert_ptr_equal(find(0, 0, 0x4000), low);
	assert_ptr_equal(find(0, 0x7fff, 0x7fff), low);
	assert_ptr_equal(find(0, 0, ~0UL), low);
	assert_null(find(0, 0x8000, 0xffff));
	assert_ptr_equal(find(0, 0x8000, 0x10000), high);
	assert_null(find(0, 0x11000, ~0UL - 0x1000));
	assert_ptr_equal(find(0, 0x11000, ~0UL), top);
	mapdb_delete(low, gone, &cursor);
	mapdb_delete(high, gone, &cursor);
	mapdb_delete(top, gone, &cursor);
}

static void a_hundred_thousand_nodes(void **state)
{
	static u32 order[MANY];

	(void)state;
	host_seed();
	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int j = host_below(i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	for (unsigned int i = 0; i < MANY; i++)
		insert(0, order[i] * 2 * PAGE_SIZE, 12, 0, NULL);
	assert_int_equal(check_all(), MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		struct map_node *node = find(0, i * 2 * PAGE_SIZE, i * 2 * PAGE_SIZE);

		assert_int_equal(node->base, i * 2 * PAGE_SIZE);
		assert_null(find(0, node->base + PAGE_SIZE, node->base + PAGE_SIZE));
	}
	for (unsigned int i = 0; i < MANY; i++) {
		mapdb_delete(find(0, order[i] * 2 * PAGE_SIZE, ~0UL), gone, &cursor);
		if (i % 9999 == 0)
			assert_int_equal(check_all(), MANY - 1 - i);
	}
}

/* Each derived from the one before, to and fro: nothing may recurse along it. */
static void a_chain_of_a_hundred_thousand(void **state)
{
	struct map_node *root = insert(0, 0, 13, 0, NULL), *node = root;

	(void)state;
	for (u64 i = 1; i < MANY; i++)
		node = insert(i & 1, i << 13, 13, 0, node);
	assert_int_equal(check_all(), MANY);
	mapdb_revoke(find(1, 3UL << 13, 3UL << 13), 3UL << 13, (3UL << 13) + 0xfff, true, gone, &cursor);
	assert_int_equal(gone_count, MANY - 3);
	/* The first three are whole; of the others the upper halves are left. */
	assert_int_equal(check_all(), MANY);
	assert_int_equal(root->order, 13);
	mapdb_delete(root, gone, &cursor);
	assert_int_equal(gone_count, MANY - 3 + MANY);
}

static void splitting_takes_descendants_along(void **state)
{
	struct map_node *root = insert(0, 0x100000, 16, 0x70000, NULL);
	struct map_node *same = insert(1, 0x200000, 16, 0x70000, root);
	struct map_node *same2 = insert(2, 0x300000, 16, 0x70000, same);

	(void)state;
	insert(1, 0x400000, 12, 0x73000, root);		/* a page of the lower half */
	insert(3, 0x500000, 13, 0x7c000, same2);	/* two pages of the upper half */
	insert(4, 0x600000, 15, 0x78000, same);		/* the upper half */
	assert_int_equal(check_all(), 6);

	/* Page 0xd of the root and of all that cover it. */
	mapdb_revoke(root, 0x10d000, 0x10dfff, true, gone, &cursor);
	/* root, same, same2, the two pages, the upper half: one page each */
	assert_int_equal(gone_count, 5);
	assert_int_equal(gone_bytes, 5 * PAGE_SIZE);
	check_all();
	assert_null(find(0, 0x10d000, 0x10dfff));
	assert_null(find(1, 0x20d000, 0x20dfff));
	assert_null(find(2, 0x30d000, 0x30dfff));
	assert_null(find(3, 0x501000, 0x501fff));
	assert_null(find(4, 0x605000, 0x605fff));
	assert_int_equal(find(3, 0x500000, 0x500fff)->parent->base, 0x30c000);
	assert_int_equal(find(1, 0x400000, 0x400fff)->parent->base, 0x100000);
	assert_int_equal(find(2, 0x300000, 0x300fff)->order, 15);
	assert_int_equal(find(2, 0x308000, 0x308fff)->order, 14);
	assert_int_equal(find(2, 0x30e000, 0x30efff)->order, 13);

	/* Without self: the node stays whole, what is below goes. */
	gone_count = 0;
	mapdb_revoke(find(0, 0x100000, 0x100fff), 0x102000, 0x103fff, false, gone, &cursor);
	assert_int_equal(find(0, 0x100000, 0x100fff)->order, 15);
	assert_null(find(1, 0x400000, 0x400fff));
	assert_null(find(1, 0x202000, 0x203fff));
	assert_int_equal(find(1, 0x200000, 0x201fff)->order, 13);
	assert_int_equal(gone_count, 3);
	check_all();

	while (find(0, 0, ~0UL))
		mapdb_delete(find(0, 0, ~0UL), gone, &cursor);
}

/* A page is taken: each space splits its own nodes, and who cannot loses his, with what is derived from it. */
static void who_cannot_pay_for_a_split_loses_the_node(void **state)
{
	struct map_node *root = insert(0, 0, 16, 0, NULL), *top, *poor;

	(void)state;
	top = insert(2, 0, 16, 0, root);
	poor = insert(1, 0, 16, 0, top);
	insert(3, 0, 16, 0, poor);
	insert(4, 0, 16, 0, top);
	quota[1].limit = quota[1].used + 2 * kmem_charge(sizeof(struct map_node));
	mapdb_revoke(root, 0x3000, 0x3fff, false, gone, &cursor);
	check_all();
	/* Two splits were possible: then 16 KiB went. */
	for (unsigned int s = 1; s < 4; s += 2) {
		assert_null(find(s, 0, 0x3fff));
		assert_int_equal(find(s, 0, ~0UL)->base, 0x4000);
		assert_int_equal(find(s, 0x8000, ~0UL)->order, 15);
	}
	/* Those who can pay have lost the page and no more: above it, and beside it. */
	for (unsigned int s = 2; s < 5; s += 2) {
		assert_int_equal(find(s, 0, ~0UL)->order, 13);
		assert_int_equal(find(s, 0x2000, 0x2fff)->order, 12);
		assert_null(find(s, 0x3000, 0x3fff));
		assert_int_equal(find(s, 0x4000, ~0UL)->order, 14);
	}
	assert_int_equal(root->order, 16);
	/* The node itself cannot be split: it goes. */
	quota[0].limit = quota[0].used;
	mapdb_revoke(root, 0x3000, 0x3fff, true, gone, &cursor);
	assert_int_equal(check_all(), 0);
}

/* The same when a part is to be given away. */
static void a_poor_descendant_does_not_keep_a_node_from_being_split(void **state)
{
	struct map_node *root = insert(0, 0, 13, 0, NULL), *page;

	(void)state;
	insert(1, 0, 13, 0, root);
	insert(2, 0x1000, 12, 0x1000, root);
	quota[1].limit = quota[1].used;
	page = mapdb_isolate(root, 0x1000, 12, gone);
	assert_int_equal(page->order, 12);
	assert_null(find(1, 0, ~0UL));
	assert_ptr_equal(find(2, 0x1000, 0x1fff)->parent, page);
	check_all();
	mapdb_delete(root, gone, &cursor);
	mapdb_delete(page, gone, &cursor);
}

struct seen {
	struct space *space;
	u64 first, last;
};

static struct seen seen[16];
static unsigned int seen_count;

static bool see(struct map_node *node, u64 first, u64 last, u64 arg, struct map_cursor *unused)
{
	(void)unused;
	assert_int_equal(arg, 99);
	seen[seen_count++] = (struct seen){ map_node_space(node), first, last };
	return true;
}

static void visiting_shows_the_overlap(void **state)
{
	struct map_node *root = insert(0, 0x10000, 16, 0, NULL);
	struct map_node *child = insert(1, 0x80000, 14, 0x4000, root);

	(void)state;
	insert(2, 0x5000, 12, 0x5000, child);
	insert(2, 0x7000, 12, 0x7000, child);
	insert(3, 0, 13, 0, root);
	seen_count = 0;
	mapdb_visit(root, 0x14000, 0x15fff, true, see, 99, &cursor);
	assert_int_equal(seen_count, 3);
	assert_int_equal(seen[0].first, 0x14000);
	assert_int_equal(seen[1].first, 0x80000);
	assert_int_equal(seen[1].last, 0x81fff);
	assert_ptr_equal(seen[2].space, &space[2]);
	assert_int_equal(seen[2].first, 0x5000);
	seen_count = 0;
	mapdb_visit(child, 0x80000, 0x80fff, false, see, 99, &cursor);
	assert_int_equal(seen_count, 0);
	mapdb_visit(child, 0x83000, 0x83fff, true, see, 99, &cursor);
	assert_int_equal(seen_count, 2);
	mapdb_delete(root, gone, &cursor);
	assert_int_equal(gone_count, 5);
}

static void moving_keeps_descendants(void **state)
{
	struct map_node *root = insert(0, 0, 16, 0x50000, NULL), *half;

	(void)state;
	insert(1, 0x9000, 12, 0x59000, root);
	half = mapdb_isolate(root, 0x8000, 15, gone);
	assert_int_equal(half->base, 0x8000);
	quota[3].limit = 0;
	assert_null(mapdb_move(half, &space[3], 0x100000));
	quota[3].limit = 1000;
	half = mapdb_move(half, &space[3], 0x100000);
	assert_non_null(half);
	assert_int_equal(check_all(), 3);
	mapdb_revoke(half, 0x101000, 0x101fff, false, gone, &cursor);
	assert_int_equal(gone_count, 1);
	mapdb_delete(half, gone, &cursor);
	mapdb_delete(root, gone, &cursor);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(finding_overlaps), TEST(a_hundred_thousand_nodes),
		TEST(a_chain_of_a_hundred_thousand), TEST(splitting_takes_descendants_along),
		TEST(who_cannot_pay_for_a_split_loses_the_node),
		TEST(a_poor_descendant_does_not_keep_a_node_from_being_split), TEST(visiting_shows_the_overlap),
		TEST(moving_keeps_descendants),
	};

	return cmocka_run_group_tests_name("mapdb", tests, NULL, NULL);
}
