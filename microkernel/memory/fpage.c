/* SPDX-License-Identifier: GPL-2.0 */
/* Decoding of flexpages, and cutting them where nodes end. */
#include "memory/fpage.h"

#include <l4/syscall.h>

#include "x86/mmu/paging.h"

bool fpage_decode(u64 fpage, struct range *range)
{
	u64 kind = l4_fpage_type(fpage), order = l4_fpage_order(fpage), base = l4_fpage_base(fpage);
	bool mem = kind == L4_FPAGE_MEM;

	if (kind >= MAP_KINDS)
		return false;
	range->first = base;
	if (order == L4_FPAGE_ORDER_ALL) {
		range->last = mem ? ~0UL : L4_CAP_SLOTS - 1;
		return !base;
	}
	if (mem ? order < PAGE_SHIFT || order > 47 : order > 16)
		return false;
	range->last = base + ((1UL << order) - 1);
	if (base & ((1UL << order) - 1))
		return false;
	return mem ? paging_range_ok(range->first, range->last) : range->last < L4_CAP_SLOTS;
}

struct range fpage_piece(const struct map_node *node, u64 at, u64 last)
{
	u64 first = max_u64(node->base, at), end = min_u64(map_node_last(node), last);
	unsigned int order = 63 - __builtin_clzl(end - first + 1);

	if (first && (unsigned int)__builtin_ctzl(first) < order)
		order = __builtin_ctzl(first);
	return (struct range){ first, first + ((1UL << order) - 1) };
}
