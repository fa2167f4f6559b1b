/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map, grant and unmap. Picture, invariant and lock: map.h.
 *
 * A flexpage is worked off piece by piece: a piece is what one source node has
 * of it, itself a flexpage. For each piece: what is at its destination goes;
 * the destination gets a node; then page tables, bitmap or slot are filled
 * (place); if that fails the node goes again, and with it what was filled.
 */
#include "memory/map.h"

#include "memory/cap.h"
#include "memory/place.h"
#include "sched/preempt.h"

/* All that map may clear away. */
static const struct paging_filter own_leaves = { .mask = PTE_PINNED, .last = ~0UL };

/* What was in the way may be where the source came from: look again. */
#define AGAIN	(PREEMPTED - 1)

/* Makes room at the target. 0, PREEMPTED, or 1: something had to go. */
static int clear_away(struct space *target, unsigned int kind, u64 first, u64 last,
		      struct map_cursor *cursor)
{
	struct map_node *node;
	int cleared = 0;

	if (kind == L4_FPAGE_CAP)
		return 0;
	while ((node = mapdb_find(target, kind, first, last))) {
		if (!mapdb_revoke(node, max_u64(node->base, first),
				  min_u64(map_node_last(node), last), true, map_node_gone, cursor))
			return PREEMPTED;
		cleared = 1;
		if (preempt_point(100))
			return PREEMPTED;
	}
	if (kind == L4_FPAGE_MEM && target->has_alias &&
	    !space_take(target, &first, last, L4_RIGHT_R, &own_leaves, false))
		return PREEMPTED;
	return cleared;
}

/*
 * The node that the piece, begun before, goes on to be filled in: the same mapping as at
 * first, whole, of the same frames and from the same source. NULL: it is that no more.
 */
static struct map_node *find_begun(struct map_node *node, u64 origin, unsigned int order,
				   struct space *target, u64 to, u64 serial)
{
	struct map_node *child = mapdb_at(target, node->kind, to);

	if (!child || child->going || child->serial != serial || child->parent != node ||
	    child->base != to || child->origin != origin || child->order != order)
		return NULL;
	return child;
}

/* A node made in this very call; but on another CPU it may have been used. */
static void drop_new(struct map_node *node)
{
	struct space *space = map_node_space(node);
	u64 offset = 0;

	place_clear_new(space, node->kind, node->base, map_node_last(node), node->origin);
	while (!place_mark_parent(node, space->paging.taken, &offset))
		;
	mapdb_remove(node);
}

/* Of a piece that was taken away, or split, while the call was broken off, no more is filled. */
static s64 share_piece(struct map_node *node, struct range from, struct space *target, u64 to,
		       u64 rights, struct map_steps *steps)
{
	unsigned int order = __builtin_ctzl(from.last - from.first + 1);
	u64 origin = node->origin + (from.first - node->base);
	struct filled filled = { steps->filled, steps->filled_units };
	bool begun = filled.bytes;
	struct map_node *child;
	int error;

	steps->filled = 0;
	if (unlikely(begun)) {
		child = find_begun(node, origin, order, target, to, steps->serial);
		if (!child)
			return filled.units;
	} else {
		/* Who is about to remove that one need not meet children without end. */
		if (node->going)
			return 0;
		filled.units = 0;
		child = mapdb_insert(target, node->kind, to, order, origin, node);
		if (!child)
			return -L4_ENOMEM;
	}
	error = place_fill(map_node_space(node), node->kind, from, target, to, rights, &filled);
	if (error == PREEMPTED) {
		steps->filled = filled.bytes;
		steps->filled_units = filled.units;
		steps->serial = child->serial;
	} else if (error || !filled.units) {
		if (begun)
			mapdb_delete_now(child, map_node_gone);
		else
			drop_new(child);
	}
	return error ? error : filled.units;
}

/* Whoever has the memory now tells how it was used before. */
static void mark_used(struct space *space, u64 first, u64 size, u64 taken)
{
	if (taken & PTE_USED)
		paging_status(&space->paging, first, first + size, &place_node_leaves, 0, taken & PTE_USED);
}

/*
 * What of a piece is granted at one go: no more leaves than can be gone through then. (A large leaf,
 * or a large hole, is not cut for it.)
 */
static struct range short_piece(const struct map_node *node, struct range piece)
{
	u64 size = SPACE_STEP / 8;
	unsigned int level;

