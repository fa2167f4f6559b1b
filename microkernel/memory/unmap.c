/* SPDX-License-Identifier: GPL-2.0 */
/* Unmapping, and asking what was accessed. Invariant and lock: map.h. */
#include "memory/map.h"

#include <l4/syscall.h>

#include "memory/place.h"
#include "sched/preempt.h"

static bool reduce_node(struct map_node *node, u64 first, u64 last, u64 rights,
			struct map_cursor *cursor)
{
	struct map_copies *copies = map_copies_of(cursor, node);
	bool done = place_take_in_steps(node, first, last, rights, copies);

	if (done)
		copies->serial = 0;
	return done;
}

/* What was accessed, or written to, as rights. */
static u8 rights_of(u64 used)
{
	return (used & PTE_A ? L4_RIGHT_R : 0) | (used & PTE_D ? L4_RIGHT_W : 0);
}

/* Of its own leaves; copies' place is how far that is, while it is not the copies' own. */
static bool change_used(struct map_node *node, u64 first, u64 last, u64 clear, u64 set,
			struct map_copies *copies, u64 *used)
{
	u64 va = max_u64(first, node->base + copies->va);
	bool done = space_status(map_node_space(node), &va, last, &place_node_leaves, clear, set, used);

	copies->va = done ? 0 : va - node->base;
	return done;
}

/*
 * Has what was accessed, or written to, since this was asked last in arg, as rights. What is there
 * without a node counts, and goes on to count when it is gone: its leaf says that it was used. Whoever
 * makes more of it from here on marks the leaf first (guest_map), or is seen below.
 */
static bool status_of_node(struct map_node *node, u64 first, u64 last, u64 arg,
			   struct map_cursor *cursor)
{
	struct map_copies *copies = map_copies_of(cursor, node);
	u64 used = 0, again = 0;
	u8 *seen = (u8 *)arg;
	bool done = true;

	if (copies->guest == COPIES_NONE && !copies->va) {
		*seen |= rights_of(place_not_told(node));
		/* A part does not speak for the rest. */
		if (first == node->base && last == map_node_last(node))
			node->accessed = node->written = false;
	}
	if (copies->guest == COPIES_NONE) {
		done = change_used(node, first, last, PTE_USED, 0, copies, &used);
		*seen |= rights_of(used);
	}
	done = done && space_copies_status(map_node_space(node), node->origin + (first - node->base),
					   last - first + 1, copies);
	/* Copies that were written to may be again: the leaf goes on to say so. */
	*seen |= rights_of(copies->seen);
	done = done && (!copies->seen || change_used(node, first, last, 0, copies->seen, copies, &again));
	/* Should this be given up, what the copies are used for from here on must not be lost. */
	if (!done && space_has_copies(map_node_space(node)))
		node->accessed = node->written = true;
	if (done)
		copies->serial = 0;
	return done;
}

/* What is asked for, in [first, last] of the node. False: broken off. */
static bool unmap_piece(struct map_node *node, u64 first, u64 last, u64 rights, u64 flags,
			struct steps *steps)
{
	bool self = flags & L4_UNMAP_SELF, mem = node->kind == L4_FPAGE_MEM;
	struct map_cursor *cursor = &steps->cursor;
	struct unmap_steps *unmap = &steps->unmap;

	/* While it was broken off another may have come to be the next. */
	if (node->serial != unmap->serial || node->origin != unmap->origin) {
		unmap->serial = node->serial;
		unmap->origin = node->origin;
		unmap->asked = unmap->copied = false;
	}
	if (flags & L4_UNMAP_STATUS && !unmap->asked) {
		if (!mapdb_visit(node, first, last, true, status_of_node, (u64)&unmap->seen, cursor))
			return false;
		unmap->asked = true;
	}
	if (!rights)
		return true;
	/* Without `self' guests lose it all the same: they got it from here. */
	if (mem && !self && !unmap->copied) {
		if (!space_revoke_from_guests(map_node_space(node), node->origin + (first - node->base),
					      last - first + 1, rights, map_copies_of(cursor, node)))
			return false;
		unmap->copied = true;
	}
	if (!mem || (rights & L4_RIGHT_R))
		return mapdb_revoke(node, first, last, self, map_node_gone, cursor);
	return mapdb_visit(node, first, last, self, reduce_node, rights, cursor);
}

