/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Editing of page tables. Picture, invariants and lock: paging.h.
 *
 * A path holds the entries that lead to an address: path[l] at level l, and
 * path[l + 1] names the table that path[l] is in and counts its used entries.
 * path[4] is a word to spare, for nobody counts the top-level table's.
 *
 * There are four ways down from the top: paging_way() of all that only look,
 * descend() makes what is missing, take_from_table() goes over a range and
 * retire_tree() over whole tables. kdb_walk() apart, which shows them all, nothing
 * else knows how tables lie above each other.
 */
#include "x86/mmu/paging.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "sched/preempt.h"
#include "x86/cpu/cpu.h"

#define PATH		(PAGING_LEVELS + 1)
#define GROUP_SHIFT	42		/* of an address: the group of top */
#define CLEARED_MAX	128		/* used entries; more are cleared when the table is used again */
#define CLEARED		2UL		/* in the link of `unused' */
#define SPLIT_COST	2500		/* instructions */

u64 paging_kernel_pml4e;
bool paging_has_1g;
const struct paging_filter paging_any = { .last = ~0UL };
const struct paging_filter paging_none = { .match = 1, .last = ~0UL };

static u64 level_size(unsigned int level)
{
	return 1UL << paging_level_shift(level);
}

static unsigned int live_count(u64 entry)
{
	return (entry & PTE_COUNT_MASK) >> PTE_COUNT_SHIFT;
}

static void top_change(struct paging *paging, u64 va)
{
	u64 group = 1UL << (va >> GROUP_SHIFT & 63);

	paging->top_used |= group;
	paging->top_changed |= group;
}

/* The next entry that may be used, after an empty one: a cache line of them is passed over at once. */
static u64 *after_empty(u64 *entry)
{
	if ((u64)entry & 63 ||
	    (entry[1] | entry[2] | entry[3] | entry[4] | entry[5] | entry[6] | entry[7]))
		return entry + 1;
	return entry + 8;
}

int paging_init(struct paging *paging, struct quota *quota)
{
	paging->top = kmem_page_alloc(quota);
	if (!paging->top)
		return -L4_ENOMEM;
	paging->quota = quota;
	paging->near_va = ~0UL;
	paging->top[KERNEL_SLOT] = paging_kernel_pml4e;
	return 0;
}

/* The link's lowest bit is 0: to a CPU that still looks, the entry is not present. */
static void retire(struct paging *paging, u64 *table, bool cleared)
{
	paging_set(&table[0], (u64)paging->unused | (cleared ? CLEARED : 0));
	paging->unused = table;
	paging->near_va = ~0UL;
}

void paging_free_unused(struct paging *paging)
{
	while (paging->unused) {
		u64 *table = paging->unused, link = table[0];

		paging->unused = (u64 *)(link & ~CLEARED);
		if (link & CLEARED)
			kmem_page_free_cleared(paging->quota, table);
		else
			kmem_page_free(paging->quota, table);
	}
}

/* Of the lowest level, so many used entries behind the first: a cache line at a time. */
static void clear_leaves(u64 *line, unsigned int live)
{
	for (; live; line += 8) {
		if (!(line[0] | line[1] | line[2] | line[3] | line[4] | line[5] | line[6] | line[7]))
			continue;
#pragma GCC unroll 8
		for (unsigned int i = 0; i < 8; i++) {
			live -= line[i] != 0;
			paging_set(&line[i], 0);
		}
	}
}

/*
 * Retires the table that an entry at `level' names and those below. Of a table
 * full of leaves they are not even looked at. In steps it may stop before one
 * of the lowest tables, with what is left under the entry: false.
 */