	if (node->kind != L4_FPAGE_MEM || node->going)
		return piece;
	paging_find(&map_node_space(node)->paging, piece.first, &level);
	size = max_u64(size, 1UL << paging_level_shift(level));
	piece.last = min_u64(piece.last, piece.first | (size - 1));
	return piece;
}

/* It lets interrupts in, but cannot be broken off: half of it is neither's. */
static s64 grant_piece(struct map_node *node, struct range from, struct space *target, u64 to,
		       u64 rights)
{
	unsigned int order = __builtin_ctzl(from.last - from.first + 1), kind = node->kind;
	struct space *source = map_node_space(node);
	struct filled filled = { 0 };
	u64 origin;
	int error;

	/* Half of it is gone already. */
	if (node->going)
		return 0;
	/* A task's first capability ends with its maker's table: in its own, the task had no end. */
	if (kind == L4_FPAGE_CAP && !node->parent &&
	    cap_object(cap_word(source, from.first))->type == OBJECT_TASK)
		return 0;
	node = mapdb_isolate(node, from.first, order, map_node_gone);
	if (!node)
		return PREEMPTED;
	if (node->order > order)
		return -L4_ENOMEM;
	origin = node->origin;
	do {
		error = place_fill(source, kind, from, target, to, rights, &filled);
	} while (error == PREEMPTED);
	if (!error && filled.units && !mapdb_move(node, target, to))
		error = -L4_ENOMEM;
	if (!error && filled.units) {
		source->paging.taken = 0;
		place_clear_now(source, kind, from.first, from.last, origin);
		mark_used(target, to, from.last - from.first, source->paging.taken);
	} else {
		place_clear_new(target, kind, to, to + (from.last - from.first), origin);
		mark_used(source, from.first, from.last - from.first, target->paging.taken);
	}
	return error ? error : filled.units;
}

/* All that can be wrong with a request before anything is looked up. */
static int check_request(struct space *source, u64 fpage, struct space *target, u64 where,
			 u64 done, struct range *all)
{
	unsigned int kind = l4_fpage_type(fpage);
	u64 size, target_last;

	if (!fpage_decode(fpage, all) || !source->paging.top || !target->paging.top ||
	    space_is_guest(source) || space_is_guest(target))
		return -L4_EINVAL;
	size = all->last - all->first;
	target_last = where + size;
	/* The whole space goes to the whole space only. */
	if (l4_fpage_order(fpage) == L4_FPAGE_ORDER_ALL ? where : where & size)
		return -L4_EINVAL;
	if (kind != L4_FPAGE_CAP && !(fpage & L4_RIGHT_R))
		return -L4_EINVAL;
	switch (kind) {
	case L4_FPAGE_MEM:
		return where && !paging_range_ok(where, target_last) ? -L4_EINVAL : 0;
	case L4_FPAGE_IO:
		return where != all->first ? -L4_EINVAL : 0;
	default:
		if (where > target_last || target_last >= L4_CAP_SLOTS)
			return -L4_EINVAL;
		return mapdb_find(target, kind, where + done, target_last) ?
			       -L4_EEXIST : 0;
	}
}

/* Broken off in clearing away: that comes to its end even if the source has gone with it. */
static int clear_on(struct space *target, unsigned int kind, u64 where, struct steps *steps)
{
	u64 to = where + steps->map.done;

	if (!steps->map.clearing)
		return 0;
	if (clear_away(target, kind, to, to + (steps->map.clearing - 1), &steps->cursor) == PREEMPTED)
		return PREEMPTED;
	steps->map.clearing = 0;
	return 0;
}

/* One piece: what was at its destination goes, and it comes there. */
static s64 map_piece(struct map_node *node, struct range from, struct space *target, u64 to,
		     u64 fpage, struct steps *steps)
{
	u64 rights = l4_fpage_rights(fpage);
	int error = 0;

	if (!steps->map.filled)
		error = clear_away(target, node->kind, to, to + (from.last - from.first), &steps->cursor);
	if (error == PREEMPTED)
		steps->map.clearing = from.last - from.first + 1;
	if (error)
		return error == PREEMPTED ? PREEMPTED : AGAIN;
	return fpage & L4_FPAGE_GRANT ? grant_piece(node, from, target, to, rights) :
					share_piece(node, from, target, to, rights, &steps->map);
}