/* The node's own leaves do not execute any more. Broken off, the piece begins where it is to go on. */
static bool hold_piece(struct map_node *node, struct range *piece)
{
	return space_take(map_node_space(node), &piece->first, piece->last, PAGING_HOLD_X, &place_node_leaves, true);
}

/*
 * Who maps there while the call is broken off has mapped after it: else it might
 * not come to its end.
 */
static bool is_meant(const struct map_node *node, const struct unmap_steps *steps)
{
	return !steps->youngest || node->serial <= steps->youngest;
}

static int unmap_pieces(struct space *space, unsigned int kind, struct range all, u64 rights,
			u64 flags, struct steps *steps)
{
	struct unmap_steps *unmap = &steps->unmap;
	struct map_node *node;

	while ((node = mapdb_find(space, kind, all.first + unmap->done, all.last))) {
		struct range piece = fpage_piece(node, all.first + unmap->done, all.last);
		bool done = !is_meant(node, unmap) ||
			    (flags & L4_UNMAP_HOLD ? hold_piece(node, &piece) :
						     unmap_piece(node, piece.first, piece.last, rights, flags, steps));

		if (done && piece.last == all.last)
			break;
		if (done) {
			unmap->done = piece.last + 1 - all.first;
			unmap->serial = 0;
		}
		if (!done && flags & L4_UNMAP_HOLD)
			unmap->done = piece.first - all.first;
		if (!done || preempt_point(100)) {
			if (!unmap->youngest)
				unmap->youngest = mapdb_youngest();
			return PREEMPTED;
		}
	}
	return unmap->seen;
}

int unmap_range(struct space *space, u64 fpage, u64 flags, struct steps *steps)
{
	unsigned int kind = l4_fpage_type(fpage);
	u64 rights = l4_fpage_rights(fpage);
	struct range all;
	int result;

	if (!fpage_decode(fpage, &all) ||
	    (flags & ~(L4_UNMAP_SELF | L4_UNMAP_STATUS | L4_UNMAP_HOLD)) ||
	    space_is_guest(space) || (flags & ~L4_UNMAP_SELF && kind != L4_FPAGE_MEM) ||
	    (flags & L4_UNMAP_HOLD && (flags != L4_UNMAP_HOLD || rights != L4_RIGHT_X)))
		return -L4_EINVAL;
	if (kind == L4_FPAGE_IO && !(rights & L4_RIGHT_R))
		return 0;
	steps_begin(steps, STEPS_UNMAP);
	result = unmap_pieces(space, kind, all, rights, flags, steps);
	if (result != PREEMPTED)
		steps_drop(steps);
	return result;
}

/* Takes a node of one page that nobody has from there. False: it is none, or its table goes, too. */
static bool take_page(struct map_node *node)
{
	struct space *space;
	u64 leaf;

	/* A mark has no space, and order 0. */
	if (node->order != PAGE_SHIFT || node->children)
		return false;
	space = map_node_space(node);
	if (space_has_copies(space))
		return false;
	leaf = paging_take_one_page(&space->paging, node->base, &place_node_leaves);
	if (!leaf)
		return false;
	place_mark_parent(node, leaf | place_not_told(node), &(u64){ 0 });
	tlb_flush_range(space, node->base, 1);
	mapdb_remove(node);
	return true;
}

bool unmap_one_page(struct space *space, u64 fpage, u64 flags)
{
	u64 va = align_down(fpage, PAGE_SIZE), phys, few = 24;
	struct map_node *node, *child, *next;

	if ((flags & ~L4_UNMAP_SELF) || space_has_copies(space))
		return false;
	node = mapdb_at(space, L4_FPAGE_MEM, va);
	if (!node)
		return false;
	phys = node->origin + (va - node->base);
	for (child = node->children; child; child = next) {
		next = child->next;
		if ((phys - child->origin < 1UL << child->order && !take_page(child)) ||
		    unlikely(!--few))
			return false;
	}
	return !(flags & L4_UNMAP_SELF) || take_page(node);
}
