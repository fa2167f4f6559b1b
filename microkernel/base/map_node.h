/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A node of the mapping database, and a cursor that keeps a place between nodes:
 * what they are made of. What they are for, and what is done with them, is in
 * mapdb.h; the cursors are in what they belong to, threads and spaces.
 */
#ifndef MAP_NODE_H
#define MAP_NODE_H

#include "lib/list.h"
#include "lib/types.h"

#define MAP_KINDS	3	/* L4_FPAGE_MEM, L4_FPAGE_IO, L4_FPAGE_CAP */

struct map_node {
	struct map_table *table;	/* that it is in */
	u64 base;			/* address, port or slot in that space */
	u64 origin;
	struct map_node *parent;	/* NULL: a root, made by the kernel */
	struct map_node *children;	/* the first of them */
	struct map_node *next;		/* among its parent's children */
	struct map_node **prev_next;	/* what points to it there */
	union {
		struct {
			u64 kind : 8;
			u64 order : 7;	/* log2 of its size in bytes, ports or slots */
			u64 going : 1;	/* its leaves go, or its copies; no more leaves come */
			u64 accessed : 1; /* of one that goes: what went, not told to its parent yet */
			u64 written : 1;
			u64 serial : 46; /* of the mapping: its splits and moves keep it */
		};
		u64 identity;		/* all of them */
	};
};

#define MAP_SERIAL_SHIFT 18		/* of identity */

#define MAP_MARK	MAP_KINDS	/* the kind of a cursor's mark */

/*
 * The place where an operation was broken off, held by a mark among the children
 * of a node: nothing before the mark, and no node above it, needs to be looked at
 * again, but by who removes what he comes by on the way up. Who changes lists of
 * children keeps that true for the marks in them: what goes, or is split, first
 * moves the marks below it before itself. What is done twice does no harm. The
 * mark counts as long as the node that the operation is about is what it was: it
 * lies below that node, or is in no list.
 */
struct map_cursor {
	struct map_node mark;		/* parent NULL: no place, from the beginning */
	struct list link;		/* with a place: in the list of all of them */
	u64 serial, origin;		/* of the node that the operation is about */
	u8 kind, order;
	/* How far the node that is next was gone through, and its copies (space.h), if begun. */
	struct map_copies {
		u64 serial, origin;	/* of that node; serial 0: none is begun */
		u64 guest;		/* whose turn it is: a guest's serial, or one of the three below */
		u64 va;			/* an address there; before and after the copies the node's user's */
		u64 seen;		/* flags of leaves that were looked at */
	} copies;
};

#define COPIES_NONE	0	/* in place of a guest's serial: not begun */
#define COPIES_ALIASES	1	/* the guests are done */
#define COPIES_DONE	2

/* The place among this node's copies. */
static inline struct map_copies *map_copies_of(struct map_cursor *cursor, const struct map_node *node)
{
	struct map_copies *copies = &cursor->copies;

	if (copies->serial != node->serial || copies->origin != node->origin)
		*copies = (struct map_copies){ .serial = node->serial, .origin = node->origin };
	return copies;
}

/* Makes it a child of the parent's, where that pointer pointed to the next one. */
static inline void map_node_link(struct map_node *node, struct map_node *parent, struct map_node **where)
{
	node->parent = parent;
	node->prev_next = where;
	node->next = *where;
	if (node->next)
		node->next->prev_next = &node->next;
	*where = node;
}

/* Takes it out of its parent's children; it keeps its own. */
static inline void map_node_unlink(struct map_node *node)
{
	if (!node->parent)
		return;
	*node->prev_next = node->next;
	if (node->next)
		node->next->prev_next = node->prev_next;
}

/* The operation is not gone on with: nothing is left of it in any list. */
static inline void map_cursor_drop(struct map_cursor *cursor)
{
	if (!cursor->mark.parent)
		return;
	list_del(&cursor->link);
	map_node_unlink(&cursor->mark);
	cursor->mark.parent = NULL;
}

#endif
