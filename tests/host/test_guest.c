/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guests: the two views, batches and their errors, aliases in a host's upper
 * half, and that what a host loses its guests lose.
 */
#include "host.h"

#include <stdlib.h>

#define RW	(L4_RIGHT_R | L4_RIGHT_W)
#define RAM	(1UL << 30)
#define VMALLOC	0xffffc90000000000UL
#define MANY		0xffffe90000000000UL
#define ALL	(USER_LOWER_END >> PAGE_SHIFT)

static struct space sigma0, host, other, guest, guest2;

static int begin(void **state)
{
	host_begin(state);
	sigma0 = host = other = guest = guest2 = (struct space){ 0 };
	assert_int_equal(space_init(&sigma0, &host_quota), 0);
	assert_int_equal(space_init(&host, &host_quota), 0);
	assert_int_equal(space_init(&other, &host_quota), 0);
	assert_int_equal(map_root(&sigma0, L4_FPAGE_MEM, RAM, RAM, 4 * LARGE, L4_RIGHTS_ALL), 0);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 22, 7), &host, UPPER + RAM, &host_work), 1024);
	assert_int_equal(space_init_guest(&guest, &host), 0);
	assert_int_equal(space_init_guest(&guest2, &host), 0);
	return 0;
}

static void check(void)
{
	struct space *all[] = { &sigma0, &host, &other, &guest, &guest2 };

	for (unsigned int i = 0; i < 5; i++)
		if (all[i]->paging.top)
			host_check_tables(all[i]);
	host_tlb_check();
}

static int end(void **state)
{
	check();
	host_destroy(&sigma0);
	host_destroy(&guest2);
	host_destroy(&host);
	host_destroy(&guest);
	host_destroy(&other);
	return host_end(state);
}

static struct l4_utcb utcb;

/* One entry. */
static int update(struct space *target, u64 word, u64 host_va, u64 pages)
{
	u64 done = 77;
	int error;

	utcb.batch[0] = (struct l4_batch_entry){ word, host_va, pages };
	error = guest_update(&host, target, &utcb, 1, &done, &host_work);
	assert_int_equal(done, !error);
	check();
	return error;
}

static int map(struct space *target, u64 va, u64 offset, u64 pages, u64 rights)
{
	return update(target, va | L4_BATCH_MAP | rights, UPPER + RAM + offset, pages);
}

static int unmap(struct space *target, u64 va, u64 pages, u64 rights)
{
	return update(target, va | L4_BATCH_UNMAP | rights, 0xdeadbeef, pages);
}

static void views(void **state)
{
	(void)state;
	assert_true(space_is_guest(&guest) && !space_is_guest(&host));
	host_expect(&guest, UPPER + RAM + 5, RAM + 5, 7);
	assert_int_equal(guest.guest_top[(UPPER >> 39) & 511], 0);
	assert_int_equal(map(&guest, 0x400000, 0x1000, 1, RW), 0);
	assert_true(guest.guest_top[0]);
	host_expect(&guest, 0x400000, RAM + 0x1000, RW);
	host_expect(&guest2, 0x400000, 0, 0);
	host_expect(&host, 0x400000, 0, 0);
	/* A new top-level entry of the host shows in its guests' host views, and goes there too. */
	assert_int_equal(map(NULL, VMALLOC, 0x2000, 1, RW), 0);
	host_expect(&guest2, VMALLOC, RAM + 0x2000, RW);
	assert_int_equal(guest2.guest_top[(VMALLOC >> 39) & 511], 0);
	assert_int_equal(unmap(NULL, VMALLOC, 1, 7), 0);
	assert_int_equal(guest2.paging.top[(VMALLOC >> 39) & 511], 0);
	assert_int_equal(unmap(&guest, 0x400000, 1, 7), 0);
	assert_int_equal(guest.guest_top[0], 0);
	assert_int_equal(space_init_guest(&other, &guest), -L4_EINVAL);
}

static void nothing_bad_is_carried_out(void **state)
{
	static const struct {
		u64 va, pages;
	} bad[] = {
		{ 0, 0 }, { 0, ALL + 1 }, { PAGE_SIZE, ALL }, { 0, ~0UL }, { 0, 1UL << 52 },
		{ 0, (1UL << 52) + 1 }, { USER_LOWER_END - PAGE_SIZE, 2 }, { USER_LOWER_END, 1 },
		{ KERNEL_SLOT_BASE, 1 }, { KERNEL_SLOT_END - PAGE_SIZE, 1 },
		{ KERNEL_SLOT_END - PAGE_SIZE, 2 }, { 1UL << 60, 1 }, { -PAGE_SIZE, 2 },
	};
	u64 used = host_quota.used;
	u64 done;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(map(&guest, bad[i].va, 0, bad[i].pages, RW), -L4_EINVAL);
		assert_int_equal(map(NULL, bad[i].va, 0, bad[i].pages, RW), -L4_EINVAL);
		assert_int_equal(unmap(&guest, bad[i].va, bad[i].pages, 7), -L4_EINVAL);
		assert_int_equal(unmap(NULL, bad[i].va, bad[i].pages, 7), -L4_EINVAL);
		/* As a source. */
		assert_int_equal(update(&guest, 0x1000 | RW, bad[i].va, bad[i].pages),
				 bad[i].pages == 1 && bad[i].va >= KERNEL_SLOT_END ? -L4_EFAULT :
										     -L4_EINVAL);
	}
	/* A guest's half only for guests, the host's only for itself. */
	assert_int_equal(map(&guest, VMALLOC, 0, 1, RW), -L4_EINVAL);
	assert_int_equal(map(NULL, 0x1000, 0, 1, RW), -L4_EINVAL);
	assert_int_equal(unmap(NULL, 0, ALL, 7), -L4_EINVAL);
	for (u64 bit = 32; bit < PAGE_SIZE; bit <<= 1)
		assert_int_equal(map(&guest, 0x1000 | bit, 0, 1, RW), -L4_EINVAL);
	assert_int_equal(map(&guest, 0x1000, 0, 1, L4_RIGHT_W), -L4_EINVAL);
	assert_int_equal(map(&guest, 0x1000, 0x10, 1, RW), -L4_EINVAL);
	/* Not there, or less there. */
	assert_int_equal(map(&guest, 0x1000, 4 * LARGE, 1, RW), -L4_EFAULT);
	assert_int_equal(unmap_fpage(&host, l4_fpage_mem(UPPER + RAM, 12, L4_RIGHT_W), 1, &host_work), 0);
	used = host_quota.used;
	assert_int_equal(map(&guest, 0x1000, 0, 1, RW), -L4_EFAULT);
	assert_int_equal(map(&guest, 0x1000, 0, 1, L4_RIGHT_R), 0);
	assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
	assert_int_equal(host_quota.used, used);
	/* Targets and counts. */
	assert_int_equal(guest_update(&other, &guest, NULL, 1, &done, &host_work), -L4_EINVAL);
	assert_int_equal(guest_update(&host, &other, NULL, 1, &done, &host_work), -L4_EINVAL);
	assert_int_equal(guest_update(&host, &host, NULL, 1, &done, &host_work), -L4_EINVAL);
	assert_int_equal(guest_update(&guest, NULL, NULL, 1, &done, &host_work), -L4_EINVAL);
	assert_int_equal(guest_update(&host, &guest, NULL, 0, &done, &host_work), -L4_EINVAL);
	assert_int_equal(guest_update(&host, &guest, NULL, L4_BATCH_MAX + 1, &done, &host_work), -L4_EINVAL);
	assert_int_equal(done, 0);
}

