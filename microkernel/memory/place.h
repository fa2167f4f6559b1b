/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What nodes of the mapping database stand for: leaves in page tables, bits in
 * I/O bitmaps, slots of capability tables. Filled when a node has been made,
 * taken away before it goes.
 */
#ifndef PLACE_H
#define PLACE_H

#include "memory/fpage.h"
#include "memory/space.h"

/* Leaves that belong to nodes. */
static const struct paging_filter place_node_leaves = {
	.mask = PTE_PINNED | PTE_ALIAS, .last = ~0UL,
};

/* How much of a piece is filled: from its beginning, and what was mapped of that. */
struct filled {
	u64 bytes;
	s64 units;
};

/*
 * Fills the target from `to' on with what the source has in `from', a piece of
 * one node, or goes on with it: 0, PREEMPTED or an error.
 */
int place_fill(struct space *source, unsigned int kind, struct range from, struct space *target,
	       u64 to, u64 rights, struct filled *filled) __must_check;

/*
 * Takes what [first, last] of a space stands for away; of a host's memory, from
 * origin on, with the copies. Not broken off.
 */
void place_clear_now(struct space *space, unsigned int kind, u64 first, u64 last, u64 origin);

/*
 * The same of what came there in this very call. Another CPU may have used it, and only then
 * have mapped it in a guest, without the kernel's lock. What was accessed is in paging.taken.
 */
void place_clear_new(struct space *space, unsigned int kind, u64 first, u64 last, u64 origin);

/*
 * That memory was accessed, or written to, is told to who mapped it there before
 * it goes: who asks later learns of it all the same. False: broken off, *offset is how
 * far it came in the node; one page never is.
 */
bool place_mark_parent_used(const struct map_node *node, u64 leaf, u64 *offset);

static inline bool place_mark_parent(const struct map_node *node, u64 leaf, u64 *offset)
{
	return likely(!(leaf & PTE_USED)) || !node->parent || place_mark_parent_used(node, leaf, offset);
}

/* What of that is not told yet, of a node that goes: PTE_A, PTE_D. */
static inline u64 place_not_told(const struct map_node *node)
{
	return (node->accessed ? PTE_A : 0) | (node->written ? PTE_D : 0);
}

/*
 * Takes rights from [first, last] of a node, and from the copies: the node's own part first,
 * each gone through once, however often that is broken off (false). At the end the place is
 * COPIES_DONE. What was accessed is in the space's paging.taken.
 */
bool place_take_in_steps(struct map_node *node, u64 first, u64 last, u64 rights, struct map_copies *copies);

/* For mapdb and space_destroy(): edits what a node that goes stands for. False: broken off. */
bool map_node_gone(struct map_node *node, struct map_cursor *cursor);

#endif
