/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spaces: making and destroying them, keeping the two views of guests alike,
 * kernel pages in them, and their I/O bitmaps. Pictures and locks: space.h.
 */
#include "memory/space.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "lib/string.h"
#include "memory/cap.h"
#include "sched/preempt.h"

static u64 io_changes;
static u64 youngest_guest = COPIES_DONE + 1;	/* no serial, nor that less one, is COPIES_DONE or below */

int space_init(struct space *space, struct quota *quota)
{
	space->quota = quota;
	list_init(&space->guests);
	list_init(&space->guest_link);
	return paging_init(&space->paging, quota);
}

static void copy_top(u64 *to, const u64 *from, u64 groups)
{
	for (; groups; groups &= groups - 1) {
		unsigned int first = __builtin_ctzl(groups) * PAGING_GROUP;

		for (unsigned int i = first; i < first + PAGING_GROUP; i++)
			paging_set(&to[i], from[i]);
	}
}

/* A host's upper half shows in its guests' host views. */
static void show_upper(const struct space *host, struct space *guest, u64 groups)
{
	groups &= PAGING_UPPER;
	guest->paging.top_used |= groups;
	copy_top(guest->paging.top, host->paging.top, groups);
}

static void free_top(struct space *space, u64 *top)
{
	for (u64 groups = space->paging.top_used; groups; groups &= groups - 1) {
		u64 *group = &top[__builtin_ctzl(groups) * PAGING_GROUP];

#pragma GCC unroll 8
		for (unsigned int i = 0; i < PAGING_GROUP; i++)
			group[i] = 0;
	}
	top[KERNEL_SLOT] = 0;
	kmem_page_free_cleared(space->quota, top);
}

static void free_tops(struct space *space)
{
	if (space->paging.top)
		free_top(space, space->paging.top);
	if (space->guest_top)
		free_top(space, space->guest_top);
	space->paging.top = space->guest_top = NULL;
}

int space_init_guest(struct space *space, struct space *host)
{
	if (space_is_guest(host) || !host->paging.top)
		return -L4_EINVAL;
	if (space_init(space, host->quota))
		return -L4_ENOMEM;
	space->guest_top = kmem_page_alloc(host->quota);
	if (!space->guest_top) {
		free_tops(space);
		return -L4_ENOMEM;
	}
	space->guest_top[KERNEL_SLOT] = paging_kernel_pml4e;
	show_upper(host, space, host->paging.top_used);
	space->host = host;
	space->serial = ++youngest_guest;
	list_add(&host->guests, &space->guest_link);
	return 0;
}

static bool free_tables(struct space *space)
{
	u64 groups = space->guest_top ? PAGING_LOWER : ~0UL;
	bool done;

	do {
		space_edit_begin(space);
		done = !space->paging.top || paging_free_tables(&space->paging, groups);
		space_edit_end(space);
		/* Nothing of it is cached: no CPU has it loaded, and there are no PCIDs. */
		paging_free_unused(&space->paging);
	} while (!done && !preempt_window());
	return done;
}

/*
 * Guests first, for they show its upper half; then nodes, whose owners are told
 * what was accessed; then tables. Each step leaves less of it.
 */
bool space_destroy(struct space *space, mapdb_gone_fn *gone)
{
	struct map_node *node;

	if (!space->quota)
		return true;
	while (!list_empty(&space->guests))
		if (!space_destroy(list_first(&space->guests, struct space, guest_link), gone) ||
		    preempt_point(400))
			return false;
	for (unsigned int kind = 0; kind < MAP_KINDS; kind++)
		while (space->index[kind].root) {
			node = mapdb_find(space, kind, 0, ~0UL);
			if (!mapdb_delete(node, gone, &space->destroyed) || preempt_point(50))
				return false;
		}
	if (!free_tables(space))
		return false;
	list_del(&space->guest_link);
	space->host = NULL;
	free_tops(space);
	cap_free_table(space);
	for (unsigned int i = 0; i < SPACE_IO_PAGES; i++)
		if (space->io_bitmap[i])
			kmem_page_free(space->quota, space->io_bitmap[i]);
	space->quota = NULL;
	return true;
}

/* A guest's edits are in its lower half. */
static void sync_top(struct space *space)
{
	u64 changed = space->paging.top_changed;
	struct list *link;

	space->paging.top_changed = 0;
	if (space->guest_top)
		copy_top(space->guest_top, space->paging.top, changed);
	else
		list_for_each(link, &space->guests) {
			show_upper(space, list_entry(link, struct space, guest_link), changed);
			preempt_pass(100);
		}
}