static void a_batch_stops_at_its_first_error(void **state)
{
	struct l4_batch_entry *batch = utcb.batch;
	u64 done;

	(void)state;
	for (u64 i = 0; i < L4_BATCH_MAX; i++)
		batch[i] = (struct l4_batch_entry){ 0x10000 + i * 2 * PAGE_SIZE + RW,
						    UPPER + RAM + i * PAGE_SIZE, 1 };
	assert_int_equal(guest_update(&host, &guest, &utcb, L4_BATCH_MAX, &done, &host_work), 0);
	assert_int_equal(done, L4_BATCH_MAX);
	assert_int_equal(host_flushes, 0);
	host_expect(&guest, 0x10000 + 238 * PAGE_SIZE, RAM + 119 * PAGE_SIZE, RW);
	batch[7].host_va = 0x1000;
	batch[6] = (struct l4_batch_entry){ L4_BATCH_UNMAP | 7, 0, ALL };
	assert_int_equal(guest_update(&host, &guest, &utcb, L4_BATCH_MAX, &done, &host_work), -L4_EFAULT);
	assert_int_equal(done, 7);
	host_expect(&guest, 0x10000, 0, 0);
	assert_int_equal(guest.paging.top[0], 0);
	check();
}

static int map_of(struct space *target, u64 generation, u64 va)
{
	int error;

	utcb.vcpu.batch_generation = generation;
	error = map(target, va, 0, 1, RW);
	utcb.vcpu.batch_generation = 0;
	return error;
}

static int unmap_of(struct space *target, u64 generation, u64 va)
{
	int error;

	utcb.vcpu.batch_generation = generation;
	error = unmap(target, va, 1, 7);
	utcb.vcpu.batch_generation = 0;
	return error;
}

static void a_map_older_than_an_unmap_is_refused(void **state)
{
	(void)state;
	/* A map's number is not kept. */
	assert_int_equal(map_of(&guest, 9, 0x1000), 0);
	assert_int_equal(map_of(&guest, 1, 0x1000), 0);
	assert_int_equal(unmap_of(&guest, 5, 0x1000), 0);
	assert_int_equal(map_of(&guest, 4, 0x1000), -L4_EBUSY);
	/* Wherever it is; the unmap may have been of all that it was made of. */
	assert_int_equal(map_of(&guest, 4, 0x9000), -L4_EBUSY);
	host_expect(&guest, 0x1000, 0, 0);
	assert_int_equal(guest.paging.top[0], 0);
	assert_int_equal(map_of(&guest, 5, 0x1000), 0);
	host_expect(&guest, 0x1000, RAM, RW);
	/* An older unmap is an unmap, and does not lower anything. */
	assert_int_equal(unmap_of(&guest, 3, 0x1000), 0);
	host_expect(&guest, 0x1000, 0, 0);
	assert_int_equal(map_of(&guest, 4, 0x1000), -L4_EBUSY);
	/* Without a number nothing is refused, and nothing kept. */
	assert_int_equal(map_of(&guest, 0, 0x1000), 0);
	host_expect(&guest, 0x1000, RAM, RW);
	assert_int_equal(unmap_of(&guest, 0, 0x1000), 0);
	assert_int_equal(map_of(&guest, 5, 0x1000), 0);
	/* The highest there are. */
	assert_int_equal(unmap_of(&guest, ~0UL, 0x1000), 0);
	assert_int_equal(map_of(&guest, ~0UL - 1, 0x1000), -L4_EBUSY);
	assert_int_equal(map_of(&guest, ~0UL, 0x1000), 0);
	assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
}

/* Each target has its own; one of an unmap that fails counts. */
static void generations_are_a_targets(void **state)
{
	(void)state;
	assert_int_equal(unmap_of(&guest, 7, 0x1000), 0);
	assert_int_equal(map_of(&guest2, 1, 0x1000), 0);
	assert_int_equal(map_of(NULL, 1, VMALLOC), 0);
	assert_int_equal(unmap_of(NULL, 9, VMALLOC), 0);
	assert_int_equal(map_of(NULL, 8, VMALLOC), -L4_EBUSY);
	assert_int_equal(map_of(NULL, 9, VMALLOC), 0);
	assert_int_equal(map_of(&guest, 7, 0x1000), 0);
	assert_int_equal(unmap_of(&guest, 8, VMALLOC), -L4_EINVAL);
	assert_int_equal(map_of(&guest, 7, 0x1000), -L4_EBUSY);
	assert_int_equal(unmap(NULL, VMALLOC, 1, 7), 0);
	assert_int_equal(unmap(&guest2, 0, ALL, 7), 0);
	assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
}

