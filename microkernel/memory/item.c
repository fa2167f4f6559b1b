/* SPDX-License-Identifier: GPL-2.0 */
/* Flexpages in messages: what of one goes where in the receiver's window. */
#include "memory/fpage.h"
#include "memory/map.h"

/*
 * The hot spot `where' picks the place in the larger of the two, window and
 * flexpage; the smaller one decides how much is mapped.
 */
int map_item(struct space *source, struct l4_item item, struct space *target, u64 window,
	     struct steps *steps)
{
	u64 kind = l4_fpage_type(item.what), rest = item.what & (L4_RIGHTS_ALL | L4_FPAGE_GRANT);
	unsigned int shift = kind == L4_FPAGE_MEM ? 0 : PAGE_SHIFT;
	unsigned int order = l4_fpage_order(item.what);
	u64 where = item.where >> shift, to = where;
	u64 base = l4_fpage_base(item.what);
	struct range send, receive;
	s64 count;

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
	count = map_fpage(source, (base << shift) | ((u64)order << L4_FPAGE_ORDER_SHIFT) |
			  (kind << L4_FPAGE_TYPE_SHIFT) | rest, target, to, steps);
	return count < 0 ? (int)count : 0;
}
