/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables of ring 3: walking and editing the four levels below one
 * top-level table. Knows nothing of tasks and databases.
 *
 *   table entry (not a leaf)
 *     63  61        52 51          12 11   9 8      0
 *    | 0 | live count | table's frame | first | P W U A |
 *   leaf, of 4 KiB, 2 MiB or 1 GiB
 *    | NX |     0     | page's frame  | PINNED ALIAS . S D A . . U W P |
 *
 * The CPU ignores bits 9..11 and 52..61 of entries that name a table. The upper
 * ones count the used entries of the table named, the lower ones are the eighth
 * of it before which none is used: so that removing the last one is noticed
 * without a scan, and scans are short. (In the top-level tables of other views
 * they are stale; only the one in struct paging is edited by.) The CPU sets
 * accessed and dirty in leaves of ordinary spaces, for paging_status; in leaves
 * without a node and in entries that name tables they are preset.
 *
 * Invariant: a table without used entries does not exist; no leaf is global;
 * entry 256 of the top-level table is never touched after paging_init.
 */
#ifndef X86_PAGING_H
#define X86_PAGING_H

#include "base/quota.h"
#include "lib/types.h"
#include "x86/cpu/layout.h"

#include <l4/fpage.h>

#define PTE_P		(1UL << 0)
#define PTE_W		(1UL << 1)
#define PTE_U		(1UL << 2)
#define PTE_DEVICE	(3UL << 3)	/* not cached: MSR_PAT's fourth type */
#define PTE_WC		(1UL << 3)	/* of a device, write-combining: its second type */
#define PTE_A		(1UL << 5)
#define PTE_D		(1UL << 6)
#define PTE_S		(1UL << 7)	/* a leaf above the lowest level */
#define PTE_G		(1UL << 8)
#define PTE_ALIAS	(1UL << 9)	/* made by guest_update in a host: in no mapping node */
#define PTE_PINNED	(1UL << 10)	/* the kernel's page: ring 3 cannot map or unmap it */
/*
 * The right X is not there. Without it PTE_NX means only that the space itself does not
 * execute there: X can still be passed on.
 */
#define PTE_NO_X	(1UL << 11)
#define PTE_NX		(1UL << 63)
#define PTE_USED	(PTE_A | PTE_D)
#define PTE_FRAME	0x000ffffffffff000UL
#define PTE_KERNEL	(PTE_P | PTE_A | PTE_D | PTE_G)	/* the kernel's own leaves */
/* The low byte of an entry that names a table, and of no leaf above the lowest level. */
#define PTE_TABLE	(PTE_P | PTE_W | PTE_U | PTE_A)
#define PTE_COUNT_SHIFT	52
#define PTE_COUNT_ONE	(1UL << PTE_COUNT_SHIFT)
#define PTE_COUNT_MASK	(0x3ffUL << PTE_COUNT_SHIFT)
/* Where an eighth begins: the same bits in the entry that names the table and in addresses of entries. */
#define PTE_FIRST_MASK	0xe00UL

#define PAGING_HOLD_X	(1UL << 3)	/* beside L4_RIGHT_* */
#define PAGING_DEVICE	(1UL << 4)	/* the same: leaves with PTE_DEVICE */

#define PAGING_ENTRIES	512
#define PAGING_LEVELS	4		/* 3 is the top-level table's, 0 that of 4 KiB leaves */
#define PAGING_ALL	(~0UL)		/* "pages" for everything */
#define PAGING_GROUP	8		/* entries of a top-level table that are told apart */
#define PAGING_LOWER	0x00000000ffffffffUL	/* the groups of the lower half, a bit each */
#define PAGING_UPPER	(~PAGING_LOWER)

struct paging {
	u64 *top;			/* NULL when the space is destroyed */
	struct quota *quota;		/* what its tables are charged to */
	u64 *unused;			/* tables taken out, until the TLB is flushed */
	u64 top_used, top_changed;	/* groups of top: all that ever had an entry; changed ones */
	bool taken_more;		/* than asked for: all of a leaf that could not be split; who flushes clears it */
	u64 taken;			/* what paging_take_range took from, or'ed; who asks sets it to 0 before */
	u64 near_va;			/* the lowest table used last is that of all va >> 21 == near_va */
	u64 *near_table, *near_parent;	/* it, and the entry that names and counts it */
};

/* Which leaves an edit means, besides those in its range of addresses. */
struct paging_filter {
	u64 mask, match;		/* leaf & mask == match */
	phys_t first, last;		/* frames */
};