/* Nothing of it is carried out, what comes before the map neither. */
static void an_old_batch_with_a_map_is_refused(void **state)
{
	u64 done;

	(void)state;
	assert_int_equal(map(&guest, 0x1000, 0, 1, RW), 0);
	assert_int_equal(unmap_of(&guest, 7, 0x5000), 0);
	utcb.vcpu.batch_generation = 6;
	utcb.batch[0] = (struct l4_batch_entry){ 0x1000 | L4_BATCH_UNMAP | 7, 0, 1 };
	for (u64 i = 1; i < 4; i++)
		utcb.batch[i] = (struct l4_batch_entry){ i * 0x3000 | RW, UPPER + RAM, 1 };
	assert_int_equal(guest_update(&host, &guest, &utcb, 4, &done, &host_work), -L4_EBUSY);
	assert_int_equal(done, 0);
	host_expect(&guest, 0x1000, RAM, RW);
	utcb.vcpu.batch_generation = 8;
	assert_int_equal(guest_update(&host, &guest, &utcb, 4, &done, &host_work), 0);
	utcb.vcpu.batch_generation = 0;
	assert_int_equal(map_of(&guest, 7, 0x1000), -L4_EBUSY);
	assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
	check();
}

/* Another vCPU's unmap comes when a long map was broken off: no more of it is mapped. */
static void an_unmap_comes_between(void **state)
{
	struct l4_utcb long_map = { .vcpu.batch_generation = 3 };
	struct steps steps = { 0 };
	u64 done;

	(void)state;
	for (unsigned int single = 0; single < 2; single++) {
		for (u64 i = 0; i < L4_BATCH_MAX; i++)
			long_map.batch[i] = (struct l4_batch_entry){
				(PAGE_SIZE + i * (single ? 2 * LARGE : PAGE_SIZE * 256)) | RW,
				UPPER + RAM + 0x3000, single ? 1 : 250 };
		host_preempt = 1;
		assert_int_equal(guest_update(&host, &guest, &long_map, L4_BATCH_MAX, &done, &steps),
				 PREEMPTED);
		host_preempt = 0;
		assert_int_equal(steps.of, STEPS_GUEST);
		assert_int_equal(unmap_of(&guest, 4, 0x1000), 0);
		assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
		assert_int_equal(guest_update(&host, &guest, &long_map, L4_BATCH_MAX, &done, &steps),
				 -L4_EBUSY);
		assert_true(done < L4_BATCH_MAX);
		assert_int_equal(steps.of, STEPS_NONE);
		assert_int_equal(guest.paging.top[0], 0);
		long_map.vcpu.batch_generation = 4;
		assert_int_equal(guest_update(&host, &guest, &long_map, L4_BATCH_MAX, &done, &steps), 0);
		assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
		guest.generation = 0;
		long_map.vcpu.batch_generation = 3;
	}
	check();
}

static void pages_are_replaced_and_reduced(void **state)
{
	(void)state;
	assert_int_equal(map(&guest, 0x1000, 0, 8, 7), 0);
	host_touch(&guest, 0x3000);
	assert_int_equal(map(&guest, 0x3000, 0x9000, 1, RW), 0);
	assert_int_equal(host_flushes, 1);
	host_expect(&guest, 0x3000, RAM + 0x9000, RW);
	for (u64 i = 0; i < 8; i++)
		host_touch(&guest, (i + 1) << PAGE_SHIFT);
	assert_int_equal(unmap(&guest, 0, ALL, L4_RIGHT_W), 0);
	host_expect(&guest, 0x3000, RAM + 0x9000, L4_RIGHT_R);
	host_expect(&guest, 0x4000, RAM + 0x3000, L4_RIGHT_R | L4_RIGHT_X);
	host_flushes = 0;
	assert_int_equal(unmap(&guest, 0, ALL, L4_RIGHT_W), 0);
	assert_int_equal(unmap(&guest, 0x5000, 1, 0), 0);
	assert_int_equal(host_flushes, 0);
	assert_int_equal(unmap(&guest, 0x2000, 3, 7), 0);
	host_expect(&guest, 0x1000, RAM, 5);
	host_expect(&guest, 0x5000, RAM + 0x4000, 5);
	host_expect(&guest, 0x4000, 0, 0);
}

static void large_pages(void **state)
{
	unsigned int level;

	(void)state;
	assert_int_equal(map(&guest, 0x40000000, 0, 1024, RW), 0);
	paging_walk(&guest.paging, 0x40000000, &level);
	assert_int_equal(level, 1);
	assert_int_equal(map(&guest, 0x80001000, 0x1000, 1023, RW), 0);
	paging_walk(&guest.paging, 0x80001000, &level);
	assert_int_equal(level, 0);
	paging_walk(&guest.paging, 0x80200000, &level);
	assert_int_equal(level, 1);
	assert_int_equal(map(&guest, 0x40005000, 0x1000, 1, RW), 0);
	host_expect(&guest, 0x40005000, RAM + 0x1000, RW);
	host_expect(&guest, 0x40006000, RAM + 0x6000, RW);
	host_expect(&guest, 0x401ff000, RAM + 0x1ff000, RW);
}

static void the_end_of_a_process_is_quick_and_complete(void **state)
{
	u64 used = host_quota.used;

	(void)state;
	for (u64 i = 0; i < 40; i++)
		assert_int_equal(map(&guest, i << 38, i << PAGE_SHIFT, 3, RW), 0);
	assert_true(host_quota.used >= used + 100 * PAGE_SIZE);
	host_touch(&guest, 5UL << 38);
	host_flushes = 0;
	assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
	assert_int_equal(host_quota.used, used);
	assert_int_equal(host_flushes, 1);
	assert_int_equal(map(&guest, 0x1000, 0, 3, RW), 0);
	host_destroy(&guest);
	assert_int_equal(host_quota.used, used - 2 * PAGE_SIZE);
	assert_int_equal(map(&guest, 0x1000, 0, 3, RW), -L4_EINVAL);
	assert_int_equal(map(&guest2, 0x1000, 0, 3, RW), 0);
}

