/* SPDX-License-Identifier: GPL-2.0 */
/* Filling and taking away what nodes stand for. See place.h; locks: map.h. */
#include "memory/place.h"

#include "memory/cap.h"
#include "memory/ports.h"
#include "sched/preempt.h"

/* What is the space's own. False: broken off. */
static bool clear_own(struct space *space, unsigned int kind, u64 first, u64 last)
{
	switch (kind) {
	case L4_FPAGE_MEM:
		return space_take(space, &first, last, L4_RIGHT_R, &place_node_leaves, false);
	case L4_FPAGE_IO:
		space_forbid_ports(space, first, last);
		ports_taken(space);
		break;
	case L4_FPAGE_CAP:
		cap_clear(space, first);
		break;
	}
	return true;
}

static void clear_own_now(struct space *space, unsigned int kind, u64 first, u64 last)
{
	while (!clear_own(space, kind, first, last))
		;
}

void place_clear_new(struct space *space, unsigned int kind, u64 first, u64 last, u64 origin)
{
	space->paging.taken = 0;
	clear_own_now(space, kind, first, last);
	if (unlikely(space->paging.taken & PTE_A))
		space_revoke_copies_now(space, origin, last - first + 1, L4_RIGHT_R);
}

void place_clear_now(struct space *space, unsigned int kind, u64 first, u64 last, u64 origin)
{
	clear_own_now(space, kind, first, last);
	if (kind == L4_FPAGE_MEM)
		space_revoke_copies_now(space, origin, last - first + 1, L4_RIGHT_R);
}

bool place_mark_parent_used(const struct map_node *node, u64 leaf, u64 *offset)
{
	const struct map_node *parent = node->parent;
	u64 first, va, seen = 0;
	bool done;

	first = parent->base + (node->origin - parent->origin);
	va = first + *offset;
	done = space_status(map_node_space(parent), &va, first + (map_node_last(node) - node->base),
			    &place_node_leaves, 0, leaf & PTE_USED, &seen);
	*offset = va - first;
	return done;
}

bool place_take_in_steps(struct map_node *node, u64 first, u64 last, u64 rights, struct map_copies *copies)
{
	struct space *space = map_node_space(node);
	u64 va = max_u64(first, node->base + copies->va);
	bool done;

	/* Until it is the copies' turn, the place is the node's own: an offset, as the node can be moved. */
	if (copies->guest == COPIES_NONE) {
		done = space_take(space, &va, last, rights, &place_node_leaves, true);
		copies->va = done ? 0 : va - node->base;
		if (!done)
			return false;
	}
	return space_revoke_copies(space, node->origin + (first - node->base), last - first + 1, rights, copies);
}

/* Whoever goes on with this node will tell of it. */
static void keep_used(struct map_node *node, u64 taken)
{
	node->accessed |= !!(taken & PTE_A);
	node->written |= !!(taken & PTE_D);
}

/*
 * The node's own part, the copies, for as long as that is there nobody can get others, and
 * then its parent is told: each is gone through once, however often it is broken off.
 */
static bool gone_in_steps(struct map_node *node, struct map_cursor *cursor)
{
	struct map_copies *copies = map_copies_of(cursor, node);
	struct space *space = map_node_space(node);
	bool done;

	node->going = true;
	space->paging.taken = 0;
	done = place_take_in_steps(node, node->base, map_node_last(node), L4_RIGHT_R, copies);
	keep_used(node, space->paging.taken);
	done = done && place_mark_parent(node, place_not_told(node), &copies->va);
	if (done)
		copies->serial = 0;
	return done;
}

bool map_node_gone(struct map_node *node, struct map_cursor *cursor)
{
	struct space *space = map_node_space(node);

	if (node->kind == L4_FPAGE_MEM &&
	    ((1UL << node->order) > SPACE_STEP / 8 || space_has_copies(space)))
		return gone_in_steps(node, cursor);
	space->paging.taken = 0;
	clear_own(space, node->kind, node->base, map_node_last(node));
	return place_mark_parent(node, space->paging.taken | place_not_told(node), &(u64){ 0 });
}

/* One run of frames with the same rights. */
struct run {
	phys_t phys;
	u64 rights, bytes;
	u64 type;	/* PTE_DEVICE, or nothing: a node's are all the same */
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
	bool ours = leaf && paging_filter_means(&place_node_leaves, leaf);
	u64 telling = PTE_P | PTE_ALIAS | PTE_PINNED | (mask & L4_RIGHT_W ? PTE_W : 0) |
		      (mask & L4_RIGHT_X ? PTE_NO_X : 0);

	do {
		end = min_u64(last, (end + 1) | (size - 1));
	} while (end != last && ((u64)++entry & (PAGE_SIZE - 1)) &&
		 !((*entry ^ leaf) & telling) && !(level && paging_is_table(*entry)));
	return (struct run){
		.phys = paging_leaf_phys(leaf, level, va),
		.rights = ours ? paging_rights(leaf) & mask : 0,
		.type = leaf & PTE_DEVICE,
		.bytes = end - va + 1,
	};
}

static int place_memory(struct space *source, struct range from, struct space *target, u64 to,
			u64 rights, struct filled *filled)
{
	u64 size = from.last - from.first + 1;
	bool replaced = false;
	int error = 0;

	while (filled->bytes < size && !error) {
		struct run run = next_run(&source->paging, from.first + filled->bytes, from.last, rights);

		if (run.rights) {
			u64 count = run.bytes >> PAGE_SHIFT, flags = paging_flags(run.rights) | run.type;
			u64 va = to + filled->bytes;

			error = paging_map_range(&target->paging, va, run.phys, count, flags,
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

int place_fill(struct space *source, unsigned int kind, struct range from, struct space *target,
		 u64 to, u64 rights, struct filled *filled)
{
	u64 word;
	int error;

	switch (kind) {
	case L4_FPAGE_MEM:
		return place_memory(source, from, target, to, rights, filled);
	case L4_FPAGE_IO:
		error = space_allow_ports(target, from.first, from.last);
		filled->units = fpage_units(kind, from.first, from.last);
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
