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

#include "base/panic.h"
#include "memory/cap.h"
#include "sched/preempt.h"

/* Leaves that belong to nodes, and all that map may clear away. */
static const struct paging_filter node_leaves = { .mask = PTE_PINNED | PTE_ALIAS, .last = ~0UL };
static const struct paging_filter own_leaves = { .mask = PTE_PINNED, .last = ~0UL };

struct range {
	u64 first, last;
};

static bool range_decode(u64 fpage, struct range *range)
{
	u64 kind = l4_fpage_type(fpage), order = l4_fpage_order(fpage), base = l4_fpage_base(fpage);
	bool mem = kind == L4_FPAGE_MEM;

	if (kind >= MAP_KINDS)
		return false;
	range->first = base;
	if (order == L4_FPAGE_ORDER_ALL) {
		range->last = mem ? ~0UL : L4_CAP_SLOTS - 1;
		return !base;
	}
	if (mem ? order < PAGE_SHIFT || order > 47 : order > 16)
		return false;
	range->last = base + ((1UL << order) - 1);
	if (base & ((1UL << order) - 1))
		return false;
	return mem ? paging_range_ok(range->first, range->last) : range->last < L4_CAP_SLOTS;
}

static u64 unit_count(unsigned int kind, u64 first, u64 last)
{
	return kind == L4_FPAGE_MEM ? (last - first + 1) >> PAGE_SHIFT : last - first + 1;
}

/*
 * The next piece of a flexpage, from `at' on: as much as there is a node, and a
 * flexpage itself. (Where a call was broken off, a node may be larger now than the
 * one it came from, and reach back before `at'.)
 */
static struct range piece_of(const struct map_node *node, u64 at, u64 last)
{
	u64 first = max_u64(node->base, at), end = min_u64(map_node_last(node), last);
	unsigned int order = 63 - __builtin_clzl(end - first + 1);

	if (first && (unsigned int)__builtin_ctzl(first) < order)
		order = __builtin_ctzl(first);
	return (struct range){ first, first + ((1UL << order) - 1) };
}

/* Takes what [first, last] of a space stands for away, beside the mapping database. False: broken off. */
static bool forget(struct space *space, unsigned int kind, u64 first, u64 last, u64 origin)
{
	u64 va = first;

	switch (kind) {
	case L4_FPAGE_MEM:
		if (!space->paging.top)
			break;
		if (!space_take(space, &va, last, L4_RIGHT_R, &node_leaves))
			return false;
		space_revoke_frames(space, origin, last - first + 1, L4_RIGHT_R, true);
		break;
	case L4_FPAGE_IO:
		space_forbid_ports(space, first, last);
		break;
	case L4_FPAGE_CAP:
		cap_clear(space, first);
		break;
	}
	return true;
}

/*
 * That memory was accessed, or written to, is told to who mapped it there before
 * it goes: who asks later learns of it all the same.
 */
static void mark_parent(const struct map_node *node, u64 leaf)
{
	const struct map_node *parent = node->parent;
	u64 first;

	if (!parent || !(leaf & PTE_USED))
		return;
	first = parent->base + (node->origin - parent->origin);
	paging_status(&map_node_space(parent)->paging, first,
		      first + (map_node_last(node) - node->base), &node_leaves, 0, leaf & PTE_USED);
}

bool map_node_gone(struct map_node *node)
{
	struct space *space = map_node_space(node);
	bool done;

	space->paging.taken = 0;
	done = forget(space, node->kind, node->base, map_node_last(node), node->origin);
	mark_parent(node, space->paging.taken);
	return done;
}

/* One run of frames with the same rights. */
struct run {
	phys_t phys;
	u64 rights, bytes;
};

/*
 * What is at va, as long as it goes on alike in the same page table, at most to
 * last, with those of its rights that are in `mask'; rights 0: nothing that may
 * be mapped onwards. (Frames of one node lie one behind the other.)
 */
static struct run next_run(const struct paging *paging, u64 va, u64 last, u64 mask)
{
	unsigned int level;
	u64 *entry = paging_lowest(paging, va, &level), end = va - 1, leaf = *entry;
	u64 size = 1UL << paging_level_shift(level);
	bool ours = leaf && paging_filter_means(&node_leaves, leaf);
	u64 telling = PTE_P | PTE_ALIAS | PTE_PINNED | (mask & L4_RIGHT_W ? PTE_W : 0) |
		      (mask & L4_RIGHT_X ? PTE_NX : 0);

