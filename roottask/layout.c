/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic on memory blocks. They are few (some dozens), so simple methods
 * do. Pure logic, tested on the host.
 */
#include <l4/server.h>

#include "layout.h"

unsigned int layout_merge(struct l4_instance_block *block, unsigned int count)
{
	unsigned int merged = 0;

	for (unsigned int i = 1; i < count; i++) {
		struct l4_instance_block moved = block[i];
		unsigned int at = i;

		for (; at > 0 && block[at - 1].start > moved.start; at--)
			block[at] = block[at - 1];
		block[at] = moved;
	}
	for (unsigned int i = 0; i < count; i++) {
		if (merged && block[merged - 1].start + block[merged - 1].size == block[i].start)
			block[merged - 1].size += block[i].size;
		else
			block[merged++] = block[i];
	}
	return merged;
}

static l4_word_t place_between(l4_word_t start, l4_word_t end, l4_word_t size)
{
	if (end < start || end - start < size)
		return 0;
	return (end - size) & ~(L4_PAGE_SIZE - 1);
}

l4_word_t layout_place(const struct l4_instance_block *block, unsigned int count, l4_word_t size,
		       l4_word_t used, l4_word_t used_size)
{
	l4_word_t place = 0;

	size = l4_round_up(size, L4_PAGE_SIZE);
	for (unsigned int i = count; i > 0 && !place; i--) {
		l4_word_t start = block[i - 1].start;
		l4_word_t end = start + block[i - 1].size;

		if (used >= end || used + used_size <= start)
			place = place_between(start, end, size);
		else
			place = place_between(used + used_size, end, size);
		if (!place && used < end && used > start)
			place = place_between(start, used, size);
	}
	return place;
}
