/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping database: trees of derivation, indexed by address in each space.
 * Picture, invariants and lock: mapdb.h.
 */
#include "mapdb.h"

#include "kmem.h"
#include "panic.h"
#include "space.h"

/*
 * The AA tree. A node's level is 1 at the bottom; a left child's is one less
 * than its parent's, a right child's one less or the same, a right grandchild's
 * less. Depth is at most twice the logarithm, so recursion is safe here.
 */
static struct map_node *tree_skew(struct map_node *t)
{
	struct map_node *left = t->left;

	if (!left || left->level != t->level)
		return t;
	t->left = left->right;
	left->right = t;
	return left;
}

static struct map_node *tree_split(struct map_node *t)
{
	struct map_node *right = t->right;

	if (!right || !right->right || right->right->level != t->level)
		return t;
	t->right = right->left;
	right->left = t;
	right->level++;
	return right;
}

static struct map_node *tree_insert(struct map_node *t, struct map_node *node)
{
	if (!t) {
		node->level = 1;
		node->left = node->right = NULL;
		return node;
	}
	if (node->base < t->base)
		t->left = tree_insert(t->left, node);
	else
		t->right = tree_insert(t->right, node);
	return tree_split(tree_skew(t));
}

static unsigned int tree_level(const struct map_node *t)
{
	return t ? t->level : 0;
}

static struct map_node *tree_rebalance(struct map_node *t)
{
	unsigned int level = tree_level(t->left), right = tree_level(t->right);

	if (level + 1 >= t->level && right + 1 >= t->level)
		return t;
	level = (right < level ? right : level) + 1;
	if (level < t->level) {
		t->level = level;
		if (level < right)
			t->right->level = level;
	}
	t = tree_skew(t);
	if (t->right) {
		t->right = tree_skew(t->right);
		if (t->right->right)
			t->right->right = tree_skew(t->right->right);
	}
	t = tree_split(t);
	if (t->right)
		t->right = tree_split(t->right);
	return t;
}

static struct map_node *tree_remove(struct map_node *t, struct map_node *node)
{
	struct map_node *heir;

	assert(t);
	if (node->base < t->base) {
		t->left = tree_remove(t->left, node);
		return tree_rebalance(t);
	}
	if (node->base > t->base) {
		t->right = tree_remove(t->right, node);
		return tree_rebalance(t);
	}
	/* t is the node: its neighbour in order, if there is one below it, takes its place. */
	if (t->left) {
		for (heir = t->left; heir->right; heir = heir->right)
			;
		t->left = tree_remove(t->left, heir);
	} else if (t->right) {
		for (heir = t->right; heir->left; heir = heir->left)
			;
		t->right = tree_remove(t->right, heir);
	} else {
		return NULL;
	}
	heir->left = t->left;
	heir->right = t->right;
	heir->level = t->level;
	return tree_rebalance(heir);
}

static void index_add(struct map_node *node)
{
	struct map_index *index = &node->space->index[node->kind];

	index->root = tree_insert(index->root, node);
}

static void index_del(struct map_node *node)
{
	struct map_index *index = &node->space->index[node->kind];

	index->root = tree_remove(index->root, node);
}

struct map_node *mapdb_find(const struct space *space, unsigned int kind, u64 first, u64 last)
{
	struct map_node *t = space->index[kind].root, *above = NULL;

	while (t) {
		if (t->base > first) {
			above = t;
			t = t->left;
		} else if (map_node_last(t) < first) {
			t = t->right;
		} else {
			return t;
		}
	}
	return above && above->base <= last ? above : NULL;
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

struct map_node *mapdb_insert(struct space *space, unsigned int kind, u64 base, unsigned int order,
			      u64 origin, struct map_node *parent)
{
	struct map_node *node = kmem_alloc(space->quota, sizeof(*node));

	if (!node)
		return NULL;
	node->space = space;
	node->kind = kind;
	node->base = base;
	node->order = order;
	node->origin = origin;
	if (parent)
		link_at(node, parent, &parent->children);
	index_add(node);
	return node;
}

void mapdb_delete(struct map_node *node, mapdb_gone_fn *gone)
{
	struct map_node *at = node, *parent;
	bool last;

	do {
		while (at->children)
			at = at->children;
		parent = at->parent;
		last = at == node;
		gone(at);
		index_del(at);
		unlink_node(at);
		kmem_free(at->space->quota, at, sizeof(*at));
		at = parent;
	} while (!last);
}

/* Of the descendants of `top' that are as large as it was, the next in pre-order. */
static struct map_node *next_same(struct map_node *at, struct map_node *top, unsigned int order)
{
	struct map_node *n = at->children;

	for (;;) {
		for (; n; n = n->next)
			if (n->order == order)
				return n;
		if (at == top)
			return NULL;
		n = at->next;
		at = at->parent;
	}
}

/* Gives the upper half of a node, and the smaller children that lie in it, to its twin. */
static void give_half(struct map_node *node, struct map_node *twin)
{
	u64 half = 1UL << --node->order;
	struct map_node *child, *next;

	twin->kind = node->kind;
	twin->order = node->order;
	twin->base = node->base + half;
	twin->origin = node->origin + half;
	index_add(twin);
	for (child = node->children; child; child = next) {
		next = child->next;
		if (child->order <= node->order && child->origin >= twin->origin) {
			unlink_node(child);
			link_at(child, twin, &twin->children);
		}
	}
}

/*
 * Splits a node in two, and with it all descendants that are as large: first
 * memory for all their twins, then parents before children. A child as large
 * as its parent was stays with it until its own turn, when its twin goes to
 * its parent's twin, which the index finds.
 */
static bool split_half(struct map_node *top)
{
	unsigned int order = top->order;
	struct map_node *twins = NULL, **tail = &twins, *node, *twin;

	for (node = top; node; node = next_same(node, top, order)) {
		twin = kmem_alloc(node->space->quota, sizeof(*twin));
		if (!twin)
			goto no_memory;
		twin->space = node->space;
		*tail = twin;
		tail = &twin->next;
	}
	for (node = top; node; node = next_same(node, top, order)) {
		struct map_node *parent = node->parent;

		twin = twins;
		twins = twin->next;
		assert(twin->space == node->space);
		if (node != top) {
			u64 upper = map_node_last(parent) + 1;

			parent = mapdb_find(parent->space, parent->kind, upper, upper);
			link_at(twin, parent, &parent->children);
		} else if (parent) {
			link_at(twin, parent, &node->next);
		} else {
			twin->next = NULL;
		}
		give_half(node, twin);
	}
	return true;
no_memory:
	while (twins) {
		twin = twins;
		twins = twin->next;
		kmem_free(twin->space->quota, twin, sizeof(*twin));
	}
	return false;
}

struct map_node *mapdb_isolate(struct map_node *node, u64 base, unsigned int order)
{
	while (node->order > order && split_half(node))
		if (base > map_node_last(node))
			node = mapdb_find(node->space, node->kind, base, base);
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
	index_del(node);
	quota_uncharge(node->space->quota, charge);
	node->space = space;
	node->base = base;
	index_add(node);
	return true;
}
