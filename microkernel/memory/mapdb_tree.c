/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database's derivations: deleting, splitting, revoking, visiting and
 * moving, in steps that can be broken off. Invariants and lock: mapdb.h.
 */
#include "memory/mapdb.h"

#include "memory/space.h"
#include "sched/preempt.h"

/* Cursors: all whose marks are in a list of children. */

static struct list cursors = { &cursors, &cursors };

static bool is_mark(const struct map_node *node)
{
	return node->kind == MAP_MARK;
}

/* Leaves the mark, that is in no list, there; false, for who breaks off. */
static bool leave_at(struct map_cursor *cursor, const struct map_node *top, struct map_node *parent,
		     struct map_node **where)
{
	cursor->mark.kind = MAP_MARK;
	cursor->serial = top->serial;
	cursor->origin = top->origin;
	cursor->order = top->order;
	cursor->kind = top->kind;
	list_add(&cursors, &cursor->link);
	map_node_link(&cursor->mark, parent, where);
	return false;
}

/*
 * Does the cursor say where to go on below this node. Twins have the same serial,
 * but another origin. (With a split of the node it was dropped; what is moved takes
 * its descendants along.)
 */
static bool is_below(const struct map_cursor *cursor, const struct map_node *top)
{
	return cursor->mark.parent && cursor->serial == top->serial && cursor->origin == top->origin;
}

/* Puts a mark below that node before it; with the operation's own node it begins again. */
static void move_before(struct map_cursor *cursor, struct map_node *node)
{
	if (node->serial == cursor->serial) {
		map_cursor_drop(cursor);
		return;
	}
	map_node_unlink(&cursor->mark);
	map_node_link(&cursor->mark, node->parent, node->prev_next);
}

/* Nothing that is left to be done is before the mark: it can be put before its parent as well. */
static void mark_back(struct map_node *mark)
{
	move_before(container_of(mark, struct map_cursor, mark), mark->parent);
}

/* Is the mark below a node other than the operation's own. */
static bool has_mark(const struct map_node *node, const struct map_cursor *cursor)
{
	const struct map_node *up = cursor->mark.parent;

	while (up != node && up->serial != cursor->serial) {
		up = up->parent;
		(void)preempt_point(5);
	}
	return up == node;
}

/*
 * Before a node is split: some of what is below it would come to be before a
 * mark there, some behind. Only operations on the same frames can have one.
 */
static void move_marks(struct map_node *node)
{
	struct list *link, *next;

	for (link = cursors.next; link != &cursors; link = next) {
		struct map_cursor *cursor = list_entry(link, struct map_cursor, link);
		u64 offset = node->origin - cursor->origin;

		next = link->next;
		if (cursor->kind == node->kind && offset >> cursor->order == 0 && has_mark(node, cursor))
			move_before(cursor, node);
		(void)preempt_point(20);
	}
}

/* Instructions that a node takes, at most; larger ones have points of their own. */
static unsigned int work(const struct map_node *node)
{
	return 600 + (node->order > PAGE_SHIFT ? 64U << (min_u64(node->order, 18) - PAGE_SHIFT) : 0);
}

/*
 * Removes what is derived from `at', then it, its parent, and so on up to below
 * `above': that is `top', the operation's own, or if it goes as well, its parent.
 * *next: who was behind the last one. The mark, when it is broken off, is in the
 * node that is next.
 */
static bool delete_up(struct map_node *at, const struct map_node *top,
		      const struct map_node *above, mapdb_gone_fn *gone,
		      struct map_cursor *cursor, struct map_node **next)
{
	for (;;) {
		struct map_node *child = at->children, *up = at->parent, **where = at->prev_next;
		unsigned int cost = 20;

		if (child && is_mark(child)) {
			mark_back(child);
		} else if (child) {
			at = child;
		} else {
			cost = work(at);
			if (!gone(at, cursor))
				return leave_at(cursor, top, at, &at->children);
			mapdb_remove(at);
			if (up == above) {
				preempt_count(cost);
				*next = up ? *where : NULL;
				return true;
			}
			at = up;
		}
		if (preempt_point(cost))
			return leave_at(cursor, top, at, &at->children);
	}
}

bool mapdb_delete(struct map_node *node, mapdb_gone_fn *gone, struct map_cursor *cursor)
{
	struct map_node *at = is_below(cursor, node) ? cursor->mark.parent : node, *next;

	map_cursor_drop(cursor);
	return delete_up(at, node, node->parent, gone, cursor, &next);
}

void mapdb_delete_now(struct map_node *node, mapdb_gone_fn *gone)
{
	struct map_cursor cursor = { 0 };

	while (!mapdb_delete(node, gone, &cursor))
		;
}

/* Splits a node none of whose children is larger than a half. */
static bool halve(struct map_node *node)
{
	u64 half = 1UL << --node->order;
	struct map_node *twin = mapdb_insert(map_node_space(node), node->kind, node->base + half,
					     node->order, node->origin + half, NULL);
	struct map_node *child, *next;

	if (!twin) {
		node->order++;
		return false;
	}
	twin->serial = node->serial;
	twin->going = node->going;
	twin->accessed = node->accessed;
	twin->written = node->written;
	move_marks(node);
	if (node->parent)
		map_node_link(twin, node->parent, &node->next);
	for (child = node->children; child; child = next) {
		next = child->next;
		if (child->origin >= twin->origin) {
			map_node_unlink(child);
			map_node_link(child, twin, &twin->children);
		}
		/* Half split it cannot be left. */
		(void)preempt_point(20);
	}
	return true;
}