static void aliases(void **state)
{
	void *page = kmem_page_alloc(&host_quota);

	(void)state;
	assert_int_equal(map(NULL, VMALLOC, 0x5000, 3, RW), 0);
	host_expect(&host, VMALLOC + 0x1000, RAM + 0x6000, RW);
	/* An alias, which has no node, is no source. */
	assert_int_equal(update(&guest, 0x1000 | L4_RIGHT_R, VMALLOC, 1), -L4_EFAULT);
	assert_int_equal(map(&guest, 0x2000, 0, 1, L4_RIGHT_R), 0);
	assert_int_equal(update(&guest, 0x1000 | L4_RIGHT_R, VMALLOC, 1), -L4_EFAULT);
	assert_int_equal(update(NULL, (VMALLOC + 0x20000) | RW, VMALLOC, 1), -L4_EFAULT);
	host_expect(&guest, 0x1000, 0, 0);
	assert_int_equal(map_fpage(&host, l4_fpage_mem(VMALLOC, 12, RW), &other, 0, &host_work), -L4_EFAULT);
	/* Neither what has a node nor the kernel's page is replaced or taken. */
	assert_int_equal(map(NULL, UPPER + RAM + 0x1000, 0, 1, RW), -L4_EINVAL);
	assert_int_equal(unmap(NULL, UPPER, 1UL << 20, 7), 0);
	host_expect(&host, UPPER + RAM + 0x1000, RAM + 0x1000, 7);
	assert_int_equal(space_pin_page(&host, VMALLOC + 0x10000, page), 0);
	assert_int_equal(map(NULL, VMALLOC + 0x10000, 0, 1, RW), -L4_EINVAL);
	assert_int_equal(unmap(NULL, VMALLOC, 100, 7), 0);
	host_expect(&host, VMALLOC + 0x10000, virt_to_phys(page), RW);
	host_expect(&host, VMALLOC + 0x1000, 0, 0);
	assert_int_equal(update(&guest, 0x1000 | RW, VMALLOC + 0x10000, 1), -L4_EFAULT);
	assert_int_equal(update(NULL, (VMALLOC + 0x20000) | RW, VMALLOC + 0x10000, 1), -L4_EFAULT);
	space_unpin_page(&host, VMALLOC + 0x10000);
	kmem_page_free(&host_quota, page);
	/* A real mapping takes an alias's place. */
	assert_int_equal(map(NULL, VMALLOC, 0x5000, 1, RW), 0);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM + 2 * LARGE, 12, RW), &host, VMALLOC, &host_work), 1);
	host_expect(&host, VMALLOC, RAM + 2 * LARGE, RW);
}

static void what_a_host_loses_its_guests_lose(void **state)
{
	(void)state;
	assert_int_equal(map(&guest, 0x40000000, 0, 512, RW), 0);
	assert_int_equal(map(&guest2, 0x1000, 0x3000, 2, RW), 0);
	assert_int_equal(map(NULL, VMALLOC, 0x3000, 2, RW), 0);
	host_touch(&guest, 0x40003000);
	host_touch(&guest2, 0x1000);
	host_touch(&host, VMALLOC);
	/* Writing first. */
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(RAM + 0x3000, 12, L4_RIGHT_W), 0, &host_work), 0);
	check();
	host_expect(&guest, 0x40003000, RAM + 0x3000, L4_RIGHT_R);
	host_expect(&guest, 0x40004000, RAM + 0x4000, RW);
	host_expect(&guest2, 0x1000, RAM + 0x3000, L4_RIGHT_R);
	host_expect(&host, VMALLOC, RAM + 0x3000, L4_RIGHT_R);
	/* The host takes from those it gave to, guests among them; its alias stays. */
	assert_int_equal(unmap_fpage(&host, l4_fpage_mem(UPPER + RAM + 0x4000, 12, 7), 0, &host_work), 0);
	check();
	host_expect(&guest, 0x40004000, 0, 0);
	host_expect(&guest2, 0x2000, 0, 0);
	host_expect(&host, VMALLOC + 0x1000, RAM + 0x4000, RW);
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(RAM, 21, 7), 0, &host_work), 0);
	check();
	host_expect(&guest, 0x40001000, 0, 0);
	host_expect(&guest2, 0x1000, 0, 0);
	host_expect(&host, VMALLOC, 0, 0);
	assert_int_equal(guest.paging.top[0], 0);
	/* By a grant to another task too. */
	assert_int_equal(map(&guest, 0x1000, LARGE, 1, RW), 0);
	assert_int_equal(map_fpage(&host, l4_fpage_mem(UPPER + RAM + LARGE, 21, 7) | L4_FPAGE_GRANT,
				   &other, 0x200000, &host_work), 512);
	check();
	host_expect(&guest, 0x1000, 0, 0);
	host_expect(&other, 0x200000, RAM + LARGE, 7);
}

static void a_host_takes_its_guests_with_it(void **state)
{
	(void)state;
	assert_int_equal(map(&guest, 0x40000000, 0, 1024, RW), 0);
	assert_int_equal(map(NULL, VMALLOC, 0, 1024, RW), 0);
	host_destroy(&host);
	assert_null(guest.paging.top);
	assert_null(guest2.paging.top);
	assert_null(guest.host);
	assert_false(space_is_guest(&guest));
	host_destroy(&guest);
}

static void without_memory(void **state)
{
	u64 limit = host_quota.limit, used = host_quota.used;
	int error = -L4_ENOMEM;

	(void)state;
	for (u64 pages = 0; error; pages++) {
		host_quota.limit = used + pages * PAGE_SIZE;
		error = map(&guest, 0x40000000 - PAGE_SIZE, 0x1000, 513, RW);
		assert_true(!error || error == -L4_ENOMEM);
		host_quota.limit = limit;
		assert_int_equal(unmap(&guest, 0, ALL, 7), 0);
		assert_int_equal(host_quota.used, used);
	}
	/* Taking a part of a large page without memory takes it whole: a guest asks for it again. */
	assert_int_equal(map(&guest, 0x40000000, 0, 1024, RW), 0);
	host_quota.limit = host_quota.used;
	assert_int_equal(unmap(&guest, 0x40000000, 1, 7), 0);
	host_expect(&guest, 0x40001000, 0, 0);
	host_expect(&guest, 0x40200000, RAM + LARGE, RW);
	host_quota.limit = limit;
}

