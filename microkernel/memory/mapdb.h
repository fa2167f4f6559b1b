/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database: who got which flexpage from whom, between ordinary
 * tasks, for memory, I/O ports and capabilities. It knows links only; what
 * they stand for (page tables, I/O bitmaps, capability tables) is edited by
 * map.c, which is told of each node that goes.
 *
 * A node is a naturally aligned power-of-two piece of one space. Its children
 * are what was mapped onwards from it, each no larger than the node. The
 * `origin' is the same for parent and child: the physical address (memory) or
 * port number of the piece's first unit, so that
 * child.origin - parent.origin is the child's place in its parent, however
 * often pieces are split or granted away.
 *
 *   sigma0  [0, 1G) origin 0
 *     roottask  [0, 16M)        origin 0
 *       linux  [...880000000000, +16M)  origin 0
 *       linux  [...ffff81000000, +2M)   origin 16M-2M
 *     roottask  [1M.., 4K)      ...
 *
 * Each space finds its nodes by address in three indexes, one a kind. An index
 * is a tree of tables of 64 slots, each for a 64th of what the table spans.
 * Where there is one way only there need be no table: spans get smaller by any
 * power of 64 from one table to the next, and a node can be smaller than the
 * slot that holds it. A node as large as several slots is in the first of them.
 * No way is longer than eleven tables, most are two or three, and neither
 * adding nor removing moves anything:
 *
 *   root -> [ . . node . table . . . ]    slots of 2^42
 *                        |
 *                        +-> [ node . . table ]    slots of 2^18
 *                                         +-> [ node node . node . ]   of 2^12
 *
 * Invariants: the nodes of one space and kind do not overlap; a child's piece
 * lies in its parent's; a capability's node has order 0; no table is empty.
 * Each step of an operation that takes several leaves all this true. Derivations
 * can be deep as their makers like: nothing here recurses along them.
 */
#ifndef MAPDB_H
#define MAPDB_H

#include "base/map_node.h"

#include <l4/fpage.h>

struct space;

#define MAP_TABLE	1UL
#define MAP_SLOTS	64

struct map_table {
	u64 used;			/* bit n: slot[n] holds something; the others are undefined */
	u64 base;			/* first address of its span */
	u8 shift;			/* log2 of a slot's size, a multiple of 6 */
	struct map_table *above;	/* that has it in a slot; NULL: it is the root */
	struct space *space;
	u64 slot[MAP_SLOTS];		/* a node, or a table's address | MAP_TABLE */
};

struct map_index {
	struct map_table *root;		/* NULL: no nodes */
	struct map_table *near;		/* one that was used last, to begin with, or NULL */
};

/*
 * What takes long here is done in steps and can be broken off (preempt.h): the
 * result is false, what is done is done, and the cursor, if there is one, knows
 * where to go on: each call gets something done. One cursor, zeroed at first, for
 * one operation at a time. Those that are told of nodes can break off, too.
 */
/* Told of a node with all its range before it goes, children first. */
typedef bool mapdb_gone_fn(struct map_node *node, struct map_cursor *cursor);
/* Shown a node and the part [first, last] of it, in its own space's addresses. */
typedef bool mapdb_visit_fn(struct map_node *node, u64 first, u64 last, u64 arg,
			    struct map_cursor *cursor);

/* Whose piece it is, and whose quota it is charged to. */
static inline struct space *map_node_space(const struct map_node *node)
{
	return node->table->space;
}

static inline u64 map_node_last(const struct map_node *node)
{
	return node->base + ((1UL << node->order) - 1);
}

/* The node with that address in it, or NULL. */
struct map_node *mapdb_at(struct space *space, unsigned int kind, u64 address);

/* The node with the lowest base that overlaps [first, last], or NULL. */
struct map_node *mapdb_find(struct space *space, unsigned int kind, u64 first, u64 last);

/* A new node. NULL: another one is in the way, or no memory. */
struct map_node *mapdb_insert(struct space *space, unsigned int kind, u64 base, unsigned int order,
			      u64 origin, struct map_node *parent) __must_check;

/* The serial of the youngest mapping of all: who is made later has a higher one. */
u64 mapdb_youngest(void);

/* Removes a node without children, of which nothing is left to be taken away. */
void mapdb_remove(struct map_node *node);

/* Removes the node and all that is derived from it: who has no children first. */
bool mapdb_delete(struct map_node *node, mapdb_gone_fn *gone, struct map_cursor *cursor);

/* The same at one go: interrupts are let in, other threads are not. */
void mapdb_delete_now(struct map_node *node, mapdb_gone_fn *gone);

/*
 * Splits the node until one piece is [base, base + 2^order) and returns that
 * one. The descendants are split with it, each at its space's cost: one that
 * cannot be paid for goes, with what is derived from it. Without memory for the
 * node itself, the smallest piece that contains it. NULL: broken off.
 */
struct map_node *mapdb_isolate(struct map_node *node, u64 base, unsigned int order,
			       mapdb_gone_fn *gone);

/*
 * Takes [first, last] of the node, a flexpage, from all who got it from there,
 * and with `self' from the node's space too. Never fails: a node that its space
 * has no memory to split goes whole.
 */
bool mapdb_revoke(struct map_node *node, u64 first, u64 last, bool self, mapdb_gone_fn *gone,
		  struct map_cursor *cursor);

/*
 * Shows all derived from that part of the node, and the node itself with `self':
 * who has children before them.
 */
bool mapdb_visit(struct map_node *node, u64 first, u64 last, bool self, mapdb_visit_fn *visit,
		 u64 arg, struct map_cursor *cursor);

/*
 * Moves the node to a free place of another space, or its own, with what is
 * derived from it. Returns what it is there, NULL: no memory.
 */
struct map_node *mapdb_move(struct map_node *node, struct space *space, u64 base) __must_check;

#endif