void space_paging_done_long(struct space *space, u64 va, u64 pages)
{
	struct paging *paging = &space->paging;

	if (paging->top_changed)
		sync_top(space);
	if (paging->unused && !pages)
		pages = 1;
	/* A CPU may have it in small pieces, each of which a flush of one page would leave there. */
	if (paging->taken_more && pages)
		pages = PAGING_ALL;
	paging->taken_more = false;
	if (pages)
		tlb_flush_range(space, va, pages);
	paging_free_unused(paging);
}

bool space_take_long(struct space *space, u64 *va, u64 last, u64 rights,
		      const struct paging_filter *filter, bool kept)
{
	/* A table that goes as a whole is not even looked at. */
	bool whole = (rights & L4_RIGHT_R) && filter == &paging_any;
	u64 first = *va, step = whole ? SPACE_STEP : SPACE_STEP / 8, end;
	bool changed = false, progress = kept, go_on = true, found;

	while (go_on) {
		space_edit_begin(space);
		*va = paging_next(&space->paging, *va, last, step, &end);
		found = *va <= last;
		if (found)
			changed |= paging_take_range(&space->paging, *va, end, rights, filter);
		space_edit_end(space);
		if (!found)
			break;
		*va = end + 1;
		if (end == last)
			break;
		if (preempt_due(whole ? 2000 : 4000)) {
			if (changed)
				space_paging_done(space, first, PAGING_ALL);
			/* Who begins again at the beginning must get further each time. */
			progress |= changed;
			changed = false;
			if (!preempt_window())
				continue;
			go_on = !progress;
			if (go_on)
				preempt_late();
		}
	}
	if (changed)
		space_paging_done(space, first, PAGING_ALL);
	return go_on;
}

bool space_status_long(struct space *space, u64 *va, u64 last, const struct paging_filter *filter,
		       u64 clear, u64 set, u64 *seen)
{
	u64 first = *va, found = 0, end;
	bool go_on = true, any;

	while (go_on) {
		space_edit_begin(space);
		*va = paging_next(&space->paging, *va, last, SPACE_STEP / 8, &end);
		any = *va <= last;
		if (any)
			found |= paging_status(&space->paging, *va, end, filter, clear, set);
		space_edit_end(space);
		if (!any || end == last)
			break;
		*va = end + 1;
		if (!preempt_due(4000))
			continue;
		/* Before others are let in: what is written from here on must be seen anew. */
		if (found & clear)
			tlb_flush_range(space, first, (*va - first) >> PAGE_SHIFT);
		*seen |= found;
		found = 0;
		first = *va;
		go_on = !preempt_window();
	}
	if (found & clear)
		tlb_flush_range(space, first, ((last - first) >> PAGE_SHIFT) + 1);
	*seen |= found;
	return go_on;
}

int space_pin_page(struct space *space, u64 va, void *page)
{
	u64 flags = paging_flags(L4_RIGHT_R | L4_RIGHT_W) | PTE_USED | PTE_PINNED;
	bool replaced = false;
	unsigned int level;
	int error;

	if (!space->paging.top || space_is_guest(space) || (va & (PAGE_SIZE - 1)) ||
	    !is_user_addr(va))
		return -L4_EINVAL;
	if (*paging_find(&space->paging, va, &level))
		return -L4_EBUSY;
	error = paging_map_range(&space->paging, va, virt_to_phys(page), 1, flags, &paging_none,
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
	    paging_take_range(&space->paging, va, va + (PAGE_SIZE - 1), L4_RIGHT_R, &pinned))
		space_paging_done(space, va, 1);
}

/* What is done to copies, and to which: see space.h. */
struct copies_work {
	bool (*step)(struct space *space, u64 *va, u64 last, struct copies_work *work);
	struct paging_filter filter;
	u64 rights;		/* to be taken away */
	u64 seen;		/* of their flags */
};

/* A copy is made as one that was accessed: who may write there may have. */
static u64 used_by(u64 seen)
{
	return (seen ? PTE_A : 0) | (seen & PTE_W ? PTE_D : 0);
}

static bool take_step(struct space *space, u64 *va, u64 last, struct copies_work *work)
{
	u64 taken = space->paging.taken;
	bool done;

	space->paging.taken = 0;
	done = space_take_long(space, va, last, work->rights, &work->filter, true);
	work->seen |= space->paging.taken;
	space->paging.taken = taken;
	return done;
}