static void guests_need_two_pages(void **state)
{
	u64 limit = host_quota.limit, used = host_quota.used;
	struct space s = { 0 };

	(void)state;
	for (u64 pages = 0; pages < 2; pages++) {
		host_quota.limit = used + pages * PAGE_SIZE;
		assert_int_equal(space_init_guest(&s, &host), -L4_ENOMEM);
		assert_int_equal(host_quota.used, used);
		assert_null(s.paging.top);
	}
	host_quota.limit = limit;
	/* Of one edit of both halves of a host, guests see the upper one. */
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 12, 7), &host, 0, &host_work), 1);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 12, 7), &host, -PAGE_SIZE, &host_work), 1);
	assert_int_equal(unmap_fpage(&host, l4_fpage_all(L4_FPAGE_MEM, 7), L4_UNMAP_SELF, &host_work), 0);
	check();
	host_expect(&guest, -PAGE_SIZE, 0, 0);
}

/* What is done to each guest of a host, however many there are, has a preemption point for each. */
static void many_guests(void **state)
{
	static struct space many[300];
	u64 points;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = (struct space){ 0 };
		assert_int_equal(space_init_guest(&many[i], &host), 0);
	}
	/* Another entry of the top-level table, which all show. */
	points = host_points;
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 13, RW), &host, MANY, &host_work), 2);
	assert_true(host_points - points >= ARRAY_SIZE(many));
	points = host_points;
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(RAM, 12, 0), L4_UNMAP_STATUS, &host_work), 0);
	assert_true(host_points - points >= ARRAY_SIZE(many));
	points = host_points;
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(RAM, 12, RW), 0, &host_work), 0);
	assert_true(host_points - points >= ARRAY_SIZE(many));
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		host_destroy(&many[i]);
}

/* The host's own mapping of two pages that its guests and its upper half have copies of. */
#define OWN	0x7000000000UL
#define UPPER_OWN	0xffffa00000000000UL

static u64 in_pieces(u64 rights, u64 flags, int result)
{
	struct steps steps = { 0 };
	u64 times = 0;
	int got;

	host_preempt = 1;
	do {
		got = unmap_range(&host, l4_fpage_mem(OWN, 13, rights), flags, &steps);
		times++;
		check();
	} while (got == PREEMPTED);
	host_preempt = 0;
	assert_int_equal(got, result);
	assert_int_equal(steps.of, STEPS_NONE);
	return times;
}

/* What a host loses itself its guests lose, too, however often that is broken off between them. */
static void a_search_goes_on_where_it_was(void **state)
{
	static struct space many[40];
	(void)state;
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 13, 7), &host, OWN, &host_work), 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = (struct space){ 0 };
		assert_int_equal(space_init_guest(&many[i], &host), 0);
		assert_int_equal(map(&many[i], 0x1000, 0x1000, 1, i & 1 ? RW : L4_RIGHT_R), 0);
		assert_int_equal(map(&many[i], USER_LOWER_END - PAGE_SIZE, 0, 1, RW), 0);
	}
	assert_int_equal(map(NULL, VMALLOC, 0, 1, RW), 0);
	assert_true(in_pieces(0, L4_UNMAP_SELF | L4_UNMAP_STATUS, L4_RIGHT_R | L4_RIGHT_W) >= ARRAY_SIZE(many));
	assert_true(in_pieces(L4_RIGHT_W, L4_UNMAP_SELF, 0) >= ARRAY_SIZE(many));
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		host_expect(&many[i], 0x1000, RAM + 0x1000, L4_RIGHT_R);
		host_expect(&many[i], USER_LOWER_END - PAGE_SIZE, RAM, L4_RIGHT_R);
	}
	host_expect(&host, VMALLOC, RAM, L4_RIGHT_R);
	assert_true(in_pieces(7, L4_UNMAP_SELF, 0) >= ARRAY_SIZE(many));
	host_expect(&host, OWN, 0, 0);
	host_expect(&host, VMALLOC, 0, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		host_expect(&many[i], 0x1000, 0, 0);
		host_expect(&many[i], USER_LOWER_END - PAGE_SIZE, 0, 0);
		host_destroy(&many[i]);
	}
}

/* Memory that the host has nowhere else, in a small leaf. */
#define ALONE	(RAM + 2 * LARGE)

static void give_alone(u64 where)
{
	unmap_fpage(&sigma0, l4_fpage_mem(ALONE + PAGE_SIZE, 12, L4_RIGHT_W), L4_UNMAP_SELF, &host_work);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(ALONE, 12, 7), &host, where, &host_work), 1);
}

/* The host asks, and is broken off when all of its guests have been looked at. */
static void ask_the_guests(u64 where, struct steps *steps)
{
	host_preempt = 1;
	for (struct list *link = host.guests.next; link != &host.guests; link = link->next)
		assert_int_equal(unmap_range(&host, l4_fpage_mem(where, 12, 0), L4_UNMAP_STATUS, steps), PREEMPTED);
	host_preempt = 0;
}

/*
 * A guest writes while its host's memory goes, after the one who gave it has asked: he
 * learns of it when he asks again.
 */
static void what_is_written_while_it_goes_counts(void **state)
{
	u64 ask = l4_fpage_mem(ALONE, 12, 0);
	struct steps steps = { 0 };
	struct map_node *node;

	(void)state;
	give_alone(OWN);
	/* It comes to the guest while the host asks, but behind where it looks: that is for the next time. */
	ask_the_guests(OWN, &steps);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, OWN, 1), 0);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 12, 0), L4_UNMAP_STATUS, &steps), 0);
	host_preempt = 1;
	do {
		assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 12, 7), L4_UNMAP_SELF, &steps), PREEMPTED);
		node = mapdb_at(&host, L4_FPAGE_MEM, OWN);
		assert_non_null(node);
	} while (!node->going);
	host_preempt = 0;
	unmap_fpage(&sigma0, ask, L4_UNMAP_STATUS, &host_work);
	host_expect(&guest, 0x1000, ALONE, RW);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 12, 7), L4_UNMAP_SELF, &steps), 0);
	host_expect(&guest, 0x1000, 0, 0);
	assert_int_equal(unmap_fpage(&sigma0, ask, L4_UNMAP_STATUS, &host_work), L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(unmap_fpage(&sigma0, ask, L4_UNMAP_STATUS, &host_work), 0);
}