static bool retire_tree(struct paging *paging, u64 *entry, unsigned int level, bool steps)
{
	unsigned int live = live_count(*entry);
	bool clear = level > 1 || live <= CLEARED_MAX;
	u64 *e = paging_first(*entry);

	if (steps && level == 1 && preempt_due(100 + (clear ? 8 * live : 0)))
		return false;
	if (level == 1 && clear) {
		clear_leaves(e, live);
		live = 0;
	}
	while (clear && live) {
		if (!*e) {
			e = after_empty(e);
			continue;
		}
		if (paging_is_table(*e) && !retire_tree(paging, e, level - 1, steps)) {
			paging_set(entry, (*entry & ~PTE_COUNT_MASK) | live * PTE_COUNT_ONE);
			return false;
		}
		live--;
		paging_set(e++, 0);
	}
	retire(paging, paging_table(*entry), clear);
	paging_set(entry, 0);
	return true;
}

bool paging_free_tables(struct paging *paging, u64 groups)
{
	for (groups &= paging->top_used; groups; groups &= groups - 1) {
		unsigned int first = __builtin_ctzl(groups) * PAGING_GROUP;

		for (unsigned int i = first; i < first + PAGING_GROUP; i++) {
			if (paging->top[i] && i != KERNEL_SLOT &&
			    !retire_tree(paging, &paging->top[i], PAGING_LEVELS - 1, true))
				return false;
		}
	}
	return true;
}

__noinline u64 *paging_find(const struct paging *paging, u64 va, unsigned int *level)
{
	return paging_lowest(paging, va, level);
}

bool paging_approach(struct paging *paging, u64 va)
{
	u64 *parent, *entry = paging->top ? paging_page_entry(paging, va, &parent) : NULL;

	if (!entry)
		return false;
	paging->near_va = va >> paging_level_shift(1);
	paging->near_parent = parent;
	paging->near_table = entry - (va >> PAGE_SHIFT & (PAGING_ENTRIES - 1));
	return true;
}

/*
 * Changes a leaf that other CPUs may be using: what they note of PTE_USED meanwhile
 * is not lost. Returns what was there.
 */