	do {
		end = min_u64(last, (end + 1) | (size - 1));
	} while (end != last && ((u64)++entry & (PAGE_SIZE - 1)) &&
		 !((*entry ^ leaf) & telling) && !(level && paging_is_table(*entry)));
	return (struct run){
		.phys = paging_leaf_phys(leaf, level, va),
		.rights = ours ? paging_rights(leaf) & mask : 0,
		.bytes = end - va + 1,
	};
}

/* How much of a piece is filled: from its beginning, and what was mapped of that. */
struct filled {
	u64 bytes;
	s64 units;
};

static int place_memory(struct space *source, struct range from, struct space *target, u64 to,
			u64 rights, struct filled *filled)
{
	u64 size = from.last - from.first + 1;
	bool replaced = false;
	int error = 0;

	while (filled->bytes < size && !error) {
		struct run run = next_run(&source->paging, from.first + filled->bytes, from.last, rights);

		if (run.rights) {
			u64 count = run.bytes >> PAGE_SHIFT, flags = paging_flags(run.rights);
			u64 va = to + filled->bytes;

			error = paging_map(&target->paging, va, run.phys, count, flags,
					   &paging_none, &replaced);
			filled->units += count;
		}
		filled->bytes += run.bytes;
		if (!error && filled->bytes < size &&
		    preempt_point(100 + (min_u64(run.bytes, SPACE_STEP) >> 8)))
			error = PREEMPTED;
	}
	space_paging_done(target, to, 0);
	return error;
}

/* Fills the target with a piece, beside the mapping database, or goes on with it. 0 or an error */
static int place(struct space *source, unsigned int kind, struct range from, struct space *target,
		 u64 to, u64 rights, struct filled *filled)
{
	u64 word;
	int error;

	switch (kind) {
	case L4_FPAGE_MEM:
		return place_memory(source, from, target, to, rights, filled);
	case L4_FPAGE_IO:
		error = space_allow_ports(target, from.first, from.last);
		filled->units = unit_count(kind, from.first, from.last);
		return error;
	default:
		word = cap_word(source, from.first);
		if (!(word & L4_RIGHT_R))
			return 0;
		error = cap_check_free(target, to);
		if (!error)
			error = cap_reserve(target, to);
		if (error)
			return error;
		cap_set(target, to, cap_object(word), word & rights);
		filled->units = 1;
		return 0;
	}
}

#define AGAIN	(PREEMPTED - 1)	/* what was in the way may be where the source came from: look again */

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
	if (kind == L4_FPAGE_MEM && target->has_alias && !space_take(target, &first, last, L4_RIGHT_R, &own_leaves))
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

	if (!child || child->serial != serial || child->parent != node || child->base != to ||
	    child->origin != origin || child->order != order)
		return NULL;
	return child;
}

/* Of a piece that was taken away, or split, while the call was broken off, no more is filled. */
static s64 share_piece(struct map_node *node, struct range from, struct space *target, u64 to,
		       u64 rights, struct map_steps *steps)
{
	unsigned int order = __builtin_ctzl(from.last - from.first + 1);
	u64 origin = node->origin + (from.first - node->base);
	struct filled filled = { steps->filled, steps->filled_units };
	struct map_node *child;
	int error;

	steps->filled = 0;
	if (unlikely(filled.bytes)) {
		child = find_begun(node, origin, order, target, to, steps->serial);
		if (!child)
			return filled.units;
	} else {
		filled.units = 0;
		child = mapdb_insert(target, node->kind, to, order, origin, node);
		if (!child)
			return -L4_ENOMEM;
	}
	error = place(map_node_space(node), node->kind, from, target, to, rights, &filled);
	if (error == PREEMPTED) {
		steps->filled = filled.bytes;
		steps->filled_units = filled.units;
		steps->serial = child->serial;
	} else if (error || !filled.units) {
		mapdb_delete_now(child, map_node_gone);
	}
	return error ? error : filled.units;
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
		error = place(source, kind, from, target, to, rights, &filled);
	} while (error == PREEMPTED);
	if (!error && filled.units && !mapdb_move(node, target, to))
		error = -L4_ENOMEM;
	if (!error && filled.units) {
		source->paging.taken = 0;
		while (!forget(source, kind, from.first, from.last, origin))
			;
		if (source->paging.taken & PTE_USED)
			paging_status(&target->paging, to, to + (from.last - from.first),
				      &node_leaves, 0, source->paging.taken & PTE_USED);
	} else
		while (!forget(target, kind, to, to + (from.last - from.first), origin))
			;
	return error ? error : filled.units;
}