/* A copy counts as a use for as long as it is there, and once more when it is gone; if it came too late, the next time. */
static void a_copy_made_while_its_host_asks_counts(void **state)
{
	u64 ask = l4_fpage_mem(UPPER_OWN, 12, 0);
	struct steps steps = { 0 };
	unsigned int level;

	(void)state;
	give_alone(UPPER_OWN);
	assert_int_equal(map(&guest, 0x2000, 0, 1, RW), 0);	/* its table stays */
	for (unsigned int turn = 0; turn < 4; turn++) {
		bool early = turn & 1;

		/* Its leaf was used before, and says so no more. */
		if (turn == 2)
			*paging_find(&host.paging, UPPER_OWN, &level) |= PTE_USED;
		if (early)
			assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, UPPER_OWN, 1), 0);
		if (turn < 3)
			ask_the_guests(UPPER_OWN, &steps);
		if (!early)
			assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, UPPER_OWN, 1), 0);
		assert_int_equal(unmap_range(&host, ask, L4_UNMAP_STATUS, &steps), turn ? L4_RIGHT_R | L4_RIGHT_W : 0);
		assert_int_equal(update(&guest, 0x1000 | L4_BATCH_UNMAP | L4_RIGHTS_ALL, 0, 1), 0);
		assert_int_equal(unmap_range(&host, ask, L4_UNMAP_STATUS, &steps), L4_RIGHT_R | L4_RIGHT_W);
		assert_int_equal(unmap_range(&host, ask, L4_UNMAP_STATUS, &steps), 0);
	}
}

/* The host asks, and does not wait for the answer: what a guest had then counts the next time. */
static void a_question_given_up_loses_nothing(void **state)
{
	u64 ask = l4_fpage_mem(UPPER_OWN, 12, 0);
	struct steps steps = { 0 };

	(void)state;
	give_alone(UPPER_OWN);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, UPPER_OWN, 1), 0);
	ask_the_guests(UPPER_OWN, &steps);
	steps_drop(&steps);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_UNMAP | L4_RIGHTS_ALL, 0, 1), 0);
	assert_int_equal(unmap_fpage(&host, ask, L4_UNMAP_STATUS, &host_work), L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(unmap_fpage(&host, ask, L4_UNMAP_STATUS, &host_work), 0);
}

/* What a question given up has left to be told is told wherever the mapping goes. */
static void a_question_given_up_is_told_by_who_goes(void **state)
{
	u64 from = l4_fpage_mem(OWN, 12, 7);

	(void)state;
	for (unsigned int way = 0; way < 3; way++) {
		struct steps steps = { 0 };

		give_alone(OWN);
		unmap_fpage(&sigma0, l4_fpage_mem(ALONE, 12, 0), L4_UNMAP_STATUS, &host_work);
		assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, OWN, 1), 0);
		ask_the_guests(OWN, &steps);
		steps_drop(&steps);
		assert_int_equal(update(&guest, 0x1000 | L4_BATCH_UNMAP | L4_RIGHTS_ALL, 0, 1), 0);
		if (way == 0) {
			assert_int_equal(map_fpage(&host, from | L4_FPAGE_GRANT, &other, OWN, &host_work), 1);
			assert_int_equal(unmap_fpage(&other, l4_fpage_mem(OWN, 12, 0), L4_UNMAP_STATUS, &host_work),
					 L4_RIGHT_R | L4_RIGHT_W);
			assert_int_equal(unmap_fpage(&other, from, L4_UNMAP_SELF, &host_work), 0);
			continue;
		}
		host_destroy(&guest2);
		host_destroy(&guest);
		/* The short way of unmap, for which its table must stay, and the long one. */
		assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(ALONE + LARGE / 2, 12, 7), &host, OWN + PAGE_SIZE,
					   &host_work), 1);
		if (way == 1)
			assert_int_equal(unmap_fpage(&host, l4_fpage_mem(OWN, 12, 7), L4_UNMAP_SELF, &host_work), 0);
		else
			assert_int_equal(unmap_range(&host, from, L4_UNMAP_SELF, &host_work), 0);
		assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(ALONE, 12, 0), L4_UNMAP_STATUS, &host_work),
				 L4_RIGHT_R | L4_RIGHT_W);
		guest = guest2 = (struct space){ 0 };
		assert_int_equal(space_init_guest(&guest, &host), 0);
		assert_int_equal(space_init_guest(&guest2, &host), 0);
	}
}

/* It is given up among the host's own pages. */
static void a_question_given_up_early_loses_nothing(void **state)
{
	struct steps steps = { 0 };

	(void)state;
	unmap_fpage(&sigma0, l4_fpage_mem(ALONE + PAGE_SIZE, 12, L4_RIGHT_W), L4_UNMAP_SELF, &host_work);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(ALONE, 21, 7), &host, OWN, &host_work), 512);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, OWN, 1), 0);
	host_preempt = 1;
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 21, 0), L4_UNMAP_STATUS, &steps), PREEMPTED);
	host_preempt = 0;
	assert_int_equal(steps.cursor.copies.guest, COPIES_NONE);
	steps_drop(&steps);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_UNMAP | L4_RIGHTS_ALL, 0, 1), 0);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 21, 0), L4_UNMAP_STATUS, &steps), L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 21, 0), L4_UNMAP_STATUS, &steps), 0);
}

static bool try_map(u64 va, u64 offset)
{
	utcb.batch[0] = (struct l4_batch_entry){ va | L4_BATCH_MAP | RW, UPPER + RAM + offset, 1 };
	return guest_try_update(&host, &guest, &utcb, 1);
}