static bool look_step(struct space *space, u64 *va, u64 last, struct copies_work *work)
{
	return space_status_long(space, va, last, &work->filter, 0, 0, &work->seen);
}

static bool go_through_guests(struct space *host, struct map_copies *copies, struct copies_work *work)
{
	struct list *link;

	list_for_each(link, &host->guests) {
		struct space *guest = list_entry(link, struct space, guest_link);

		if (copies->guest && guest->serial > copies->guest) {
			preempt_pass(10);
			continue;
		}
		/* The one that was next may be gone. */
		if (guest->serial != copies->guest)
			copies->va = 0;
		copies->guest = guest->serial;
		if (!work->step(guest, &copies->va, USER_LOWER_END - 1, work))
			return false;
		--copies->guest;
		copies->va = 0;
		if (preempt_point(600))
			return false;
	}
	return true;
}

static bool go_through_copies(struct space *host, struct map_copies *copies, struct copies_work *work)
{
	if (copies->guest != COPIES_ALIASES) {
		if (!go_through_guests(host, copies, work))
			return false;
		copies->guest = COPIES_ALIASES;
		copies->va = KERNEL_SLOT_END;
	}
	work->filter.mask = work->filter.match = PTE_ALIAS;
	return !host->has_alias || work->step(host, &copies->va, ~0UL, work);
}

static struct copies_work taking(phys_t origin, u64 size, u64 rights)
{
	return (struct copies_work){
		.step = take_step, .filter = { .first = origin, .last = origin + (size - 1) }, .rights = rights,
	};
}

bool space_revoke_from_guests(struct space *host, phys_t origin, u64 size, u64 rights,
			      struct map_copies *copies)
{
	struct copies_work work = taking(origin, size, rights);

	if (!go_through_guests(host, copies, &work))
		return false;
	copies->serial = 0;
	return true;
}

bool space_revoke_copies_long(struct space *host, phys_t origin, u64 size, u64 rights,
			      struct map_copies *copies)
{
	struct copies_work work = taking(origin, size, rights);
	bool done = go_through_copies(host, copies, &work);

	host->paging.taken |= used_by(work.seen);
	return done;
}

void space_revoke_copies_now(struct space *host, phys_t origin, u64 size, u64 rights)
{
	struct map_copies copies = { 0 };
	bool late = false;

	while (!space_revoke_copies(host, origin, size, rights, &copies))
		late = true;
	if (late)
		preempt_late();
}

bool space_copies_status_long(struct space *host, phys_t origin, u64 size, struct map_copies *copies)
{
	struct copies_work work = {
		.step = look_step, .filter = { .first = origin, .last = origin + (size - 1) },
	};
	bool done = go_through_copies(host, copies, &work);

	copies->seen |= used_by(work.seen);
	return done;
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

static void io_word(u64 *word, u64 mask, bool deny)
{
	*word = deny ? *word | mask : *word & ~mask;
}

/* Sets the bits of ports [first, last], or clears them. */
static void io_change(struct space *space, u64 first, u64 last, bool deny)
{
	for (u64 page = first / PORTS_PER_PAGE; page <= last / PORTS_PER_PAGE; page++) {
		u64 base = page * PORTS_PER_PAGE, *word = (u64 *)space->io_bitmap[page];
		u64 from = max_u64(first, base) - base;
		u64 to = min_u64(last - base, PORTS_PER_PAGE - 1);
		u64 head = ~0UL << from % 64, tail = ~0UL >> (63 - to % 64);

		if (!word)
			continue;
		from /= 64;
		to /= 64;
		io_word(&word[from], from == to ? head & tail : head, deny);
		if (from == to)
			continue;
		io_word(&word[to], tail, deny);
		memset(&word[from + 1], deny ? 0xff : 0, (to - from - 1) * 8);
	}
	space->io_version = ++io_changes;
}

int space_allow_ports(struct space *space, u64 first, u64 last)
{
	for (u64 page = first / PORTS_PER_PAGE; page <= last / PORTS_PER_PAGE; page++)
		if (!io_reserve(space, page))
			return -L4_ENOMEM;
	io_change(space, first, last, false);
	return 0;
}

void space_forbid_ports(struct space *space, u64 first, u64 last)
{
	io_change(space, first, last, true);
}

bool space_allows_port(const struct space *space, u16 port)
{
	const u8 *bits = space->io_bitmap[port / PORTS_PER_PAGE];

	return bits && !(bits[port % PORTS_PER_PAGE / 8] >> port % 8 & 1);
}
