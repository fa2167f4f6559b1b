/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flexpage arithmetic, map, grant and unmap of memory and ports, windows of
 * IPC items, pinned pages, and what happens when memory runs out.
 */
#include "host.h"

#include <stdlib.h>

#define RW	(L4_RIGHT_R | L4_RIGHT_W)
#define RAM	(1UL << 30)		/* where sigma0 has frames */
#define GRANT	L4_FPAGE_GRANT

static struct space sigma0, a, b, c;

static int begin(void **state)
{
	host_begin(state);
	sigma0 = a = b = c = (struct space){ 0 };
	assert_int_equal(space_init(&sigma0, &host_quota), 0);
	assert_int_equal(space_init(&a, &host_quota), 0);
	assert_int_equal(space_init(&b, &host_quota), 0);
	assert_int_equal(space_init(&c, &host_quota), 0);
	assert_int_equal(map_root(&sigma0, L4_FPAGE_MEM, RAM, RAM, RAM, L4_RIGHTS_ALL), 0);
	assert_int_equal(map_root(&sigma0, L4_FPAGE_IO, 0, 0, 0x10000, L4_RIGHT_R), 0);
	return 0;
}

static void check(void)
{
	struct space *all[] = { &sigma0, &a, &b, &c };

	for (unsigned int i = 0; i < 4; i++) {
		if (!all[i]->paging.top)
			continue;
		host_check_tables(all[i]);
		host_check_nodes(all[i]);
	}
	host_tlb_check();
}

static int end(void **state)
{
	check();
	host_destroy(&sigma0);
	assert_int_equal(host_check_nodes(&a) + host_check_nodes(&b) + host_check_nodes(&c), 0);
	host_destroy(&a);
	host_destroy(&b);
	host_destroy(&c);
	return host_end(state);
}

static s64 map(struct space *from, u64 base, unsigned int order, u64 rights, struct space *to, u64 where)
{
	s64 result = map_fpage(from, l4_fpage_mem(base, order, rights), to, where, &host_work);

	check();
	return result;
}

static s64 unmap(struct space *space, u64 base, unsigned int order, u64 rights, u64 flags)
{
	int result = unmap_fpage(space, l4_fpage_mem(base, order, rights), flags, &host_work);

	check();
	return result;
}

static void malformed_flexpages(void **state)
{
	static const u64 bad[] = {
		(3UL << L4_FPAGE_TYPE_SHIFT) | 7,			/* no such type */
		(12UL << 6) | (3UL << L4_FPAGE_TYPE_SHIFT) | 7,
		L4_FPAGE_NONE, 7,					/* order 0 of memory */
		(11UL << 6) | 7, (48UL << 6) | 7, (62UL << 6) | 7,	/* orders of memory */
		RAM | (31UL << 6) | 7,					/* misaligned */
		RAM | (63UL << 6) | 7,					/* whole space, with a base */
		(1UL << 47) | (12UL << 6) | 7,				/* not canonical */
		(1UL << 46) | (47UL << 6) | 7,
		KERNEL_SLOT_BASE | (12UL << 6) | 7,
		KERNEL_SLOT_BASE | (39UL << 6) | 7,
		KERNEL_SLOT_BASE | (47UL << 6) | 7,			/* the upper half has the kernel's slot */
		(KERNEL_SLOT_END - PAGE_SIZE) | (12UL << 6) | 7,
		(1UL << 12) | (1UL << 6) | (1UL << 3) | 7,		/* ports: misaligned */
		(0x10000UL << 12) | (1UL << 3) | 7,			/* ports: too high */
		(17UL << 6) | (1UL << 3) | 7,				/* ports: too many */
		(0x8000UL << 12) | (16UL << 6) | (1UL << 3) | 7,
		(1UL << 63) | (1UL << 3) | 7,
		(0x10000UL << 12) | (2UL << 3) | 7,			/* slots */
		(3UL << 12) | (1UL << 6) | (2UL << 3) | 7,
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(map_fpage(&sigma0, bad[i], &a, 0, &host_work), -L4_EINVAL);
		assert_int_equal(map_fpage(&sigma0, bad[i], &a, l4_fpage_base(bad[i]), &host_work), -L4_EINVAL);
		assert_int_equal(unmap_fpage(&sigma0, bad[i], L4_UNMAP_SELF, &host_work), -L4_EINVAL);
		assert_int_equal(host_map_item(&sigma0, (struct l4_item){ bad[i], 0 }, &a,
					  l4_fpage_all(l4_fpage_type(bad[i]), 7), &host_work), -L4_EINVAL);
		assert_int_equal(host_map_item(&sigma0, (struct l4_item){ l4_fpage_mem(RAM, 12, 7), 0 }, &a,
					  bad[i], &host_work), -L4_EOVERFLOW);
	}
	assert_int_equal(unmap(&sigma0, RAM, 12, 7, 4), -L4_EINVAL);
	assert_int_equal(unmap(&sigma0, RAM, 12, 7, ~0UL), -L4_EINVAL);
}