/* All that can be wrong with a request before anything is looked up. */
static int check_request(struct space *source, u64 fpage, struct space *target, u64 where,
			 u64 done, struct range *all)
{
	unsigned int kind = l4_fpage_type(fpage);
	u64 size, target_last;

	if (!range_decode(fpage, all) || !source->paging.top || !target->paging.top ||
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
		from = piece_of(node, all.first + map->done, all.last);
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

static __noinline s64 map_any(struct space *source, u64 fpage, struct space *target, u64 where,
			      struct steps *steps)
{
	s64 result;

	steps_begin(steps, STEPS_MAP);
	result = map_pieces(source, fpage, target, where, steps);
	if (result != PREEMPTED)
		steps_drop(steps);
	return result;
}

/* One page of memory, with what rights are in `with'. */
static bool is_page(u64 fpage, u64 with)
{
	return (fpage & (PAGE_SIZE - 1) & (~L4_RIGHTS_ALL | with)) ==
	       ((PAGE_SHIFT << L4_FPAGE_ORDER_SHIFT) | with);
}

/*
 * The usual request, the short way: one page of memory shared, to where nothing
 * is but a page table. All else is left to map_any. Whether an address of the
 * source is a good one need not be asked where a node is.
 */
s64 map_fpage(struct space *source, u64 fpage, struct space *target, u64 where, struct steps *steps)
{
	u64 va = align_down(fpage, PAGE_SIZE), phys, leaf, *entry, *parent;
	struct map_node *node;
	unsigned int level;

	if (steps->of || !is_page(fpage, L4_RIGHT_R) || (where & (PAGE_SIZE - 1)) ||
	    !paging_range_ok(where, where) || space_is_guest(target))
		goto other;
	entry = paging_near_entry(&target->paging, where, &parent);
	node = mapdb_at(source, L4_FPAGE_MEM, va);
	if (!entry || *entry || !node || !source->paging.top)
		goto other;
	phys = node->origin + (va - node->base);
	leaf = paging_walk(&source->paging, va, &level);
	if (!leaf || !paging_filter_means(&node_leaves, leaf) ||
	    !mapdb_insert(target, L4_FPAGE_MEM, where, PAGE_SHIFT, phys, node))
		goto other;
	*entry = phys | paging_flags(paging_rights(leaf) & fpage);
	paging_count(parent, entry, 1);
	return 1;
other:
	return map_any(source, fpage, target, where, steps);
}

/*
 * The hot spot `where' picks the place in the larger of the two, window and
 * flexpage; the smaller one decides how much is mapped.
 */
int map_item(struct space *source, struct l4_item item, struct space *target, u64 window,
	     struct steps *steps)
{
	u64 kind = l4_fpage_type(item.what), rest = item.what & (L4_RIGHTS_ALL | L4_FPAGE_GRANT);
	unsigned int shift = kind == L4_FPAGE_MEM ? 0 : PAGE_SHIFT;
	unsigned int order = l4_fpage_order(item.what);
	u64 where = item.where >> shift, to = where;
	u64 base = l4_fpage_base(item.what);
	struct range send, receive;
	s64 count;

	if (!range_decode(item.what, &send))
		return -L4_EINVAL;
	if (window == L4_FPAGE_NONE || l4_fpage_type(window) != kind ||
	    !range_decode(window, &receive))
		return -L4_EOVERFLOW;
	if (l4_fpage_order(window) != L4_FPAGE_ORDER_ALL) {
		u64 in_window = receive.last - receive.first;

		if (l4_fpage_order(item.what) > l4_fpage_order(window)) {
			order = l4_fpage_order(window);
			base = send.first + (where & (send.last - send.first) & ~in_window);
		}
		to = receive.first + (where & in_window);
	}
	if (order != L4_FPAGE_ORDER_ALL)
		to &= ~((1UL << order) - 1);
	if (kind == L4_FPAGE_IO)
		to = base;
	count = map_fpage(source, (base << shift) | ((u64)order << L4_FPAGE_ORDER_SHIFT) |
			  (kind << L4_FPAGE_TYPE_SHIFT) | rest, target, to, steps);
	return count < 0 ? (int)count : 0;
}

static void reduce_node(struct map_node *node, u64 first, u64 last, u64 rights)
{
	struct space *space = map_node_space(node);
	phys_t origin = node->origin + (first - node->base);
	u64 va = first;

	while (!space_take(space, &va, last, rights, &node_leaves))
		;
	space_revoke_frames(space, origin, last - first + 1, rights, true);
}

/* Has what was accessed, or written to, since this was asked last in arg, as rights. */
static void status_of_node(struct map_node *node, u64 first, u64 last, u64 arg)
{
	struct space *space = map_node_space(node);
	u64 *seen = (u64 *)arg, used, copies;

	used = paging_status(&space->paging, first, last, &node_leaves, PTE_USED, 0) & PTE_USED;
	if (used)
		tlb_flush_range(space, first, unit_count(L4_FPAGE_MEM, first, last));
	/* What is there without a node counts, and goes on to count when it is gone. */
	copies = space_copies_status(space, node->origin + (first - node->base), last - first + 1);
	if (copies)
		paging_status(&space->paging, first, last, &node_leaves, 0, copies);
	used |= copies;
	*seen |= (used & PTE_A ? L4_RIGHT_R : 0) | (used & PTE_D ? L4_RIGHT_W : 0);
}

/* What is asked for, in [first, last] of the node. False: broken off. */
static bool unmap_piece(struct map_node *node, u64 first, u64 last, u64 rights, u64 flags,
			struct steps *steps)
{
	bool self = flags & L4_UNMAP_SELF, mem = node->kind == L4_FPAGE_MEM;
	struct map_cursor *cursor = &steps->cursor;

	if (flags & L4_UNMAP_STATUS && !steps->unmap.asked) {
		if (!mapdb_visit(node, first, last, true, status_of_node, (u64)&steps->unmap.seen, cursor))
			return false;
		steps->unmap.asked = true;
	}
	if (!rights)
		return true;
	/* Without `self' guests lose it all the same: they got it from here. */
	if (mem && !self)
		space_revoke_frames(map_node_space(node), node->origin + (first - node->base),
				    last - first + 1, rights, false);
	if (!mem || (rights & L4_RIGHT_R))
		return mapdb_revoke(node, first, last, self, map_node_gone, cursor);
	return mapdb_visit(node, first, last, self, reduce_node, rights, cursor);
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
		struct range piece = piece_of(node, all.first + unmap->done, all.last);
		bool done = !is_meant(node, unmap) ||
			    unmap_piece(node, piece.first, piece.last, rights, flags, steps);

		if (done && piece.last == all.last)
			break;
		if (done) {
			unmap->done = piece.last + 1 - all.first;
			unmap->asked = false;
		}
		if (!done || preempt_point(100)) {
			if (!unmap->youngest)
				unmap->youngest = mapdb_youngest();
			return PREEMPTED;
		}
	}
	return unmap->seen;
}

static __noinline int unmap_any(struct space *space, u64 fpage, u64 flags, struct steps *steps)
{
	unsigned int kind = l4_fpage_type(fpage);
	u64 rights = l4_fpage_rights(fpage);
	struct range all;
	int result;

	if (!range_decode(fpage, &all) || (flags & ~(L4_UNMAP_SELF | L4_UNMAP_STATUS)) ||
	    space_is_guest(space) || (flags & L4_UNMAP_STATUS && kind != L4_FPAGE_MEM))
		return -L4_EINVAL;
	if (kind == L4_FPAGE_IO && !(rights & L4_RIGHT_R))
		return 0;
	steps_begin(steps, STEPS_UNMAP);
	result = unmap_pieces(space, kind, all, rights, flags, steps);
	if (result != PREEMPTED)
		steps_drop(steps);
	return result;
}

/* Takes a node of one page that nobody has from there. False: it is none, or its table goes with it. */
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
	leaf = paging_take_page(&space->paging, node->base, &node_leaves);
	if (!leaf)
		return false;
	mark_parent(node, leaf);
	tlb_flush_range(space, node->base, 1);
	mapdb_remove(node);
	return true;
}

