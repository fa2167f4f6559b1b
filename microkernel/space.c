/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spaces: making and destroying them, keeping the two views of guests alike,
 * kernel pages in them, and their I/O bitmaps. Pictures and locks: space.h.
 */
#include "space.h"

#include "cap.h"
#include "kmem.h"
#include "map.h"
#include "panic.h"
#include "string.h"

#define UPPER_FIRST	(KERNEL_SLOT + 1)
#define UPPER_LAST	(PAGING_ENTRIES - 1)

static u64 io_changes;

int space_init(struct space *space, struct quota *quota)
{
	space->quota = quota;
	list_init(&space->guests);
	list_init(&space->guest_link);
	return paging_init(&space->paging, quota);
}

int space_init_guest(struct space *space, struct space *host)
{
	if (space_is_guest(host) || !host->paging.top)
		return -L4_EINVAL;
	if (space_init(space, host->quota))
		return -L4_ENOMEM;
	space->guest_top = kmem_page_alloc(host->quota);
	if (!space->guest_top) {
		space_destroy(space);
		return -L4_ENOMEM;
	}
	space->guest_top[KERNEL_SLOT] = paging_kernel_pml4e;
	memcpy(&space->paging.top[UPPER_FIRST], &host->paging.top[UPPER_FIRST],
	       (UPPER_LAST - UPPER_FIRST + 1) * sizeof(u64));
	space->host = host;
	list_add(&host->guests, &space->guest_link);
	return 0;
}

static void free_tables(struct space *space)
{
	struct paging *paging = &space->paging;

	paging_free_tables(paging, 0, KERNEL_SLOT - 1);
	if (!space->guest_top)
		paging_free_tables(paging, UPPER_FIRST, UPPER_LAST);
	tlb_flush_range(space, 0, PAGING_ALL);
	paging_free_unused(paging);
	kmem_page_free(space->quota, paging->top);
	paging->top = NULL;
	if (space->guest_top)
		kmem_page_free(space->quota, space->guest_top);
	space->guest_top = NULL;
}

/*
 * Guests first, for they show its upper half; then tables, so that the nodes
 * that go find nothing to edit.
 */
void space_destroy(struct space *space)
{
	struct list *link, *next;
	struct map_node *node;

	if (!space->paging.top)
		return;
	list_for_each_safe(link, next, &space->guests)
		space_destroy(list_entry(link, struct space, guest_link));
	list_del(&space->guest_link);
	space->host = NULL;
	free_tables(space);
	for (unsigned int kind = 0; kind < MAP_KINDS; kind++)
		while ((node = mapdb_find(space, kind, 0, ~0UL)))
			mapdb_delete(node, map_node_gone);
	cap_free_table(space);
	for (unsigned int i = 0; i < SPACE_IO_PAGES; i++)
		if (space->io_bitmap[i])
			kmem_page_free(space->quota, space->io_bitmap[i]);
	memset(space->io_bitmap, 0, sizeof(space->io_bitmap));
}

static void copy_top(struct space *space, u64 *to)
{
	const struct paging *paging = &space->paging;

	for (unsigned int i = paging->top_first; i <= paging->top_last; i++)
		if (i != KERNEL_SLOT)
			to[i] = paging->top[i];
}

/* A guest's edits are in its lower half; a host's upper half shows in its guests' host views. */
static void sync_top(struct space *space)
{
	struct paging *paging = &space->paging;
	struct list *link;

	if (space->guest_top) {
		copy_top(space, space->guest_top);
	} else if (paging->top_last > KERNEL_SLOT) {
		if (paging->top_first < UPPER_FIRST)
			paging->top_first = UPPER_FIRST;
		list_for_each(link, &space->guests)
			copy_top(space, list_entry(link, struct space, guest_link)->paging.top);
	}
	paging->top_first = PAGING_ENTRIES;
	paging->top_last = 0;
}

void space_paging_settle(struct space *space, u64 va, u64 pages)
{
	struct paging *paging = &space->paging;

	if (paging->top_first <= paging->top_last)
		sync_top(space);
	if (paging->unused && !pages)
		pages = 1;
	if (pages)
		tlb_flush_range(space, va, pages);
	paging_free_unused(paging);
}

int space_pin_page(struct space *space, u64 va, void *page)
{
	u64 flags = paging_flags(L4_RIGHT_R | L4_RIGHT_W) | PTE_PINNED;
	bool replaced = false;
	unsigned int level;
	int error;

	if (!space->paging.top || space_is_guest(space) || (va & (PAGE_SIZE - 1)) ||
	    !is_user_addr(va))
		return -L4_EINVAL;
	if (paging_walk(&space->paging, va, &level))
		return -L4_EBUSY;
	error = paging_map(&space->paging, va, virt_to_phys(page), 1, flags, &paging_none,
			   &replaced);
	space_paging_done(space, va, 0);
	return error;
}

void space_unpin_page(struct space *space, u64 va)
{
	static const struct paging_filter pinned = {
		.mask = PTE_PINNED, .match = PTE_PINNED, .last = ~0UL,
	};

	if (space->paging.top &&
	    paging_take(&space->paging, va, va + (PAGE_SIZE - 1), L4_RIGHT_R, &pinned))
		space_paging_done(space, va, 1);
}

void space_revoke_frames(struct space *host, phys_t origin, u64 size, u64 rights, bool self)
{
	struct paging_filter filter = { .first = origin, .last = origin + (size - 1) };
	struct list *link;

	list_for_each(link, &host->guests) {
		struct space *guest = list_entry(link, struct space, guest_link);

		if (paging_take(&guest->paging, 0, USER_LOWER_END - 1, rights, &filter))
			space_paging_done(guest, 0, PAGING_ALL);
	}
	if (!self || !host->has_alias)
		return;
	filter.mask = filter.match = PTE_ALIAS;
	if (paging_take(&host->paging, KERNEL_SLOT_END, ~0UL, rights, &filter))
		space_paging_done(host, KERNEL_SLOT_END, PAGING_ALL);
}

#define PORTS_PER_PAGE	(PAGE_SIZE * 8)

static bool io_reserve(struct space *space, unsigned int page)
{
	if (space->io_bitmap[page])
		return true;
	space->io_bitmap[page] = kmem_page_alloc(space->quota);
	if (!space->io_bitmap[page])
		return false;
	memset(space->io_bitmap[page], 0xff, PAGE_SIZE);
	return true;
}

static u8 *io_byte(const struct space *space, u64 port)
{
	return &space->io_bitmap[port / PORTS_PER_PAGE][port % PORTS_PER_PAGE / 8];
}

int space_allow_ports(struct space *space, u64 first, u64 last)
{
	for (u64 page = first / PORTS_PER_PAGE; page <= last / PORTS_PER_PAGE; page++)
		if (!io_reserve(space, page))
			return -L4_ENOMEM;
	for (u64 port = first; port <= last; port++)
		*io_byte(space, port) &= ~(1U << (port % 8));
	space->io_version = ++io_changes;
	return 0;
}

void space_forbid_ports(struct space *space, u64 first, u64 last)
{
	for (u64 port = first; port <= last; port++)
		if (space->io_bitmap[port / PORTS_PER_PAGE])
			*io_byte(space, port) |= 1U << (port % 8);
	space->io_version = ++io_changes;
}
