/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database: who got what from whom, indexed by address in each space.
 * Picture, invariants and lock: mapdb.h.
 */
#include "memory/mapdb.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "memory/space.h"
#include "sched/preempt.h"

/* The index: tables of slots. */
static bool is_table(u64 entry)
{
	return entry & MAP_TABLE;
}

static struct map_table *as_table(u64 entry)
{
	return (struct map_table *)(entry - MAP_TABLE);
}

static u64 to_entry(struct map_table *table)
{
	return (u64)table + MAP_TABLE;
}

static struct map_node *as_node(u64 entry)
{
	return (struct map_node *)entry;
}

static u64 base_of(u64 entry)
{
	return is_table(entry) ? as_table(entry)->base : as_node(entry)->base;
}

/* Is it a node with that address in it. */
static bool reaches(u64 entry, u64 address)
{
	return entry && !is_table(entry) && address - as_node(entry)->base < 1UL << as_node(entry)->order;
}

/* MAP_SLOTS or more: the address is outside the table's span. */
static u64 slot_of(const struct map_table *table, u64 address)
{
	return (address - table->base) >> table->shift;
}

/* What is in the slot; else in the nearest one before it, where it may be a node that reaches there. */
static u64 entry_at(const struct map_table *table, u64 slot)
{
	u64 used = table->used << (MAP_SLOTS - 1 - slot);

	return used ? table->slot[slot - __builtin_clzl(used)] : 0;
}

/* Where the way to an address begins, NULL: nowhere. `near' is on it if the address is in its span. */
static struct map_table *way_to(const struct map_index *index, u64 address)
{
	struct map_table *near = index->near;

	return near && slot_of(near, address) < MAP_SLOTS ? near : index->root;
}

struct map_node *mapdb_at(struct space *space, unsigned int kind, u64 address)
{
	struct map_index *index = &space->index[kind];
	struct map_table *table = way_to(index, address);
	u64 slot, entry;

	while (table && (slot = slot_of(table, address)) < MAP_SLOTS) {
		entry = likely(table->used >> slot & 1) ? table->slot[slot] : entry_at(table, slot);
		if (!is_table(entry)) {
			index->near = table;
			return reaches(entry, address) ? as_node(entry) : NULL;
		}
		table = as_table(entry);
	}
	return NULL;
}

/* The first node with a base above the address. */
static struct map_node *node_above(const struct map_index *index, u64 address)
{
	u64 entry = index->root ? to_entry(index->root) : 0, above = 0, slot, used;

	while (is_table(entry) && (slot = slot_of(as_table(entry), address)) < MAP_SLOTS) {
		const struct map_table *table = as_table(entry);

		used = table->used & (~1UL << slot);
		if (used)
			above = table->slot[__builtin_ctzl(used)];
		entry = table->used >> slot & 1 ? table->slot[slot] : 0;
	}
	if (entry && base_of(entry) > address)
		above = entry;
	while (is_table(above))
		above = as_table(above)->slot[__builtin_ctzl(as_table(above)->used)];
	return as_node(above);
}

struct map_node *mapdb_find(struct space *space, unsigned int kind, u64 first, u64 last)
{
	struct map_node *node = mapdb_at(space, kind, first);

	if (node)
		return node;
	node = node_above(&space->index[kind], first);
	return node && node->base <= last ? node : NULL;
}

/*
 * A table for the node and for the entry that is not on the way to its base
 * (0: it is the first of all), in that entry's place.
 */
static __noinline bool add_table(struct space *space, u64 entry, struct map_table *above,
				 struct map_node *node)
{
	struct map_table *table = kmem_alloc_raw(space->quota, sizeof(*table));
	u64 base = node->base, other = entry ? base_of(entry) : base;

	if (!table)
		return false;
	table->shift = (63 - __builtin_clzl(entry ? base ^ other : 1UL << node->order)) / 6 * 6;
	table->base = (base >> table->shift & -MAP_SLOTS) << table->shift;
	table->above = above;
	table->space = space;
	table->used = 1UL << slot_of(table, other) | 1UL << slot_of(table, base);
	table->slot[slot_of(table, other)] = entry;
	table->slot[slot_of(table, base)] = (u64)node;
	node->table = table;
	if (is_table(entry))
		as_table(entry)->above = table;
	else if (entry)
		as_node(entry)->table = table;
	if (above)
		above->slot[slot_of(above, base)] = to_entry(table);
	else
		space->index[node->kind].root = table;
	return true;
}

/* False, and nothing done: another node is in the way, or no memory. */
static bool index_add(struct space *space, struct map_node *node)
{
	struct map_index *index = &space->index[node->kind];
	struct map_table *table = way_to(index, node->base), *above = NULL;
	u64 base = node->base, entry = table ? to_entry(table) : 0, slot, more;

	while (table && (slot = slot_of(table, base)) < MAP_SLOTS) {
		if (!(table->used >> slot & 1)) {
			if (reaches(entry_at(table, slot), base))
				return false;
			if (unlikely(node->order > table->shift)) {
				more = ((1UL << node->order) - 1) >> table->shift;
				if (more >= MAP_SLOTS - slot || table->used >> slot & ((2UL << more) - 1))
					return false;
			}
			table->slot[slot] = (u64)node;
			table->used |= 1UL << slot;
			node->table = index->near = table;
			return true;
		}
		above = table;
		entry = table->slot[slot];
		table = is_table(entry) ? as_table(entry) : NULL;
	}
	if (entry && (base_of(entry) - base < 1UL << node->order || reaches(entry, base)))
		return false;
	return add_table(space, entry, above, node);
}