static void bad_destinations(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 13, RW, &a, 0x1000), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, 0x1001), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, KERNEL_SLOT_BASE), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, KERNEL_SLOT_END - PAGE_SIZE), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, USER_LOWER_END), -L4_EINVAL);
	assert_int_equal(map(&sigma0, 0, 47, RW, &a, KERNEL_SLOT_BASE), -L4_EINVAL);
	assert_int_equal(map(&sigma0, 0, 63, RW, &a, 0x1000), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 12, L4_RIGHT_W, &a, 0), -L4_EINVAL);
	assert_int_equal(map(&a, RAM, 12, RW, &b, 0), -L4_EFAULT);
	assert_int_equal(map(&sigma0, 0, 12, RW, &b, 0), -L4_EFAULT);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, -PAGE_SIZE), 1);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, KERNEL_SLOT_END), 1);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, USER_LOWER_END - PAGE_SIZE), 1);
}

static void rights_and_leaf_sizes_travel(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 22, RW, &a, UPPER), 1024);
	host_expect(&a, UPPER + LARGE + 5, RAM + LARGE + 5, RW);
	assert_int_equal(map(&a, UPPER + LARGE, 21, 7, &b, 0x400000), 512);
	host_expect(&b, 0x400000, RAM + LARGE, RW);
	assert_int_equal(host_quota.used / PAGE_SIZE, (4 + 1 + 2 + 2 + 2) + 0UL);
	assert_int_equal(map(&b, 0x401000, 12, L4_RIGHT_R | L4_RIGHT_X, &c, 0x3000), 1);
	host_expect(&c, 0x3000, RAM + LARGE + 0x1000, L4_RIGHT_R);
	/* The whole space, with holes: what is there, at the same addresses. */
	assert_int_equal(map(&b, 0, 63, RW, &c, 0), 512);
	host_expect(&c, 0x401000, RAM + LARGE + 0x1000, RW);
	assert_int_equal(map(&a, 0, 47, RW, &c, 0), -L4_EFAULT);
}

static void small_leaves_become_large_ones(void **state)
{
	unsigned int level;

	(void)state;
	assert_int_equal(map(&sigma0, RAM, 21, 7, &a, 0x200000), 512);
	assert_int_equal(unmap(&a, 0x203000, 12, L4_RIGHT_W, L4_UNMAP_SELF), 0);
	assert_int_equal(map(&a, 0x200000, 21, L4_RIGHT_R, &b, 0x600000), 512);
	paging_walk(&b.paging, 0x600000, &level);
	assert_int_equal(level, 1);
	host_expect(&b, 0x603000, RAM + 0x3000, L4_RIGHT_R);
	assert_int_equal(map(&a, 0x200000, 21, RW, &c, 0x600000), 512);
	paging_walk(&c.paging, 0x600000, &level);
	assert_int_equal(level, 0);
	host_expect(&c, 0x603000, RAM + 0x3000, L4_RIGHT_R);
	host_expect(&c, 0x604000, RAM + 0x4000, RW);
}

