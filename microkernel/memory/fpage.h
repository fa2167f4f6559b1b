/* SPDX-License-Identifier: GPL-2.0 */
/* Flexpages as the kernel works on them: ranges, and pieces of ranges. */
#ifndef MEMORY_FPAGE_H
#define MEMORY_FPAGE_H

#include "memory/mapdb.h"

struct range {
	u64 first, last;
};

/* What a word from ring 3 means, if it means something: addresses, ports or slots. */
bool fpage_decode(u64 fpage, struct range *range) __must_check;

/*
 * The next piece of a flexpage, from `at' on: as much as there is a node, and a
 * flexpage itself. (Where a call was broken off, a node may be larger now than the
 * one it came from, and reach back before `at'.)
 */
struct range fpage_piece(const struct map_node *node, u64 at, u64 last);

/* Pages, ports or slots. */
static inline u64 fpage_units(unsigned int kind, u64 first, u64 last)
{
	return kind == L4_FPAGE_MEM ? (last - first + 1) >> PAGE_SHIFT : last - first + 1;
}

/* One page of memory, with what rights are in `with'. */
static inline bool fpage_is_page(u64 fpage, u64 with)
{
	return (fpage & (PAGE_SIZE - 1) & (~L4_RIGHTS_ALL | with)) ==
	       ((PAGE_SHIFT << L4_FPAGE_ORDER_SHIFT) | with);
}

#endif
