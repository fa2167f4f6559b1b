/* SPDX-License-Identifier: GPL-2.0 */
/* Flexpages in messages: what of one goes where in the receiver's window. */
#include "memory/fpage.h"
#include "memory/map.h"
#include "sched/preempt.h"

/*
 * The hot spot `where' picks the place in the larger of the two, window and
 * flexpage; the smaller one decides how much is mapped.
 */
int map_decode_item(struct l4_item item, u64 window, u64 *fpage, u64 *target_base)
{
	u64 kind = l4_fpage_type(item.what), rest = item.what & (L4_RIGHTS_ALL | L4_FPAGE_GRANT);
	unsigned int shift = kind == L4_FPAGE_MEM ? 0 : PAGE_SHIFT;
	unsigned int order = l4_fpage_order(item.what);
	u64 where = item.where >> shift, to = where;
	u64 base = l4_fpage_base(item.what);
	struct range send, receive;

	if (!fpage_decode(item.what, &send))
		return -L4_EINVAL;
	if (window == L4_FPAGE_NONE || l4_fpage_type(window) != kind ||
	    !fpage_decode(window, &receive))
		return -L4_EOVERFLOW;
	if (l4_fpage_order(window) != L4_FPAGE_ORDER_ALL) {
		u64 in_window = receive.last - receive.first;

		if (l4_fpage_order(item.what) > l4_fpage_order(window)) {
			order = l4_fpage_order(window);
			base = send.first + (where & (send.last - send.first) & ~in_window);
		}
		to = receive.first + (where & in_window);
	}
	if (order != L4_FPAGE_ORDER_ALL)
		to &= ~((1UL << order) - 1);
	if (kind == L4_FPAGE_IO)
		to = base;
	*fpage = (base << shift) | ((u64)order << L4_FPAGE_ORDER_SHIFT) |
		 (kind << L4_FPAGE_TYPE_SHIFT) | rest;
	*target_base = to;
	return 0;
}

/* One page, port or slot, shared, to where nothing is: nobody need lose anything, and nothing be split. */
static bool is_short(u64 fpage, struct space *target, u64 to)
{
	u64 kind = l4_fpage_type(fpage);

	if ((fpage & L4_FPAGE_GRANT) || l4_fpage_order(fpage) != (kind == L4_FPAGE_MEM ? PAGE_SHIFT : 0))
		return false;
	/* A slot in use is an error. */
	return kind == L4_FPAGE_CAP || (!mapdb_find(target, kind, to, to) && !target->has_alias);
}

int map_at_once(struct space *source, u64 fpage, struct space *target, u64 where,
		struct steps *steps)
{
	s64 count;

	if (fpage_is_page(fpage, L4_RIGHT_R) && map_one_page(source, fpage, target, where))
		return 0;
	if (!is_short(fpage, target, where))
		return PREEMPTED;
	count = map_range(source, fpage, target, where, steps);
	return count < 0 ? (int)count : 0;
}