static inline bool paging_filter_means(const struct paging_filter *filter, u64 leaf)
{
	return (leaf & filter->mask) == filter->match;
}

extern u64 paging_kernel_pml4e;		/* set at boot, before the first space */
extern bool paging_has_1g;		/* the CPU has 1 GiB leaves; set at boot */
extern const struct paging_filter paging_any, paging_none;

static inline unsigned int paging_level_shift(unsigned int level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline u64 *paging_entry(u64 *table, u64 va, unsigned int level)
{
	return &table[(va >> paging_level_shift(level)) & (PAGING_ENTRIES - 1)];
}

static inline bool paging_is_table(u64 entry)
{
	return (u8)entry == PTE_TABLE;
}

/* The table that such an entry names. */
static inline u64 *paging_table(u64 entry)
{
	return phys_to_virt(entry & PTE_FRAME);
}

static inline u64 *paging_first(u64 entry)
{
	return phys_to_virt(entry & (PTE_FRAME | PTE_FIRST_MASK));
}

/* Others may read an entry while it changes, as the CPU does: whole, and before what is in the table that it names. */
static inline u64 paging_get(const u64 *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

static inline void paging_set(u64 *entry, u64 value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELAXED);
}

/* Of the table that `parent' names so many entries are used no more. */
static inline void paging_uncount(u64 *parent, u64 number)
{
	paging_set(parent, paging_get(parent) - number * PTE_COUNT_ONE);
}

/* So many entries from `entry' on, of the table that `parent' names, are used from now on. */
static inline void paging_count(u64 *parent, const u64 *entry, u64 number)
{
	u64 first = (u64)entry & PTE_FIRST_MASK, value = paging_get(parent);

	if (unlikely(first < (value & PTE_FIRST_MASK)))
		value = (value & ~PTE_FIRST_MASK) | first;
	paging_set(parent, value + number * PTE_COUNT_ONE);
}

static inline u64 paging_flags(u64 rights)
{
	return PTE_P | PTE_U | (rights & L4_RIGHT_W ? PTE_W : 0) |
	       (rights & L4_RIGHT_X ? 0 : PTE_NX | PTE_NO_X);
}

static inline u64 paging_rights(u64 leaf)
{
	return L4_RIGHT_R | (leaf & PTE_W ? L4_RIGHT_W : 0) | (leaf & PTE_NO_X ? 0 : L4_RIGHT_X);
}

/*
 * The way down that all take who only look: the entry that translates a canonical
 * address, which is empty or a leaf, its level, and below the top what names the
 * table that it is in and counts it. Like the CPU's own walk it reads each entry once,
 * as another CPU may change the tables meanwhile (memory/guest.h): what it saw in
 * the last one is in *seen, but at the lowest level, where it is not read.
 */
static __always_inline u64 *paging_way(const struct paging *paging, u64 va, unsigned int *level,
				       u64 **parent, u64 *seen)
{
	u64 *table = paging->top;

#pragma GCC unroll 4
	for (unsigned int l = PAGING_LEVELS - 1; l; l--) {
		u64 *entry = paging_entry(table, va, l);

		*level = l;
		*seen = paging_get(entry);
		if (!paging_is_table(*seen))
			return entry;
		*parent = entry;
		table = paging_table(*seen);
	}
	*level = 0;
	return paging_entry(table, va, 0);
}

static inline u64 *paging_lowest(const struct paging *paging, u64 va, unsigned int *level)
{
	u64 *parent, seen;

	return paging_way(paging, va, level, &parent, &seen);
}

/* The same in less code, for what is not done often. */
u64 *paging_find(const struct paging *paging, u64 va, unsigned int *level);

/* The leaf itself, 0 if none. Where the address is from ring 3, check is_user_addr() first. */
static inline u64 paging_walk(const struct paging *paging, u64 va, unsigned int *level)
{
	u64 *parent, seen, *entry = paging_way(paging, va, level, &parent, &seen);

	/* Read again it might be a table by now. */
	return *level ? seen : paging_get(entry);
}

/* The lowest table's entry for va; NULL if there is no such table. */
static inline u64 *paging_page_entry(const struct paging *paging, u64 va, u64 **parent)
{
	unsigned int level;
	u64 seen, *entry = paging_way(paging, va, &level, parent, &seen);

	return level ? NULL : entry;
}

/* The same for a space that is used again and again in one region: finds out only if it is another. */
bool paging_approach(struct paging *paging, u64 va) __must_check;

static inline u64 *paging_near_entry(struct paging *paging, u64 va, u64 **parent)
{
	if (unlikely(va >> paging_level_shift(1) != paging->near_va) && !paging_approach(paging, va))
		return NULL;
	*parent = paging->near_parent;
	return paging_entry(paging->near_table, va, 0);
}

/* The physical address that va has by that leaf. */
static inline phys_t paging_leaf_phys(u64 leaf, unsigned int level, u64 va)
{
	u64 offset = (1UL << paging_level_shift(level)) - 1;

	return (leaf & PTE_FRAME & ~offset) | (va & offset);
}

/* [va, last] is ring 3's: in one half, canonical, without the kernel's slot. */
static inline bool paging_range_ok(u64 va, u64 last)
{
	return va <= last && (last < USER_LOWER_END || va >= KERNEL_SLOT_END);
}

/* Top-level table with the kernel's entry. 0 or -L4_ENOMEM */
int paging_init(struct paging *paging, struct quota *quota) __must_check;

/*
 * Takes out the tables under these groups of top but the kernel's, whatever
 * they map. False: not yet all, as it is time for a window (preempt.h).
 */
bool paging_free_tables(struct paging *paging, u64 groups);

/*
 * Maps `pages' pages from va on to phys on, with the largest leaves that fit.
 * flags: paging_flags(), and PTE_ALIAS or PTE_PINNED. A leaf in the way is
 * replaced if `replace' means it (its frames don't matter), else the result is
 * -L4_EINVAL. *replaced is set when translations changed. 0, -L4_EINVAL,
 * -L4_ENOMEM; what was done before stays. The range passed paging_range_ok().
 */
int paging_map_range(struct paging *paging, u64 va, phys_t phys, u64 pages, u64 flags,
	       const struct paging_filter *replace, bool *replaced) __must_check;

/*
 * The quick way to map one page, where all tables are there already: false,
 * and nothing done, if paging_map_range has to do it. leaf: frame and flags.
 */
static inline bool paging_map_one_page(struct paging *paging, u64 va, u64 leaf,
				   const struct paging_filter *replace, bool *replaced)
{
	u64 *parent, *entry = paging_near_entry(paging, va, &parent);

	if (unlikely(!entry))
		return false;
	if (likely(!*entry))
		paging_count(parent, entry, 1);
	else if (!paging_filter_means(replace, *entry))
		return false;
	else
		*replaced |= *entry != leaf;
	paging_set(entry, leaf);
	return true;
}

/*
 * The quick way to take one page, where its table stays: the leaf; 0, and
 * nothing done, if paging_take_range has to do it.
 */
static inline u64 paging_take_one_page(struct paging *paging, u64 va, const struct paging_filter *filter)
{
	u64 *parent, *entry = paging_near_entry(paging, va, &parent), leaf;

	if (!entry || !*entry || !paging_filter_means(filter, *entry) ||
	    (*parent & PTE_COUNT_MASK) == PTE_COUNT_ONE)
		return 0;
	/* Another CPU may be about to write there. */
	leaf = __atomic_exchange_n(entry, 0, __ATOMIC_RELAXED);
	paging_uncount(parent, 1);
	return leaf;
}

/*
 * All leaves in [va, last] that the filter means, or'ed; and takes the bits
 * `clear' from them and adds `set'. From a large leaf only if all of it is
 * meant, for a part must not speak for the rest. Nothing where there is no space.
 */
u64 paging_status(struct paging *paging, u64 va, u64 last, const struct paging_filter *filter,
		  u64 clear, u64 set);

/*
 * Takes `rights' from the leaves in [va, last] that the filter means; with R
 * removes them, with PAGING_HOLD_X lets them have X but not use it. Never fails:
 * when there is no memory to split a large leaf the whole leaf loses them. True if
 * anything changed.
 */
bool paging_take_range(struct paging *paging, u64 va, u64 last, u64 rights,
		 const struct paging_filter *filter);

/*
 * The first address from va on where something is mapped; above last: nothing is up
 * to there. *end: how far a step of an edit goes that begins there, a large page or so
 * much of a table of the lowest level.
 */
u64 paging_next(const struct paging *paging, u64 va, u64 last, u64 table_step, u64 *end);

/* Gives the tables taken out back to kmem. */
void paging_free_unused(struct paging *paging);

#endif