/*
 * Splits a node in two, but first all descendants that are as large. False: no
 * memory for the node itself.
 */
static bool split(struct map_node *top, mapdb_gone_fn *gone)
{
	struct map_node *at = top, *child = top->children, *above;
	unsigned int order = top->order;

	for (;;) {
		while (child && (is_mark(child) || child->order != order)) {
			child = child->next;
			(void)preempt_point(10);
		}
		if (child) {
			at = child;
			child = at->children;
			continue;
		}
		above = at->parent;
		if (halve(at)) {
			if (at == top)
				return true;
			child = at->next;
		} else if (at == top) {
			return false;
		} else {
			child = at->next;
			mapdb_delete_now(at, gone);
		}
		at = above;
	}
}

struct map_node *mapdb_isolate(struct map_node *node, u64 base, unsigned int order,
			       mapdb_gone_fn *gone)
{
	while (node->order > order && split(node, gone)) {
		if (base > map_node_last(node))
			node = mapdb_at(map_node_space(node), node->kind, base);
		if (preempt_point(400))
			return NULL;
	}
	return node;
}

/* From all who have some of the 2^order units from origin on directly from the node. */
static bool revoke_children(struct map_node *top, u64 origin, unsigned int order,
			    mapdb_gone_fn *gone, struct map_cursor *cursor)
{
	struct map_node *child = top->children, *piece = NULL, *next;

	if (is_below(cursor, top)) {
		child = cursor->mark.next;
		/* In the middle of one of them. */
		if (cursor->mark.parent != top)
			piece = cursor->mark.parent;
	}
	map_cursor_drop(cursor);
	if (piece && !delete_up(piece, top, top, gone, cursor, &child))
		return false;
	for (; child; child = next) {
		u64 offset = child->origin - origin;

		next = child->next;
		if ((offset >> order == 0 || -offset >> child->order == 0) && !is_mark(child)) {
			piece = child;
			if (child->order > order)
				piece = mapdb_isolate(child, child->base - offset, order, gone);
			if (!piece)
				return leave_at(cursor, top, top, child->prev_next);
			if (!delete_up(piece, top, top, gone, cursor, &next))
				return false;
		}
		if (preempt_point(20) && next)
			return leave_at(cursor, top, top, next->prev_next);
	}
	return true;
}

bool mapdb_revoke(struct map_node *node, u64 first, u64 last, bool self, mapdb_gone_fn *gone,
		  struct map_cursor *cursor)
{
	unsigned int order = __builtin_ctzl(last - first + 1);

	if (!self)
		return revoke_children(node, node->origin + (first - node->base), order, gone, cursor);
	node = mapdb_isolate(node, first, order, gone);
	return node && mapdb_delete(node, gone, cursor);
}

bool mapdb_visit(struct map_node *top, u64 first, u64 last, bool self, mapdb_visit_fn *visit,
		 u64 arg, struct map_cursor *cursor)
{
	u64 lowest = top->origin + (first - top->base), highest = lowest + (last - first);
	bool below = is_below(cursor, top), shown = below;
	struct map_node *at = below ? &cursor->mark : top;

	for (;;) {
		unsigned int cost = 20;
		bool overlaps = false;

		if (!shown && !is_mark(at)) {
			u64 at_last = at->origin + (map_node_last(at) - at->base);

			overlaps = at->origin <= highest && at_last >= lowest;
			if (overlaps)
				cost = work(at);
			if (overlaps && (self || at != top) &&
			    !visit(at, at->base + (max_u64(lowest, at->origin) - at->origin),
				   at->base + (min_u64(highest, at_last) - at->origin), arg, cursor)) {
				map_cursor_drop(cursor);
				return at != top && leave_at(cursor, top, at->parent, at->prev_next);
			}
		}
		shown = false;
		if (overlaps && at->children) {
			at = at->children;
		} else if (at != top && at->next) {
			at = at->next;
		} else {
			shown = true;
			if (at != top)
				at = at->parent;
		}
		if (shown && at == top) {
			preempt_count(cost);
			break;
		}
		/* From the mark to who is next is not something done yet. */
		if (below || !preempt_point(cost)) {
			below = false;
			continue;
		}
		map_cursor_drop(cursor);
		return leave_at(cursor, top, at->parent, shown ? &at->next : at->prev_next);
	}
	map_cursor_drop(cursor);
	return true;
}

struct map_node *mapdb_move(struct map_node *node, struct space *space, u64 base)
{
	struct map_node *moved = mapdb_insert(space, node->kind, base, node->order, node->origin, NULL);

	if (!moved)
		return NULL;
	moved->serial = node->serial;
	moved->accessed = node->accessed;
	moved->written = node->written;
	if (node->parent)
		map_node_link(moved, node->parent, &node->next);
	moved->children = node->children;
	if (moved->children)
		moved->children->prev_next = &moved->children;
	for (struct map_node *child = moved->children; child; child = child->next) {
		child->parent = moved;
		(void)preempt_point(10);
	}
	node->children = NULL;
	mapdb_remove(node);
	return moved;
}