static void expect_level(struct space *space, u64 va, unsigned int expected)
{
	unsigned int level;

	assert_true(paging_walk(&space->paging, va, &level));
	assert_int_equal(level, expected);
}

/* Of each size, with and without the largest pages: a part goes, is given away, loses rights, and all is whole again. */
static void every_size(void **state)
{
	(void)state;
	for (unsigned int order = 12; order <= 30; order++) {
		u64 size = 1UL << order, at = 1UL << 40, odd = at + size / 2;
		unsigned int level;

		paging_has_1g = order & 1 || order == 30;
		level = order == 30 ? 2 : order >= 21;
		assert_int_equal(map(&sigma0, RAM, order, 7, &a, at), size >> PAGE_SHIFT);
		expect_level(&a, at + size - 1, level);
		host_expect(&a, at + size - 1, RAM + size - 1, 7);
		if (order > 12) {
			assert_int_equal(unmap(&sigma0, RAM + size / 2, 12, L4_RIGHT_W, 0), 0);
			host_expect(&a, odd, RAM + size / 2, L4_RIGHT_R | L4_RIGHT_X);
			host_expect(&a, odd - 1, RAM + size / 2 - 1, 7);
			assert_int_equal(map(&a, odd, 12, 7 | GRANT, &b, 0x5000), 1);
			host_expect(&b, 0x5000, RAM + size / 2, L4_RIGHT_R | L4_RIGHT_X);
			host_expect(&a, odd, 0, 0);
			expect_level(&a, odd - 1, order > 21);
		}
		assert_int_equal(map(&sigma0, RAM, order, RW, &a, at), size >> PAGE_SHIFT);
		expect_level(&a, odd, level);
		host_expect(&a, odd, RAM + size / 2, RW);
		assert_int_equal(unmap(&sigma0, RAM, order, 7, 0), 0);
		host_expect(&a, at, 0, 0);
		host_expect(&b, 0x5000, 0, 0);
		assert_int_equal(host_check_nodes(&a) + host_check_nodes(&b), 0);
	}
}

static void unmap_is_recursive(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 16, 7, &a, 0x10000), 16);
	assert_int_equal(map(&a, 0x10000, 16, 7, &b, 0x20000), 16);
	assert_int_equal(map(&b, 0x24000, 12, 7, &c, 0x30000), 1);
	host_touch(&c, 0x30000);
	assert_int_equal(unmap(&a, 0x14000, 12, L4_RIGHT_W, 0), 0);
	host_expect(&a, 0x14000, RAM + 0x4000, 7);
	host_expect(&b, 0x24000, RAM + 0x4000, 5);
	host_expect(&c, 0x30000, RAM + 0x4000, 5);
	assert_int_equal(unmap(&sigma0, RAM + 0x4000, 13, L4_RIGHT_R, 0), 0);
	host_expect(&sigma0, RAM + 0x4000, RAM + 0x4000, 7);
	host_expect(&a, 0x14000, 0, 0);
	host_expect(&a, 0x13000, RAM + 0x3000, 7);
	host_expect(&b, 0x25000, 0, 0);
	host_expect(&b, 0x26000, RAM + 0x6000, 7);
	host_expect(&c, 0x30000, 0, 0);
	assert_int_equal(unmap(&a, 0, 63, 7, L4_UNMAP_SELF), 0);
	host_expect(&b, 0x26000, 0, 0);
	assert_int_equal(host_check_nodes(&a), 0);
}