/* The usual request, the short way: one page of memory, from those who got it directly. */
int unmap_fpage(struct space *space, u64 fpage, u64 flags, struct steps *steps)
{
	u64 va = align_down(fpage, PAGE_SIZE), phys, few = 24;
	struct map_node *node, *child, *next;

	if (steps->of || !is_page(fpage, L4_RIGHT_R) || (flags & ~L4_UNMAP_SELF) ||
	    space_has_copies(space))
		goto other;
	node = mapdb_at(space, L4_FPAGE_MEM, va);
	if (!node)
		goto other;
	phys = node->origin + (va - node->base);
	for (child = node->children; child; child = next) {
		next = child->next;
		if ((phys - child->origin < 1UL << child->order && !take_page(child)) ||
		    unlikely(!--few))
			goto other;
	}
	if (!(flags & L4_UNMAP_SELF) || take_page(node))
		return 0;
other:
	return unmap_any(space, fpage, flags, steps);
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
			error = paging_map(&space->paging, base, origin, 1UL << (order - PAGE_SHIFT),
					   paging_flags(rights), &paging_none, &replaced);
			space_paging_done(space, base, 0);
		} else {
			error = space_allow_ports(space, base, base + ((1UL << order) - 1));
		}
		if (error) {
			mapdb_delete_now(node, map_node_gone);
			return error;
		}
		base += 1UL << order;
		origin += 1UL << order;
		size -= 1UL << order;
	}
	return 0;
}
