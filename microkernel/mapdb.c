/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database: who got what from whom, indexed by address in each space.
 * Picture, invariants and lock: mapdb.h.
 */
#include "mapdb.h"

#include "kmem.h"
#include "panic.h"
#include "space.h"

/* The index: tables of slots. */
static bool is_table(u64 entry)
{
	return entry & MAP_TABLE;
}

static struct map_table *as_table(u64 entry)
{
	return (struct map_table *)(entry - MAP_TABLE);
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

static struct map_node *node_at(const struct space *space, unsigned int kind, u64 address)
{
	u64 entry = space->index[kind].root;

	while (is_table(entry)) {
		u64 slot = slot_of(as_table(entry), address);

		entry = slot < MAP_SLOTS ? entry_at(as_table(entry), slot) : 0;
	}
	return reaches(entry, address) ? as_node(entry) : NULL;
}

/* The first node with a base above the address. */
static struct map_node *node_above(const struct space *space, unsigned int kind, u64 address)
{
	u64 entry = space->index[kind].root, above = 0;

	while (is_table(entry)) {
		const struct map_table *table = as_table(entry);
		u64 slot = slot_of(table, address), used;

		if (slot >= MAP_SLOTS)
			break;
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

struct map_node *mapdb_find(const struct space *space, unsigned int kind, u64 first, u64 last)
{
	struct map_node *node = node_at(space, kind, first);

	if (node)
		return node;
	node = node_above(space, kind, first);
	return node && node->base <= last ? node : NULL;
}

/* Where there is one entry already, not on the way to base: a table of both. */
static bool add_table(struct space *space, u64 *place, struct map_table *above, u64 base,
		      struct map_node *node)
{
	struct map_table *table = kmem_alloc_raw(space->quota, sizeof(*table));
	u64 other = base_of(*place);

	if (!table)
		return false;
	table->shift = (63 - __builtin_clzl(base ^ other)) / 6 * 6;
	table->base = (base >> table->shift & -MAP_SLOTS) << table->shift;
	table->above = above;
	table->used = 1UL << slot_of(table, other) | 1UL << slot_of(table, base);
	table->slot[slot_of(table, other)] = *place;
	table->slot[slot_of(table, base)] = (u64)node;
	if (is_table(*place))
		as_table(*place)->above = table;
	*place = (u64)table + MAP_TABLE;
	return true;
}

/* False: a node is in the way, or no memory. */
static bool index_add(struct space *space, u64 base, struct map_node *node)
{
	u64 *place = &space->index[node->kind].root, size = 1UL << node->order, slot, more;
	struct map_table *table = NULL;

	while (is_table(*place) && (slot = slot_of(as_table(*place), base)) < MAP_SLOTS) {
		table = as_table(*place);
		place = &table->slot[slot];
		if (table->used >> slot & 1)
			continue;
		more = (size - 1) >> table->shift;
		if (more >= MAP_SLOTS - slot || table->used >> slot & ((2UL << more) - 1) ||
		    reaches(entry_at(table, slot), base))
			return false;
		*place = (u64)node;
		table->used |= 1UL << slot;
		return true;
	}
	if (!*place) {
		*place = (u64)node;
		return true;
	}
	if (base_of(*place) - base < size || reaches(*place, base))
		return false;
	return add_table(space, place, table, base, node);
}

static void index_del(struct space *space, struct map_node *node)
{
	u64 *place = &space->index[node->kind].root;
	struct map_table *table = NULL, *above;

	while (is_table(*place)) {
		table = as_table(*place);
		place = &table->slot[slot_of(table, node->base)];
	}
	assert(*place == (u64)node);
	for (; table; table = above) {
		table->used &= ~(1UL << slot_of(table, node->base));
		if (table->used)
			return;
		above = table->above;
		kmem_free(space->quota, table, sizeof(*table));
	}
	space->index[node->kind].root = 0;
}

/* The links of derivation. */
static void link_at(struct map_node *node, struct map_node *parent, struct map_node **where)
{
	node->parent = parent;
	node->prev_next = where;
	node->next = *where;
	if (node->next)
		node->next->prev_next = &node->next;
	*where = node;
}

static void unlink_node(struct map_node *node)
{
	if (!node->parent)
		return;
	*node->prev_next = node->next;
	if (node->next)
		node->next->prev_next = node->prev_next;
}

static struct map_node *new_node(struct space *space)
{
	struct map_node *node = kmem_alloc_raw(space->quota, sizeof(*node));

	if (likely(node))
		node->space = space;
	return node;
}

static void free_node(struct map_node *node)
{
	kmem_free(node->space->quota, node, sizeof(*node));
}

struct map_node *mapdb_insert(struct space *space, unsigned int kind, u64 base, unsigned int order,
			      u64 origin, struct map_node *parent)
{
	struct map_node *node = new_node(space);

	if (!node)
		return NULL;
	node->kind = kind;
	node->base = base;
	node->order = order;
	node->origin = origin;
	node->parent = NULL;
	node->children = NULL;
	if (!index_add(space, base, node)) {
		free_node(node);
		return NULL;
	}
	if (parent)
		link_at(node, parent, &parent->children);
	return node;
}

static void remove_leaf(struct map_node *node, mapdb_gone_fn *gone)
{
	gone(node);
	index_del(node->space, node);
	unlink_node(node);
	free_node(node);
}

/* A grandchild becomes a child before its parent goes: each step is as short as any other. */
void mapdb_delete(struct map_node *node, mapdb_gone_fn *gone)
{
	struct map_node *child, *grandchild;

	while ((child = node->children)) {
		grandchild = child->children;
		if (grandchild) {
			unlink_node(grandchild);
			link_at(grandchild, node, &node->children);
		} else {
			remove_leaf(child, gone);
		}
	}
	remove_leaf(node, gone);
}

/* Splits a node none of whose children is larger than a half. */
static bool halve(struct map_node *node)
{
	struct map_node *twin = new_node(node->space), *child, *next;
	u64 half = 1UL << (node->order - 1);

	if (!twin)
		return false;
	*twin = *node;
	twin->children = NULL;
	twin->base += half;
	twin->origin += half;
	twin->order = --node->order;
	if (!index_add(twin->space, twin->base, twin)) {
		node->order++;
		free_node(twin);
		return false;
	}
	if (node->parent)
		link_at(twin, node->parent, &node->next);
	for (child = node->children; child; child = next) {
		next = child->next;
		if (child->origin >= twin->origin) {
			unlink_node(child);
			link_at(child, twin, &twin->children);
		}
	}
	return true;
}

/* Splits a node in two, but first all descendants that are as large. False: no memory for all that. */
static bool split(struct map_node *top)
{
	struct map_node *at = top, *child = top->children, *above;
	unsigned int order = top->order;

	for (;;) {
		while (child && child->order != order)
			child = child->next;
		if (child) {
			at = child;
			child = at->children;
			continue;
		}
		above = at->parent;
		if (!halve(at))
			return false;
		if (at == top)
			return true;
		child = at->next;
		at = above;
	}
}

struct map_node *mapdb_isolate(struct map_node *node, u64 base, unsigned int order)
{
	while (node->order > order && split(node))
		if (base > map_node_last(node))
			node = node_at(node->space, node->kind, base);
	return node;
}

void mapdb_revoke(struct map_node *node, u64 first, u64 last, bool self, mapdb_gone_fn *gone)
{
	unsigned int order = __builtin_ctzl(last - first + 1);
	u64 origin = node->origin + (first - node->base);
	struct map_node *child, *next;

	if (self) {
		mapdb_delete(mapdb_isolate(node, first, order), gone);
		return;
	}
	for (child = node->children; child; child = next) {
		/* Twins that come from isolating are linked before it, or are none of ours. */
		next = child->next;
		if (child->origin > origin + (last - first) ||
		    child->origin + (map_node_last(child) - child->base) < origin)
			continue;
		if (child->order > order)
			child = mapdb_isolate(child, child->base + (origin - child->origin), order);
		mapdb_delete(child, gone);
	}
}

void mapdb_visit(struct map_node *node, u64 first, u64 last, bool self, mapdb_visit_fn *visit,
		 u64 arg)
{
	u64 lowest = node->origin + (first - node->base), highest = lowest + (last - first);
	struct map_node *at = node;

	for (;;) {
		u64 at_last = at->origin + (map_node_last(at) - at->base);
		bool overlaps = at->origin <= highest && at_last >= lowest;

		if (overlaps && (self || at != node))
			visit(at, at->base + (max_u64(lowest, at->origin) - at->origin),
			      at->base + (min_u64(highest, at_last) - at->origin), arg);
		if (overlaps && at->children) {
			at = at->children;
			continue;
		}
		while (at != node && !at->next)
			at = at->parent;
		if (at == node)
			return;
		at = at->next;
	}
}

bool mapdb_move(struct map_node *node, struct space *space, u64 base)
{
	size_t charge = kmem_charge(sizeof(*node));

	if (!quota_charge(space->quota, charge))
		return false;
	if (!index_add(space, base, node)) {
		quota_uncharge(space->quota, charge);
		return false;
	}
	index_del(node->space, node);
	quota_uncharge(node->space->quota, charge);
	node->space = space;
	node->base = base;
	return true;
}
