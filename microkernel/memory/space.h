/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A space: the memory, I/O ports and capabilities of one task. There are three
 * sorts: ordinary, host (has guests) and guest.
 *
 *   index of the top-level table      0 .. 255        256     257 .. 511
 *   ordinary or host space   paging.top  own           kernel  own
 *   guest, host view         paging.top  guest's own   kernel  its host's
 *   guest, guest view        guest_top   the same      kernel  empty
 *
 * Invariants: entry 256 is paging_kernel_pml4e in every table; a guest's two
 * tables have the same lower half; the upper half of its host view is its
 * host's; nothing below entry 256 of a host table is reached from a guest.
 * A guest has no capabilities, ports or nodes of the mapping database, and its
 * kernel memory is charged to its host.
 */
#ifndef SPACE_H
#define SPACE_H

#include "base/quota.h"
#include "lib/list.h"
#include "memory/mapdb.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/layout.h"
#include "x86/mmu/paging.h"

struct cap_table;

#define SPACE_IO_PAGES	2		/* 65536 bits */
#define SPACE_STEP	0x200000UL	/* what a table of the lowest level maps */

struct space {
	struct paging paging;		/* its tables; of a guest: the host view */
	u64 *guest_top;			/* the guest view's top-level table; NULL: no guest */
	struct quota *quota;		/* what its memory is charged to */

	struct cap_table *caps;		/* NULL until the first capability */
	struct map_index index[MAP_KINDS];
	struct map_cursor destroyed;	/* how far space_destroy() is with a node */
	u8 *io_bitmap[SPACE_IO_PAGES];	/* as the CPU wants it: 0 allows; NULL: all denied */
	u64 io_version;			/* of all spaces' bitmaps unique; 0: never had ports */

	struct space *host;		/* of a guest, while its host lives */
	struct list guests;		/* of a host */
	struct list guest_link;
	u64 serial;			/* of a guest: a younger one's is higher, and it is before in the list */
	u64 generation;			/* the highest of the unmaps of guest_update here; 0: none had one */
	/* Of a guest: see guest.h. */
	bool edited;			/* a CPU changes its tables; others look, and wait */
	bool flush_due;			/* guarded by `edited' */
	bool has_alias;			/* guest_update has mapped in its own upper half */
};

static inline bool space_is_guest(const struct space *space)
{
	return space->guest_top;
}

/* For CR3. */
static inline phys_t space_root(const struct space *space)
{
	return virt_to_phys(space->paging.top);
}

static inline phys_t space_guest_root(const struct space *space)
{
	return virt_to_phys(space->guest_top);
}

/* Both take a zeroed space. 0 or -L4_ENOMEM; the second -L4_EINVAL if `host' is a guest itself. */
int space_init(struct space *space, struct quota *quota) __must_check;
int space_init_guest(struct space *space, struct space *host) __must_check;

/*
 * Takes everything from the space, and what others got from it, and frees its
 * tables; its guests lose theirs too. No CPU may have one of these tables
 * loaded. gone: map_node_gone (place.h). False: broken off, to be called again.
 * Doing it twice is harmless. The time does not depend on how many pages a guest
 * has mapped, only on how many tables.
 */
bool space_destroy(struct space *space, mapdb_gone_fn *gone);

/*
 * tlb.c's: flushes translations of [va, va + pages * 4 KiB) of a
 * space in all its views, and for a host's upper half in its guests' host
 * views; also all cached upper-level entries for it. Many pages: all of it.
 */
void tlb_flush_range(struct space *space, u64 va, u64 pages);

/* Of a guest, by who need not have the kernel's lock: on this CPU. False: it must be done on others, too. */
bool tlb_flush_here(const struct space *guest, u64 va, u64 pages) __must_check;

/*
 * Who has the kernel's lock changes a guest's tables between these two, without a
 * window, and nothing stays cached of what was replaced in them before.
 */
void space_edit_begin_many(struct space *guest);
void space_edit_end_many(struct space *guest);

static inline void space_edit_begin(struct space *space)
{
	if (unlikely(cpus_many) && space_is_guest(space))
		space_edit_begin_many(space);
}

static inline void space_edit_end(struct space *space)
{
	if (unlikely(cpus_many) && space_is_guest(space))
		space_edit_end_many(space);
}

void space_paging_done_long(struct space *space, u64 va, u64 pages);

/*
 * After editing space->paging: copies changed top-level entries to the other
 * tables that show them and frees the page tables that are out of use. With
 * pages > 0, translations of [va, va + pages) were removed or reduced, and are
 * flushed in between.
 */