static u64 change_live(u64 *entry, u64 keep, u64 add)
{
	u64 old = *entry;

	while (!__atomic_compare_exchange_n(entry, &old, (old & keep) | add, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return old;
}

/* Puts 512 smaller leaves, or a table of them, in a large leaf's place. */
static bool split(struct paging *paging, u64 *entry, unsigned int level)
{
	u64 *table = kmem_alloc_raw(paging->quota, PAGE_SIZE);
	u64 leaf = *entry, used;

	if (!table)
		return false;
	preempt_count(SPLIT_COST);
	if (level == 1)
		leaf &= ~PTE_S;
	for (unsigned int i = 0; i < PAGING_ENTRIES; i++)
		table[i] = leaf + i * level_size(level - 1);
	used = change_live(entry, 0, virt_to_phys(table) | PTE_TABLE | PAGING_ENTRIES * PTE_COUNT_ONE) &
	       PTE_USED;
	for (unsigned int i = 0; (used & ~leaf) && i < PAGING_ENTRIES; i++)
		__atomic_fetch_or(&table[i], used, __ATOMIC_RELAXED);
	return true;
}

/* Takes out the tables on the path, from level `level' up, that hold nothing. */
static void prune(struct paging *paging, u64 **path, unsigned int level, u64 va)
{
	for (; level < PAGING_LEVELS && !live_count(*path[level]); level++) {
		retire(paging, paging_table(*path[level]), true);
		paging_set(path[level], 0);
		paging_uncount(path[level + 1], 1);
		if (level == PAGING_LEVELS - 1)
			top_change(paging, va);
	}
}

/*
 * Fills the path down to where a leaf of level `want' or, if a table is in its
 * place, a smaller one belongs; makes the tables that lack. Returns the leaf's
 * level or -L4_ENOMEM.
 */
static int descend(struct paging *paging, u64 va, unsigned int want, u64 **path)
{
	u64 *table = paging->top;

	for (unsigned int level = PAGING_LEVELS - 1;; level--) {
		u64 *entry = paging_entry(table, va, level);

		path[level] = entry;
		if (!level || (level <= want && !paging_is_table(*entry)))
			return level;
		if (!*entry) {
			table = kmem_page_alloc(paging->quota);
			if (unlikely(!table)) {
				prune(paging, path, level + 1, va);
				return -L4_ENOMEM;
			}
			/* What is in it is to be seen before it is. */
			__atomic_store_n(entry, virt_to_phys(table) | PTE_TABLE | PTE_FIRST_MASK, __ATOMIC_RELEASE);
			paging_count(path[level + 1], entry, 1);
			if (level == PAGING_LEVELS - 1)
				top_change(paging, va);
		} else if (!paging_is_table(*entry) && !split(paging, entry, level)) {
			return -L4_ENOMEM;
		}
		table = paging_table(*entry);
	}
}

/* The largest leaf with which a mapping of so many pages can begin. */
static unsigned int best_level(u64 address_bits, u64 pages)
{
	u64 bytes = pages << PAGE_SHIFT;

	if (bytes < level_size(1) || (address_bits & (level_size(1) - 1)))
		return 0;
	if (!paging_has_1g || bytes < level_size(2) || (address_bits & (level_size(2) - 1)))
		return 1;
	return 2;
}

int paging_map_range(struct paging *paging, u64 va, phys_t phys, u64 pages, u64 flags,
	       const struct paging_filter *replace, bool *replaced)
{
	u64 spare = 0, *path[PATH];

	path[PATH - 1] = &spare;
	while (pages) {
		int level = descend(paging, va, best_level(va | phys, pages), path);
		u64 *first, *entry, *end, size, leaf, fresh = 0;

		if (unlikely(level < 0))
			return level;
		size = level_size(level);
		leaf = phys | flags | (level ? PTE_S : 0);
		/* As far as this table goes; a smaller table in the way is the next descent's. */
		first = path[level];
		end = first + min_u64(pages >> 9 * level, PAGING_ENTRIES - ((u64)first % PAGE_SIZE) / 8);
		for (entry = first; entry < end; entry++, leaf += size) {
			if (likely(!*entry))
				fresh++;
			else if ((level && paging_is_table(*entry)) ||
				 !paging_filter_means(replace, *entry))
				break;
			else if (*entry != leaf)
				*replaced = true;
			paging_set(entry, leaf);
		}
		paging_count(path[level + 1], first, fresh);
		if (unlikely(entry == first))
			return -L4_EINVAL;
		phys += (entry - first) * size;
		va += (entry - first) * size;
		pages -= (u64)(entry - first) << 9 * level;
	}
	return 0;
}

struct take {
	struct paging *paging;
	const struct paging_filter *filter;
	u64 keep, add;		/* a leaf becomes (leaf & keep) | add; 0: it goes */
	bool whole_trees;	/* whatever is there goes: no leaf need be looked at */
};

static bool take_from_entry(const struct take *take, u64 *entry, unsigned int level, u64 va,
			    u64 last);

static u64 rest_of(const struct take *take, u64 leaf)
{
	return (leaf & take->keep) | take->add;
}

/* A large leaf, which is split if only a part of it is meant. */
static bool take_from_large(const struct take *take, u64 *parent, u64 *entry, unsigned int level,
			    u64 va, u64 last)
{
	const struct paging_filter *filter = take->filter;
	u64 offset = level_size(level) - 1, rest = rest_of(take, *entry);
	phys_t first_frame = *entry & PTE_FRAME & ~offset, last_frame = first_frame + offset;

	if (rest == *entry || !paging_filter_means(filter, *entry) || last_frame < filter->first ||
	    first_frame > filter->last)
		return false;
	if (last - va != offset || first_frame < filter->first || last_frame > filter->last) {
		if (split(take->paging, entry, level))
			return take_from_entry(take, entry, level, va, last);
		take->paging->taken_more = true;
	}
	take->paging->taken |= change_live(entry, take->keep, take->add);
	if (!rest)
		paging_uncount(parent, 1);
	return true;
}

/* The first entry in question of the table that `parent' names. */
static u64 *take_first(u64 parent, u64 va, unsigned int level)
{
	u64 *first = paging_first(parent), *entry = paging_entry(paging_table(parent), va, level);

	return entry < first ? first : entry;
}

/*
 * The lowest level apart, as it is most of the work; all that is the same for each
 * page in registers. live_leaves: other CPUs may be using them.
 */
static __always_inline bool take_pages(const struct take *take, u64 *parent, u64 va, u64 last,
				       bool live_leaves)
{
	u64 *entry = take_first(*parent, va, 0);
	u64 *end = paging_entry(paging_table(*parent), last, 0);
	const struct paging_filter filter = *take->filter;
	u64 keep = take->keep, add = take->add, span = filter.last - filter.first, gone = 0, taken = 0;
	unsigned int live = live_count(*parent);
	bool all_frames = span == ~0UL;

	while (live && entry <= end) {
		u64 leaf = *entry, rest = (leaf & keep) | add;

		if (!leaf) {
			entry = after_empty(entry);
			continue;
		}
		live--;
		entry++;
		if (rest == leaf || !paging_filter_means(&filter, leaf) ||
		    (!all_frames && (leaf & PTE_FRAME) - filter.first > span))
			continue;
		if (live_leaves)
			leaf = change_live(&entry[-1], keep, add);
		else
			paging_set(&entry[-1], rest);
		taken |= leaf;
		gone += !rest;
	}
	paging_uncount(parent, gone);
	take->paging->taken |= taken;
	return taken;
}

static __noinline bool take_from_live_pages(const struct take *take, u64 *parent, u64 va, u64 last)
{
	return take_pages(take, parent, va, last, true);
}

static __noinline bool take_from_own_pages(const struct take *take, u64 *parent, u64 va, u64 last)
{
	return take_pages(take, parent, va, last, false);
}

static inline bool take_from_pages(const struct take *take, u64 *parent, u64 va, u64 last)
{
	return unlikely(cpus_many) ? take_from_live_pages(take, parent, va, last) :
				     take_from_own_pages(take, parent, va, last);
}

static bool take_from_table(const struct take *take, u64 *parent, unsigned int level, u64 va,
			    u64 last);

/* A table below an entry. True if anything changed; the entry may be empty then. */
static bool take_from_entry(const struct take *take, u64 *entry, unsigned int level, u64 va,
			    u64 last)
{
	bool changed;

	if (take->whole_trees && last - va == level_size(level) - 1) {
		return retire_tree(take->paging, entry, level, false);
	}
	changed = level == 1 ? take_from_pages(take, entry, va, last) :
			       take_from_table(take, entry, level - 1, va, last);
	if (!live_count(*entry)) {
		retire(take->paging, paging_table(*entry), true);
		paging_set(entry, 0);
	}
	return changed;
}

/*
 * `parent' names the table and counts its entries: nothing is looked at after
 * the last used one. Recursion ends with the levels.
 */
static bool take_from_table(const struct take *take, u64 *parent, unsigned int level, u64 va,
			    u64 last)
{
	u64 *table = paging_table(*parent);
	u64 *start = paging_entry(table, va, level), *end = paging_entry(table, last, level);
	u64 size = level_size(level), base = align_down(va, size);
	unsigned int live = live_count(*parent);
	u64 *next = take_first(*parent, va, level);
	bool changed = false;

	while (live && next <= end) {
		u64 *entry = next++, first, stop;

		if (!*entry) {
			next = after_empty(entry);
			continue;
		}
		live--;
		first = max_u64(va, base + (entry - start) * size);
		stop = min_u64(last, first | (size - 1));
		if (!paging_is_table(*entry)) {
			changed |= take_from_large(take, parent, entry, level, first, stop);
			continue;
		}
		changed |= take_from_entry(take, entry, level, first, stop);
		if (!*entry) {
			paging_uncount(parent, 1);
			if (level == PAGING_LEVELS - 1)
				top_change(take->paging, first);
		}
	}
	return changed;
}

bool paging_take_range(struct paging *paging, u64 va, u64 last, u64 rights,
		 const struct paging_filter *filter)
{
	bool all = rights & L4_RIGHT_R;
	struct take take = {
		.paging = paging,
		.filter = filter,
		.keep = all ? 0 : rights & L4_RIGHT_W ? ~PTE_W : ~0UL,
		.add = all ? 0 : rights & L4_RIGHT_X ? PTE_NX | PTE_NO_X :
		       rights & PAGING_HOLD_X ? PTE_NX : 0,
		.whole_trees = all && filter == &paging_any,
	};
	u64 *parent, *page, pages = ((last - va) >> PAGE_SHIFT) + 1;
	u64 spare = virt_to_phys(paging->top) | PTE_COUNT_MASK;
	u64 groups = paging->top_used & (~0UL << (va >> GROUP_SHIFT & 63)) &
		     (~0UL >> (63 - (last >> GROUP_SHIFT & 63)));
	bool changed = false;

	assert(paging_range_ok(va, last));
	/* Within one table, that will still be needed: mostly. */
	if (!((va ^ last) >> paging_level_shift(1))) {
		page = paging_page_entry(paging, va, &parent);
		if (page && (!all || live_count(*parent) > pages))
			return take_from_pages(&take, parent, va, last);
		if (page && pages == 1 && !*page)
			return false;
	}
	for (; groups; groups &= groups - 1) {
		u64 first = (s64)((u64)__builtin_ctzl(groups) << (GROUP_SHIFT + 16)) >> 16;
		u64 stop = first | ((1UL << GROUP_SHIFT) - 1);

		changed |= take_from_table(&take, &spare, PAGING_LEVELS - 1, max_u64(va, first),
					   min_u64(last, stop));
	}
	return changed;
}

u64 paging_next(const struct paging *paging, u64 va, u64 last, u64 table_step, u64 *end)
{
	*end = last;
	while (va <= last) {
		unsigned int level;
		u64 *first = paging_find(paging, va, &level), *entry = first;
		u64 size = level_size(level);

		if (*entry) {
			*end = min_u64(last, va | ((level ? size : table_step) - 1));
			return va;
		}
		do {
			entry = after_empty(entry);
		} while ((u64)entry % PAGE_SIZE && !*entry);
		va = align_down(va, size) + (entry - first) * size;
		if (!va)
			return ~0UL;
	}
	return va;
}

u64 paging_status(struct paging *paging, u64 va, u64 last, const struct paging_filter *filter,
		  u64 clear, u64 set)
{
	const struct paging_filter means = *filter;
	u64 seen = 0;

	while (paging->top) {
		unsigned int level;
		u64 *entry = paging_find(paging, va, &level), size = level_size(level);

		/* As far as a quarter of this table goes, or to a table in it. */
		do {
			u64 leaf = *entry, end = min_u64(last, va | (size - 1));

			if (level && paging_is_table(leaf))
				break;
			if (leaf && paging_filter_means(&means, leaf) &&
			    (leaf & PTE_FRAME) <= means.last &&
			    (leaf & PTE_FRAME) + (size - 1) >= means.first) {
				u64 keep = end - va == size - 1 ? ~clear : ~0UL;
				u64 rest = (leaf & keep) | set;

				if (rest != leaf && cpus_many)
					leaf = change_live(entry, keep, set);
				else if (rest != leaf)
					paging_set(entry, rest);
				seen |= leaf;
			}
			if (end == last)
				return seen;
			va = end + 1;
		} while ((u64)++entry & (PAGE_SIZE / 4 - 1));
		preempt_pass(6000);
	}
	return 0;
}