/* Frees a table that got empty, and what gets empty by that. */
static __noinline void free_tables(struct map_table *table, u64 base, unsigned int kind)
{
	struct map_index *index = &table->space->index[kind];
	struct quota *quota = table->space->quota;
	struct map_table *above;

	for (; table && !table->used; table = above) {
		above = table->above;
		kmem_free(quota, table, sizeof(*table));
		if (above)
			above->used &= ~(1UL << slot_of(above, base));
		else
			index->root = NULL;
		index->near = above;
	}
}

/* The node is, or was, in that table with that base. */
static void index_del(struct map_table *table, u64 base, unsigned int kind)
{
	table->used &= ~(1UL << slot_of(table, base));
	if (unlikely(!table->used))
		free_tables(table, base, kind);
}

/* The links of derivation */

static u64 youngest;	/* the last serial, as it is in a node's identity */

u64 mapdb_youngest(void)
{
	return youngest >> MAP_SERIAL_SHIFT;
}

static void link_at(struct map_node *node, struct map_node *parent, struct map_node **where)
{
	node->parent = parent;
	node->prev_next = where;
	node->next = *where;
	if (node->next)
		node->next->prev_next = &node->next;
	*where = node;
}

struct map_node *mapdb_insert(struct space *space, unsigned int kind, u64 base, unsigned int order,
			      u64 origin, struct map_node *parent)
{
	struct map_node *node = kmem_alloc_raw(space->quota, sizeof(*node));

	if (!node)
		return NULL;
	youngest += 1UL << MAP_SERIAL_SHIFT;
	node->identity = youngest | order << 8 | kind;
	node->base = base;
	node->origin = origin;
	node->parent = NULL;
	node->children = NULL;
	if (!index_add(space, node)) {
		kmem_free(space->quota, node, sizeof(*node));
		return NULL;
	}
	if (parent)
		link_at(node, parent, &parent->children);
	return node;
}

void mapdb_remove(struct map_node *node)
{
	struct quota *quota = map_node_space(node)->quota;

	index_del(node->table, node->base, node->kind);
	map_node_unlink(node);
	kmem_free(quota, node, sizeof(*node));
}

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
	link_at(&cursor->mark, parent, where);
	return false;
}

/*
 * Does the cursor say where to go on below this node. Splits have the same
 * serial, but another order or origin; what is moved takes its descendants along.
 */
static bool is_below(const struct map_cursor *cursor, const struct map_node *top)
{
	return cursor->mark.parent && cursor->serial == top->serial &&
	       cursor->origin == top->origin && cursor->order == top->order;
}

/* Puts a mark that is below that node before it. If it is the operation's own, that begins again. */
static void move_before(struct map_cursor *cursor, struct map_node *node)
{
	if (node->serial == cursor->serial) {
		map_cursor_drop(cursor);
		return;
	}
	map_node_unlink(&cursor->mark);
	link_at(&cursor->mark, node->parent, node->prev_next);
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
 * Removes what is derived from `at', then it, its parent, and so on up: as the
 * last one `top', or without `self' who got it from there. *next: who was behind
 * the last one. The mark, when it is broken off, is in the node that is next.
 */
static bool delete_up(struct map_node *at, const struct map_node *top, bool self,
		      mapdb_gone_fn *gone, struct map_cursor *cursor, struct map_node **next)
{
	for (;;) {
		struct map_node *child = at->children, *up = at->parent, **where = at->prev_next;
		bool last = self ? at == top : up == top;
		unsigned int cost = 20;

		if (child && is_mark(child)) {
			mark_back(child);
		} else if (child) {
			at = child;
		} else {
			cost = work(at);
			if (!gone(at))
				return leave_at(cursor, top, at, &at->children);
			mapdb_remove(at);
			if (last) {
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
	return delete_up(at, node, true, gone, cursor, &next);
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
	move_marks(node);
	if (node->parent)
		link_at(twin, node->parent, &node->next);
	for (child = node->children; child; child = next) {
		next = child->next;
		if (child->origin >= twin->origin) {
			map_node_unlink(child);
			link_at(child, twin, &twin->children);
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
	if (piece && !delete_up(piece, top, false, gone, cursor, &child))
		return false;
	for (; child; child = next) {
		u64 offset = child->origin - origin;

		next = child->next;
		if (!is_mark(child) && (offset >> order == 0 || -offset >> child->order == 0)) {
			piece = child;
			if (child->order > order)
				piece = mapdb_isolate(child, child->base - offset, order, gone);
			if (!piece)
				return leave_at(cursor, top, top, child->prev_next);
			if (!delete_up(piece, top, false, gone, cursor, &next))
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

	if (!below)
		map_cursor_drop(cursor);
	for (;;) {
		unsigned int cost = 20;
		bool overlaps = false;

		if (!shown && !is_mark(at)) {
			u64 at_last = at->origin + (map_node_last(at) - at->base);

			overlaps = at->origin <= highest && at_last >= lowest;
			if (overlaps)
				cost = work(at);
			if (overlaps && (self || at != top))
				visit(at, at->base + (max_u64(lowest, at->origin) - at->origin),
				      at->base + (min_u64(highest, at_last) - at->origin), arg);
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
		if (shown && at == top)
			break;
		if (!preempt_point(cost))
			continue;
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
	if (node->parent)
		link_at(moved, node->parent, &node->next);
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