static void what_was_there_goes_first(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 14, RW, &a, 0x10000), 4);
	assert_int_equal(map(&a, 0x11000, 12, RW, &b, 0x10000), 1);
	host_touch(&a, 0x11000);
	host_touch(&b, 0x10000);
	assert_int_equal(map(&sigma0, RAM + 0x8000, 12, RW, &a, 0x11000), 1);
	host_expect(&a, 0x11000, RAM + 0x8000, RW);
	host_expect(&a, 0x12000, RAM + 0x2000, RW);
	host_expect(&b, 0x10000, 0, 0);
	/* A page over itself, and over what it came from. */
	assert_int_equal(map(&a, 0x11000, 12, RW, &a, 0x11000), -L4_EFAULT);
	host_expect(&a, 0x11000, 0, 0);
	assert_int_equal(map(&a, 0x10000, 12, RW, &b, 0x10000), 1);
	assert_int_equal(map(&b, 0x10000, 12, RW, &a, 0x10000), -L4_EFAULT);
	host_expect(&a, 0x10000, 0, 0);
	host_expect(&b, 0x10000, 0, 0);
	/* Within one space. */
	assert_int_equal(map(&a, 0x12000, 13, RW, &a, 0x14000), 2);
	host_expect(&a, 0x15000, RAM + 0x3000, RW);
	assert_int_equal(unmap(&a, 0x12000, 13, 7, 0), 0);
	host_expect(&a, 0x15000, 0, 0);
}

static void granting_moves(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 14, 7, &a, 0x10000), 4);
	assert_int_equal(map(&a, 0x12000, 12, 7, &b, 0x1000), 1);
	host_touch(&a, 0x12000);
	assert_int_equal(map(&a, 0x12000, 12, RW | GRANT, &c, 0x2000), 1);
	host_expect(&a, 0x12000, 0, 0);
	host_expect(&a, 0x13000, RAM + 0x3000, 7);
	host_expect(&c, 0x2000, RAM + 0x2000, RW);
	assert_int_equal(unmap(&c, 0x2000, 12, 7, 0), 0);
	host_expect(&b, 0x1000, 0, 0);
	assert_int_equal(map(&a, 0x10000, 14, 7 | GRANT, &c, 0x10000), 3);
	assert_int_equal(host_check_nodes(&a), 0);
	assert_int_equal(unmap(&sigma0, RAM, 13, 7, 0), 0);
	host_expect(&c, 0x10000, 0, 0);
	host_expect(&c, 0x13000, RAM + 0x3000, 7);
	assert_int_equal(map(&c, 0x13000, 12, 7 | GRANT, &c, 0x20000), 1);
	host_expect(&c, 0x13000, 0, 0);
	host_expect(&c, 0x20000, RAM + 0x3000, 7);
}

static void windows_and_hot_spots(void **state)
{
	struct l4_item page = { l4_fpage_mem(RAM + 0x5000, 12, RW), 0x123456789 };
	struct l4_item large = { l4_fpage_mem(RAM, 16, RW), 0x7fff };

	(void)state;
	assert_int_equal(host_map_item(&sigma0, page, &a, l4_fpage_all(L4_FPAGE_MEM, 7), &host_work), 0);
	host_expect(&a, 0x123456000, RAM + 0x5000, RW);
	assert_int_equal(host_map_item(&sigma0, page, &a, l4_fpage_mem(0x40000, 14, 7), &host_work), 0);
	host_expect(&a, 0x42000, RAM + 0x5000, RW);
	/* The window is smaller: the hot spot picks what of the flexpage comes. */
	assert_int_equal(host_map_item(&sigma0, large, &a, l4_fpage_mem(0x80000, 14, 7), &host_work), 0);
	host_expect(&a, 0x80000, RAM + 0x4000, RW);
	host_expect(&a, 0x83000, RAM + 0x7000, RW);
	host_expect(&a, 0x84000, 0, 0);
	assert_int_equal(host_map_item(&sigma0, large, &a, l4_fpage_mem(0x90000, 16, 7), &host_work), 0);
	host_expect(&a, 0x9f000, RAM + 0xf000, RW);
	/* Whole to whole keeps addresses; whole to a window is cut to it. */
	large.what = l4_fpage_all(L4_FPAGE_MEM, RW);
	large.where = RAM + 0x3000;
	assert_int_equal(host_map_item(&sigma0, large, &a, l4_fpage_mem(0xa0000, 13, 7), &host_work), 0);
	host_expect(&a, 0xa1000, RAM + 0x3000, RW);
	assert_int_equal(host_map_item(&sigma0, large, &b, l4_fpage_all(L4_FPAGE_MEM, 7), &host_work), -L4_EINVAL);
	large.where = 0;
	assert_int_equal(host_map_item(&sigma0, large, &b, l4_fpage_all(L4_FPAGE_MEM, 7), &host_work), 0);
	host_expect(&b, RAM + 0x3000, RAM + 0x3000, RW);
	page.where = KERNEL_SLOT_BASE;
	assert_int_equal(host_map_item(&sigma0, page, &a, l4_fpage_all(L4_FPAGE_MEM, 7), &host_work), -L4_EINVAL);
	check();
}