/* Without the kernel's lock: only where nobody changes the guest, the batch is not old, and no flush is due. */
static void a_batch_without_the_lock(void **state)
{
	u64 flushes, done;

	(void)state;
	assert_false(try_map(0x1000, 0));
	assert_int_equal(map(&guest, 0x1000, 0, 1, RW), 0);	/* its table stays */
	assert_true(try_map(0x2000, 0x2000));
	host_expect(&guest, 0x2000, RAM + 0x2000, RW);
	guest.edited = true;
	assert_false(try_map(0x3000, 0x3000));
	assert_true(guest.edited);
	guest.edited = false;
	guest.generation = 2;
	utcb.vcpu.batch_generation = 1;
	assert_false(try_map(0x3000, 0x3000));
	utcb.vcpu.batch_generation = 2;
	host_loaded_elsewhere = true;
	assert_true(try_map(0x3000, 0x3000));
	assert_true(try_map(0x3000, 0x3000));	/* the same again: nothing is replaced */
	assert_false(guest.flush_due);
	assert_false(try_map(0x2000, 0x4000));
	assert_true(guest.flush_due && !guest.edited);
	host_expect(&guest, 0x2000, RAM + 0x4000, RW);
	assert_false(try_map(0x4000, 0x4000));
	host_expect(&guest, 0x4000, 0, 0);
	host_loaded_elsewhere = false;
	cpus_many = true;
	flushes = host_flushes;
	assert_int_equal(map(&guest, 0x4000, 0x4000, 1, RW), 0);
	cpus_many = false;
	assert_true(!guest.flush_due && host_flushes > flushes);
	guest.generation = utcb.vcpu.batch_generation = 0;
	assert_true(try_map(0x2000, 0x2000));
	/* Several are replaced: none of them stays cached. */
	for (unsigned int i = 0; i < 64; i++)
		host_touch(&guest, 0x2000 + i % 2 * PAGE_SIZE);
	utcb.batch[0] = (struct l4_batch_entry){ 0x2000 | L4_BATCH_MAP | RW, UPPER + RAM + 0x6000, 2 };
	assert_int_equal(guest_update(&host, &guest, &utcb, 1, &done, &host_work), 0);
	check();
	/* Not for long. */
	for (unsigned int i = 0; i < L4_BATCH_MAX; i++)
		utcb.batch[i] = (struct l4_batch_entry){ 0x10000 | L4_BATCH_MAP | RW, UPPER + RAM, 16 };
	assert_true(guest_try_update(&host, &guest, &utcb, 16));
	assert_false(guest_try_update(&host, &guest, &utcb, L4_BATCH_MAX));
	/* Nor if each is looked up. */
	assert_int_equal(map(&guest, 0x5000, LARGE, 1, RW), 0);	/* so that it was used */
	for (unsigned int i = 0; i < L4_BATCH_MAX; i++)
		utcb.batch[i] = (struct l4_batch_entry){
			0x10000 | L4_BATCH_MAP | RW, UPPER + RAM + (i & 1) * LARGE, 1,
		};
	assert_true(guest_try_update(&host, &guest, &utcb, 16));
	assert_false(guest_try_update(&host, &guest, &utcb, L4_BATCH_MAX));
	assert_int_equal(guest_update(&host, &guest, &utcb, L4_BATCH_MAX, &done, &host_work), 0);
	assert_int_equal(done, L4_BATCH_MAX);
}

/* Its guests end while they are searched for a page that goes: what was told of it until then is not lost. */
static void the_last_guest_ends_while_it_goes(void **state)
{
	struct steps steps = { 0 };

	(void)state;
	give_alone(OWN);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, OWN, 1), 0);
	host_preempt = 1;
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 12, 7), L4_UNMAP_SELF, &steps), PREEMPTED);
	host_preempt = 0;
	host_destroy(&guest2);
	host_destroy(&guest);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 12, 7), L4_UNMAP_SELF, &steps), 0);
	assert_int_equal(unmap_fpage(&sigma0, l4_fpage_mem(ALONE, 12, 0), L4_UNMAP_STATUS, &host_work),
			 L4_RIGHT_R | L4_RIGHT_W);
}

/* Nothing comes from where a mapping was left half made: that concerns no copies of the same memory. */
static void a_map_of_nothing_takes_nothing(void **state)
{
	u64 ram = RAM + 2 * LARGE, last = 2 * LARGE - PAGE_SIZE;
	struct steps steps = { 0 };

	(void)state;
	for (u64 at = 0; at < 2 * LARGE; at += LARGE)	/* small leaves, so that there are steps */
		unmap_fpage(&sigma0, l4_fpage_mem(ram + at, 12, L4_RIGHT_W), L4_UNMAP_SELF, &host_work);
	host_preempt = 1;
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(ram, 22, 7), &other, UPPER, &steps), PREEMPTED);
	host_preempt = 0;
	steps_drop(&steps);
	host_expect(&other, UPPER + last, 0, 0);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(ram + last, 12, 7), &host, OWN, &host_work), 1);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, OWN, 1), 0);
	assert_int_equal(map_fpage(&other, l4_fpage_mem(UPPER + last, 12, 7), &host, OWN + PAGE_SIZE, &host_work),
			 -L4_EFAULT);
	assert_null(mapdb_at(&host, L4_FPAGE_MEM, OWN + PAGE_SIZE));
	host_expect(&guest, 0x1000, ram + last, RW);
}

/* While a right is taken from all who have it, one of them gives the memory to somebody else. */
static void what_is_granted_meanwhile_loses_it_too(void **state)
{
	for (unsigned int pieces = 1; pieces < 8; pieces++) {
		u64 fpage = l4_fpage_mem(RAM, 23, L4_RIGHT_W);
		struct steps steps = { 0 };
		int result = PREEMPTED;

		assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 23, 7), &host, OWN, &host_work), 2048);
		host_preempt = 1;
		for (unsigned int i = 0; i < pieces && result == PREEMPTED; i++)
			result = unmap_range(&sigma0, fpage, 0, &steps);
		host_preempt = 0;
		assert_int_equal(map_fpage(&host, l4_fpage_mem(OWN, 23, 7) | L4_FPAGE_GRANT, &other, 0,
					   &host_work), 2048);
		if (result == PREEMPTED)
			assert_int_equal(unmap_range(&sigma0, fpage, 0, &steps), 0);
		for (u64 at = 0; at < 4 * LARGE; at += LARGE)
			host_expect(&other, at, RAM + at, L4_RIGHT_R | L4_RIGHT_X);
		assert_int_equal(unmap_fpage(&other, l4_fpage_mem(0, 23, 7), L4_UNMAP_SELF, &host_work), 0);
	}
	check();
	(void)state;
}