static inline void space_paging_done(struct space *space, u64 va, u64 pages)
{
	const struct paging *paging = &space->paging;

	if (unlikely(pages || paging->unused || paging->top_changed))
		space_paging_done_long(space, va, pages);
}

/*
 * paging_take_range() of any range, and what belongs to it, in steps. False: broken
 * off; *va is where to go on. If it is not kept, something has been taken then.
 */
bool space_take_long(struct space *space, u64 *va, u64 last, u64 rights,
		      const struct paging_filter *filter, bool kept);

static inline bool space_take(struct space *space, u64 *va, u64 last, u64 rights,
			      const struct paging_filter *filter, bool kept)
{
	bool changed;

	if (unlikely(last - *va >= SPACE_STEP / 8))
		return space_take_long(space, va, last, rights, filter, kept);
	space_edit_begin(space);
	changed = paging_take_range(&space->paging, *va, last, rights, filter);
	space_edit_end(space);
	if (changed)
		space_paging_done(space, *va, (last - *va + 1) >> PAGE_SHIFT);
	return true;
}

/*
 * paging_status() of any range, in steps, and what was cleared is flushed; the flags are
 * or'ed to *seen. False: broken off; *va is where to go on.
 */
bool space_status_long(struct space *space, u64 *va, u64 last, const struct paging_filter *filter,
		       u64 clear, u64 set, u64 *seen);

static inline bool space_status(struct space *space, u64 *va, u64 last, const struct paging_filter *filter,
				u64 clear, u64 set, u64 *seen)
{
	u64 found;

	if (unlikely(last - *va >= SPACE_STEP / 8))
		return space_status_long(space, va, last, filter, clear, set, seen);
	found = paging_status(&space->paging, *va, last, filter, clear, set);
	if (found & clear)
		tlb_flush_range(space, *va, ((last - *va) >> PAGE_SHIFT) + 1);
	*seen |= found;
	return true;
}

/*
 * Maps a page of the kernel's (a UTCB) readable and writable. It cannot be
 * mapped onwards, unmapped or replaced by ring 3.
 * 0, -L4_EINVAL, -L4_EBUSY (something is mapped there) or -L4_ENOMEM.
 */
int space_pin_page(struct space *space, u64 va, void *page) __must_check;
void space_unpin_page(struct space *space, u64 va);

/*
 * What is done to the copies of frames [origin, origin + size): in the host's guests,
 * the youngest first, and then, as aliases, in its own upper half; in steps. False:
 * broken off; the place is where to go on. What is mapped meanwhile is not meant. At the end it
 * is COPIES_DONE, its va 0 and for the user: who is done with all of it makes it none.
 */
/* `rights' are taken away: the host lost them itself. What was accessed is in its paging.taken. */
bool space_revoke_copies_long(struct space *host, phys_t origin, u64 size, u64 rights,
			      struct map_copies *copies);

/* The same from its guests only. */
bool space_revoke_from_guests(struct space *host, phys_t origin, u64 size, u64 rights,
			      struct map_copies *copies);

/* Both, not broken off. If it was time for that, the next preemption point is due. */
void space_revoke_copies_now(struct space *host, phys_t origin, u64 size, u64 rights);

/* copies->seen gets PTE_A if a guest, or an alias, has any of them, PTE_D if one may write there. */
bool space_copies_status_long(struct space *host, phys_t origin, u64 size, struct map_copies *copies);

static inline bool space_has_copies(const struct space *space)
{
	return !list_empty(&space->guests) || space->has_alias;
}

static inline bool space_revoke_copies(struct space *host, phys_t origin, u64 size, u64 rights,
				       struct map_copies *copies)
{
	if (copies->guest == COPIES_DONE)
		return true;
	if (unlikely(space_has_copies(host)) &&
	    !space_revoke_copies_long(host, origin, size, rights, copies))
		return false;
	copies->guest = COPIES_DONE;
	copies->va = 0;
	return true;
}

static inline bool space_copies_status(struct space *host, phys_t origin, u64 size,
				       struct map_copies *copies)
{
	if (copies->guest == COPIES_DONE)
		return true;
	if (unlikely(space_has_copies(host)) &&
	    !space_copies_status_long(host, origin, size, copies))
		return false;
	copies->guest = COPIES_DONE;
	copies->va = 0;
	return true;
}

/* Ports [first, last] become allowed. 0 or -L4_ENOMEM. */
int space_allow_ports(struct space *space, u64 first, u64 last) __must_check;
void space_forbid_ports(struct space *space, u64 first, u64 last);
bool space_allows_port(const struct space *space, u16 port);

/* A space's tables go away: no CPU may stay on them. */
void tlb_leave_space(struct space *space);

#endif