static void ports(void **state)
{
	struct l4_item item = { l4_fpage_io(0x3f8, 3, 7), 0 };
	u64 version;

	(void)state;
	assert_int_equal(a.io_version, 0);
	assert_false(host_port_allowed(&a, 0x3f8));
	assert_int_equal(map_fpage(&sigma0, l4_fpage_io(0x3f8, 3, 7), &a, 0x3f8, &host_work), 8);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_io(0x3f8, 3, 7), &a, 0x3f0, &host_work), -L4_EINVAL);
	version = a.io_version;
	assert_true(version);
	assert_false(host_port_allowed(&a, 0x3f7));
	assert_true(host_port_allowed(&a, 0x3f8));
	assert_true(host_port_allowed(&a, 0x3ff));
	assert_false(host_port_allowed(&a, 0x400));
	assert_false(host_port_allowed(&a, 0x103f8));
	assert_int_equal(map_fpage(&a, l4_fpage_io(0x3fc, 2, 7), &b, 0x3fc, &host_work), 4);
	assert_int_equal(host_map_item(&sigma0, item, &c, l4_fpage_all(L4_FPAGE_IO, 7), &host_work), 0);
	assert_true(host_port_allowed(&c, 0x3fb));
	assert_int_equal(map_fpage(&sigma0, l4_fpage_io(0xcf8, 3, 7), &a, 0xcf8, &host_work), 8);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_io(0xfff8, 3, 7), &a, 0xfff8, &host_work), 8);
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_io(0x3fe, 0, 7), 0, &host_work), 0);
	assert_false(host_port_allowed(&a, 0x3fe));
	assert_false(host_port_allowed(&b, 0x3fe));
	assert_true(host_port_allowed(&b, 0x3ff));
	assert_true(host_port_allowed(&sigma0, 0x3fe));
	assert_true(a.io_version > version);
	assert_int_equal(map_fpage(&a, l4_fpage_all(L4_FPAGE_IO, 7), &c, 0, &host_work), 23);
	assert_int_equal(map_fpage(&a, l4_fpage_io(0xcf8, 3, 7) | GRANT, &b, 0xcf8, &host_work), 8);
	assert_false(host_port_allowed(&a, 0xcf8));
	assert_true(host_port_allowed(&b, 0xcf8) && host_port_allowed(&c, 0xcf8));
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_all(L4_FPAGE_IO, L4_RIGHT_W), 0, &host_work), 0);
	assert_true(host_port_allowed(&b, 0xcf8));
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_all(L4_FPAGE_IO, 7), 0, &host_work), 0);
	assert_false(host_port_allowed(&b, 0xcf8) || host_port_allowed(&c, 0xcf8));
	check();
}

