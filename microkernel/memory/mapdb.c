/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database's index: nodes by address in each space, one by one. What is
 * done along derivations is mapdb_tree.c's. Picture, invariants and lock: mapdb.h.
 */
#include "memory/mapdb.h"

#include "base/kmem.h"
#include "memory/space.h"

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

/* Where the way to an address begins, and its slot there. `near' is on it if the address is in its span. */
static struct map_table *way_to(const struct map_index *index, u64 address, u64 *slot)
{
	struct map_table *table = index->near;

	if (table && (*slot = slot_of(table, address)) < MAP_SLOTS)
		return table;
	table = index->root;
	*slot = table ? slot_of(table, address) : MAP_SLOTS;
	return table;
}

struct map_node *mapdb_at(struct space *space, unsigned int kind, u64 address)
{
	struct map_index *index = &space->index[kind];
	u64 slot, entry;
	struct map_table *table = way_to(index, address, &slot);

	for (; slot < MAP_SLOTS; slot = slot_of(table, address)) {
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

/*
 * The node with that base and order. False, and nothing done: another one is in
 * the way, or no memory.
 */
static bool index_add(struct space *space, unsigned int kind, struct map_node *node, u64 base,
		      unsigned int order)
{
	struct map_index *index = &space->index[kind];
	struct map_table *above = NULL, *table;
	u64 entry, slot, more;

	table = way_to(index, base, &slot);
	entry = table ? to_entry(table) : 0;
	while (slot < MAP_SLOTS) {
		if (likely(!(table->used >> slot & 1))) {
			if (reaches(entry_at(table, slot), base))
				return false;
			if (unlikely(order > table->shift)) {
				more = ((1UL << order) - 1) >> table->shift;
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
		if (!is_table(entry))
			break;
		table = as_table(entry);
		slot = slot_of(table, base);
	}
	if (entry && (base_of(entry) - base < 1UL << order || reaches(entry, base)))
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
	if (unlikely(!index_add(space, kind, node, base, order))) {
		kmem_free(space->quota, node, sizeof(*node));
		return NULL;
	}
	if (parent)
		map_node_link(node, parent, &parent->children);
	return node;
}

void mapdb_remove(struct map_node *node)
{
	struct quota *quota = map_node_space(node)->quota;

	index_del(node->table, node->base, node->kind);
	map_node_unlink(node);
	kmem_free(quota, node, sizeof(*node));
}