/* The one guest that a search has come to ends: the rest of it is the host's own all the same. */
static void a_guest_ends_meanwhile(void **state)
{
	struct steps steps = { 0 };
	int result;

	(void)state;
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(RAM, 13, 7), &host, OWN, &host_work), 2);
	for (u64 n = 0; n < 4; n++)
		assert_int_equal(map(&guest2, n << 30, 0, 1, RW), 0);
	host_preempt = 1;
	result = unmap_range(&host, l4_fpage_mem(OWN, 13, L4_RIGHT_W), L4_UNMAP_SELF | L4_UNMAP_STATUS, &steps);
	host_preempt = 0;
	assert_int_equal(result, PREEMPTED);
	host_destroy(&guest2);
	host_destroy(&guest);
	assert_int_equal(unmap_range(&host, l4_fpage_mem(OWN, 13, L4_RIGHT_W),
				     L4_UNMAP_SELF | L4_UNMAP_STATUS, &steps), L4_RIGHT_R | L4_RIGHT_W);
	host_expect(&host, OWN, RAM, L4_RIGHT_R | L4_RIGHT_X);
	host_expect(&host, OWN + PAGE_SIZE, RAM + PAGE_SIZE, L4_RIGHT_R | L4_RIGHT_X);
}

static void expect_type(struct space *space, u64 va, u64 type)
{
	unsigned int level;
	u64 leaf = *paging_find(&space->paging, va, &level);

	assert_true(leaf & PTE_P);
	assert_int_equal(leaf & PTE_DEVICE, type);
}

/* Nobody ever sees a device's registers cached, whichever way he came to them. */
static void a_device_stays_one(void **state)
{
	const u64 device = RAM + (1UL << 30), at = UPPER + device;

	(void)state;
	assert_int_equal(map_root(&sigma0, L4_FPAGE_MEM, device, device, 4 * LARGE, RW | PAGING_DEVICE), 0);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(device, 22, RW), &host, at, &host_work), 1024);
	assert_int_equal(map_fpage(&sigma0, l4_fpage_mem(device + 2 * LARGE, PAGE_SHIFT, RW), &host,
				   at + 2 * LARGE, &host_work), 1);
	assert_int_equal(map_fpage(&host, l4_fpage_mem(at, 13, RW), &other, LARGE, &host_work), 2);
	/* With a table there already, the other way for a page. */
	assert_int_equal(map_fpage(&host, l4_fpage_mem(at, PAGE_SHIFT, RW), &other, LARGE + 0x4000, &host_work), 1);
	assert_int_equal(update(&guest, 0x1000 | L4_BATCH_MAP | RW, at, 1), 0);
	assert_int_equal(update(&guest, 0x2000 | L4_BATCH_MAP | RW, at, 1), 0);
	assert_int_equal(update(&guest, LARGE | L4_BATCH_MAP | RW, at + LARGE, 512), 0);
	assert_int_equal(update(NULL, VMALLOC | L4_BATCH_MAP | RW, at, 4), 0);
	assert_int_equal(map(&guest, 0x3000, 0, 1, RW), 0);
	/* Its writes may be combined for who asks for that, those to memory are not. */
	assert_int_equal(update(&guest, 0x5000 | L4_BATCH_WC | RW, at, 1), 0);
	assert_int_equal(update(&guest, 2 * LARGE | L4_BATCH_WC | RW, at + LARGE, 512), 0);
	assert_int_equal(update(NULL, (VMALLOC + 0x8000) | L4_BATCH_WC | RW, at, 2), 0);
	assert_int_equal(map(&guest, 0x6000, 0, 1, L4_BATCH_WC | RW), 0);
	assert_int_equal(update(&guest, 0x5000 | L4_BATCH_UNMAP | L4_BATCH_WC | RW, at, 1), -L4_EINVAL);
	expect_type(&guest, 0x5000, PTE_WC);
	expect_type(&guest, 2 * LARGE + 0x7000, PTE_WC);
	expect_type(&host, VMALLOC + 0x9000, PTE_WC);
	expect_type(&guest, 0x6000, 0);
	/* Of a leaf that is split. */
	assert_int_equal(unmap_fpage(&host, l4_fpage_mem(at + 0x8000, PAGE_SHIFT, RW), L4_UNMAP_SELF, &host_work), 0);
	expect_type(&host, at, PTE_DEVICE);
	expect_type(&host, at + 0xb000, PTE_DEVICE);
	expect_type(&host, at + LARGE, PTE_DEVICE);
	expect_type(&host, at + 2 * LARGE, PTE_DEVICE);
	expect_type(&other, LARGE + 0x1000, PTE_DEVICE);
	expect_type(&other, LARGE + 0x4000, PTE_DEVICE);
	expect_type(&guest, 0x1000, PTE_DEVICE);
	expect_type(&guest, 0x2000, PTE_DEVICE);
	expect_type(&guest, LARGE + 0x5000, PTE_DEVICE);
	expect_type(&host, VMALLOC + 0x3000, PTE_DEVICE);
	expect_type(&guest, 0x3000, 0);
	expect_type(&host, UPPER + RAM, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(views), TEST(nothing_bad_is_carried_out), TEST(a_batch_stops_at_its_first_error),
		TEST(a_map_older_than_an_unmap_is_refused), TEST(generations_are_a_targets),
		TEST(an_old_batch_with_a_map_is_refused), TEST(an_unmap_comes_between),
		TEST(pages_are_replaced_and_reduced), TEST(large_pages),
		TEST(the_end_of_a_process_is_quick_and_complete), TEST(aliases),
		TEST(what_a_host_loses_its_guests_lose), TEST(a_host_takes_its_guests_with_it),
		TEST(without_memory), TEST(guests_need_two_pages),
		TEST(many_guests), TEST(a_search_goes_on_where_it_was),
		TEST(what_is_written_while_it_goes_counts), TEST(the_last_guest_ends_while_it_goes),
		TEST(a_question_given_up_loses_nothing), TEST(a_question_given_up_early_loses_nothing),
		TEST(a_question_given_up_is_told_by_who_goes), TEST(a_batch_without_the_lock),
		TEST(a_copy_made_while_its_host_asks_counts), TEST(a_map_of_nothing_takes_nothing),
		TEST(what_is_granted_meanwhile_loses_it_too), TEST(a_guest_ends_meanwhile),
		TEST(a_device_stays_one),
	};

	return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