static s64 map_pieces(struct space *source, u64 fpage, struct space *target, u64 where,
		      struct steps *steps)
{
	unsigned int kind = l4_fpage_type(fpage);
	struct map_steps *map = &steps->map;
	struct range all, from;
	struct map_node *node;
	s64 count;
	int error = check_request(source, fpage, target, where, map->done, &all);

	if (!error)
		error = clear_on(target, kind, where, steps);
	if (error)
		return error;
	while ((node = mapdb_find(source, kind, all.first + map->done, all.last))) {
		from = fpage_piece(node, all.first + map->done, all.last);
		if (fpage & L4_FPAGE_GRANT)
			from = short_piece(node, from);
		/* The source of what was begun has gone. */
		if (unlikely(map->filled && from.first != all.first + map->done)) {
			map->units += map->filled_units;
			map->filled = 0;
		}
		map->done = from.first - all.first;
		count = map_piece(node, from, target, where + map->done, fpage, steps);
		if (count == AGAIN)
			continue;
		if (count < 0)
			return count;
		map->units += count;
		if (from.last == all.last)
			break;
		map->done = from.last + 1 - all.first;
		if (preempt_point(800))
			return PREEMPTED;
	}
	return map->units ? map->units : -L4_EFAULT;
}

s64 map_range(struct space *source, u64 fpage, struct space *target, u64 where, struct steps *steps)
{
	s64 result;

	steps_begin(steps, STEPS_MAP);
	result = map_pieces(source, fpage, target, where, steps);
	if (result != PREEMPTED)
		steps_drop(steps);
	return result;
}

/* Whether an address of the source is a good one need not be asked where a node is. */
bool map_one_page(struct space *source, u64 fpage, struct space *target, u64 where)
{
	u64 va = align_down(fpage, PAGE_SIZE), phys, leaf, *entry, *parent;
	struct map_node *node;
	unsigned int level;

	if ((where & (PAGE_SIZE - 1)) || !paging_range_ok(where, where) || space_is_guest(target))
		return false;
	entry = paging_near_entry(&target->paging, where, &parent);
	node = mapdb_at(source, L4_FPAGE_MEM, va);
	if (!entry || *entry || !node || node->going)
		return false;
	phys = node->origin + (va - node->base);
	leaf = paging_walk(&source->paging, va, &level);
	if (!leaf || !paging_filter_means(&place_node_leaves, leaf) ||
	    !mapdb_insert(target, L4_FPAGE_MEM, where, PAGE_SHIFT, phys, node))
		return false;
	paging_set(entry, phys | paging_flags(paging_rights(leaf) & fpage) | (leaf & PTE_DEVICE));
	paging_count(parent, entry, 1);
	return true;
}

int map_root(struct space *space, unsigned int kind, u64 base, u64 origin, u64 size, u64 rights)
{
	u64 unit = kind == L4_FPAGE_MEM ? PAGE_SIZE : 1;
	bool replaced = false;

	if (!size)
		return 0;
	if (kind == L4_FPAGE_CAP || ((base | origin | size) & (unit - 1)) ||
	    mapdb_find(space, kind, base, base + (size - 1)) ||
	    (kind == L4_FPAGE_MEM && !paging_range_ok(base, base + (size - 1))))
		return -L4_EINVAL;
	while (size) {
		unsigned int order = 63 - __builtin_clzl(size);
		struct map_node *node;
		int error;

		if ((base | origin) && __builtin_ctzl(base | origin) < (int)order)
			order = __builtin_ctzl(base | origin);
		node = mapdb_insert(space, kind, base, order, origin, NULL);
		if (!node)
			return -L4_ENOMEM;
		if (kind == L4_FPAGE_MEM) {
			error = paging_map_range(&space->paging, base, origin, 1UL << (order - PAGE_SHIFT),
					   paging_flags(rights) | (rights & PAGING_DEVICE ? PTE_DEVICE : 0),
					   &paging_none, &replaced);
			space_paging_done(space, base, 0);
		} else {
			error = space_allow_ports(space, base, base + ((1UL << order) - 1));
		}
		if (error) {
			drop_new(node);
			return error;
		}
		base += 1UL << order;
		origin += 1UL << order;
		size -= 1UL << order;
	}
	return 0;
}