static void pinned_pages_stay(void **state)
{
	void *page = kmem_page_alloc(&host_quota);

	(void)state;
	assert_int_equal(space_pin_page(&a, 0x5000, page), 0);
	host_expect(&a, 0x5000, virt_to_phys(page), RW);
	assert_int_equal(space_pin_page(&a, 0x5000, page), -L4_EBUSY);
	assert_int_equal(space_pin_page(&a, 0x5001, page), -L4_EINVAL);
	assert_int_equal(space_pin_page(&a, KERNEL_SLOT_BASE, page), -L4_EINVAL);
	assert_int_equal(map(&a, 0x5000, 12, RW, &b, 0x5000), -L4_EFAULT);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, 0x5000), -L4_EINVAL);
	assert_int_equal(map(&sigma0, RAM, 16, RW, &a, 0), -L4_EINVAL);
	assert_int_equal(host_check_nodes(&a), 0);
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, 0x4000), 1);
	assert_int_equal(map(&a, 0, 63, RW, &b, 0), 1);
	assert_int_equal(unmap(&a, 0, 63, 7, L4_UNMAP_SELF), 0);
	host_expect(&a, 0x5000, virt_to_phys(page), RW);
	host_expect(&b, 0x5000, 0, 0);
	host_touch(&a, 0x5000);
	space_unpin_page(&a, 0x5000);
	space_unpin_page(&a, 0x5000);
	check();
	host_expect(&a, 0x5000, 0, 0);
	kmem_page_free(&host_quota, page);
}

static void an_end_takes_all_derived(void **state)
{
	(void)state;
	assert_int_equal(map(&sigma0, RAM, 22, RW, &a, UPPER), 1024);
	assert_int_equal(map(&a, UPPER, 12, RW, &b, 0), 1);
	assert_int_equal(map(&b, 0, 12, RW, &c, 0x7000), 1);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_io(0, 16, 7), &a, 0, &host_work), 65536);
	assert_int_equal(map_fpage(&a, l4_fpage_io(0x80, 1, 7), &b, 0x80, &host_work), 2);
	host_touch(&c, 0x7000);
	host_destroy(&a);
	host_destroy(&a);
	check();
	host_expect(&c, 0x7000, 0, 0);
	assert_false(host_port_allowed(&b, 0x80));
	assert_int_equal(map(&sigma0, RAM, 12, RW, &a, 0), -L4_EINVAL);
	assert_int_equal(map(&a, 0, 12, RW, &b, 0), -L4_EINVAL);
	assert_int_equal(unmap_fpage(&a, l4_fpage_all(L4_FPAGE_MEM, 7), L4_UNMAP_SELF, &host_work), 0);
	assert_int_equal(space_pin_page(&a, 0, kmem_page_alloc), -L4_EINVAL);
}

/* With every possible amount of memory: an error, or all; and nothing leaks. */
static void out_of_memory_at_each_step(void **state)
{
	struct quota tight;
	s64 result = -L4_ENOMEM;

	(void)state;
	assert_int_equal(map(&sigma0, RAM + LARGE, 21, 7, &a, 0x200000), 512);
	assert_int_equal(unmap(&a, 0x205000, 12, L4_RIGHT_W, L4_UNMAP_SELF), 0);
	for (u64 limit = 0; result != 512; limit += 32) {
		quota_init_root(&tight, limit);
		b.quota = b.paging.quota = &tight;
		result = map(&a, 0x200000, 21, 7, &b, 0x40000000);
		assert_true(result == 512 || result == -L4_ENOMEM);
		if (result < 0)
			host_expect(&b, 0x40000000, 0, 0);
		else
			host_expect(&b, 0x40005000, RAM + LARGE + 0x5000, 5);
		unmap(&b, 0, 63, 7, L4_UNMAP_SELF);
		assert_int_equal(tight.used, 0);
		b.quota = b.paging.quota = &host_quota;
	}
}

/* Unmapping a part without memory to split: all of it goes, and what is derived too. */
static void unmap_without_memory(void **state)
{
	struct quota tight;

	(void)state;
	quota_init_root(&tight, 1UL << 30);
	host_destroy(&b);
	b = (struct space){ 0 };
	assert_int_equal(space_init(&b, &tight), 0);
	assert_int_equal(map(&sigma0, RAM, 21, 7, &b, 0), 512);
	assert_int_equal(map(&b, 0, 21, 7, &c, 0), 512);
	tight.limit = tight.used;
	/* Of a leaf that cannot be split more goes than is asked for, also from a TLB that has it in parts. */
	for (u64 at = 0; at < LARGE; at += PAGE_SIZE)
		host_touch(&b, at);
	assert_int_equal(unmap(&sigma0, RAM + 0x5000, 12, L4_RIGHT_W, 0), 0);
	host_tlb_check();
	host_expect(&b, 0x6000, RAM + 0x6000, 5);
	host_expect(&c, 0x6000, RAM + 0x6000, 7);
	host_expect(&c, 0x5000, RAM + 0x5000, 5);
	assert_int_equal(unmap(&sigma0, RAM + 0x5000, 12, 7, 0), 0);
	assert_int_equal(host_check_nodes(&b) + host_check_nodes(&c), 0);
	host_expect(&b, 0x6000, 0, 0);
	host_expect(&c, 0x6000, 0, 0);
	host_destroy(&b);
	assert_int_equal(tight.used, 0);
}

static void roots(void **state)
{
	struct space s = { 0 };
	struct quota tight;

	(void)state;
	assert_int_equal(space_init(&s, &host_quota), 0);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0, 0, 0, 7), 0);
	assert_int_equal(map_root(&s, L4_FPAGE_CAP, 1, 1, 1, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0x800, 0, PAGE_SIZE, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0, 0x800, PAGE_SIZE, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0, 0, 0x800, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, KERNEL_SLOT_BASE, 0, PAGE_SIZE, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0, 0, USER_LOWER_END + PAGE_SIZE, 7), -L4_EINVAL);
	/* From an odd start over an odd size, and to another address, in natural pieces. */
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0x3000, 0x3000, 0x9000, 7), 0);
	assert_int_equal(host_check_nodes(&s), 3);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0xb000, 0xb000, 0x1000, 7), -L4_EINVAL);
	assert_int_equal(map_root(&s, L4_FPAGE_MEM, 0x10000, 0x7000, 0x4000, 4), 0);
	assert_int_equal(host_check_nodes(&s), 7);
	host_expect(&s, 0xb000, 0xb000, 7);
	host_expect(&s, 0x13000, 0xa000, 4);
	assert_int_equal(map_root(&s, L4_FPAGE_IO, 0x3f8, 0x3f8, 8, 7), 0);
	host_destroy(&s);
	for (u64 limit = 0; limit < 0x9000; limit += 32) {
		s = (struct space){ 0 };
		quota_init_root(&tight, limit);
		if (space_init(&s, &tight))
			continue;
		assert_true(map_root(&s, L4_FPAGE_MEM, 0, 0, PAGE_SIZE, 7) != 0 || limit >= 0x4000);
		assert_true(map_root(&s, L4_FPAGE_IO, 0, 0, 0x10000, 7) != 0 || limit >= 0x3000);
		host_check_nodes(&s);
		host_check_tables(&s);
		host_destroy(&s);
		assert_int_equal(tight.used, 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(malformed_flexpages), TEST(bad_destinations), TEST(rights_and_leaf_sizes_travel),
		TEST(small_leaves_become_large_ones), TEST(every_size), TEST(unmap_is_recursive),
		TEST(what_was_there_goes_first), TEST(granting_moves), TEST(windows_and_hot_spots),
		TEST(ports), TEST(pinned_pages_stay), TEST(an_end_takes_all_derived),
		TEST(out_of_memory_at_each_step), TEST(unmap_without_memory), TEST(roots),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
