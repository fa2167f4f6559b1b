/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Free intervals in a sorted array:
 *
 *   interval[0]      interval[1]            interval[count - 1]
 *   |#########|......|####|.......    ......|########|
 *
 * Between two intervals at least one number is not free: neighbours are
 * merged when something is added. A block that is taken from the middle of an
 * interval makes two of it, so that the array can be full; then the request
 * fails and nothing changes. No locks: the owner is one thread.
 */
#include <l4/regions.h>

#define ORDER_LIMIT 63

/* Index of the first interval that ends after `start'. */
static unsigned int find(const struct regions *set, l4_word_t start)
{
	unsigned int low = 0;
	unsigned int high = set->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (set->interval[middle].end > start)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Replace `removed' intervals from `at' on by room for `added'; the caller knows that they fit. */
static void splice(struct regions *set, unsigned int at, unsigned int removed, unsigned int added)
{
	unsigned int i;

	if (added > removed) {
		for (i = set->count; i > at + removed; i--)
			set->interval[i - 1 + added - removed] = set->interval[i - 1];
	} else {
		for (i = at + removed; i < set->count; i++)
			set->interval[i - removed + added] = set->interval[i];
	}
	set->count += added - removed;
}

long regions_add(struct regions *set, l4_word_t start, l4_word_t end)
{
	unsigned int first, last;

	if (start >= end)
		return -L4_EINVAL;
	first = find(set, start);
	if (first && set->interval[first - 1].end == start)
		first--;
	for (last = first; last < set->count && set->interval[last].start <= end; last++) {
		if (set->interval[last].start < start)
			start = set->interval[last].start;
		if (set->interval[last].end > end)
			end = set->interval[last].end;
	}
	if (last == first && set->count == REGIONS_MAX)
		return -L4_ENOMEM;
	splice(set, first, last - first, 1);
	set->interval[first] = (struct interval){ start, end };
	return 0;
}

long regions_remove(struct regions *set, l4_word_t start, l4_word_t end)
{
	struct interval rest[2];
	unsigned int first, last;
	unsigned int kept = 0;

	if (start >= end)
		return 0;
	first = find(set, start);
	for (last = first; last < set->count && set->interval[last].start < end; last++) {
		if (set->interval[last].start < start)
			rest[kept++] = (struct interval){ set->interval[last].start, start };
		if (set->interval[last].end > end)
			rest[kept++] = (struct interval){ end, set->interval[last].end };
	}
	if (set->count - (last - first) + kept > REGIONS_MAX)
		return -L4_ENOMEM;
	splice(set, first, last - first, kept);
	for (unsigned int i = 0; i < kept; i++)
		set->interval[first + i] = rest[i];
	return 0;
}

long regions_take_at(struct regions *set, l4_word_t start, unsigned int order)
{
	l4_word_t size;
	unsigned int at;

	if (order >= ORDER_LIMIT)
		return -L4_EINVAL;
	size = 1UL << order;
	if ((start & (size - 1)) || start + size < start)
		return -L4_EINVAL;
	at = find(set, start);
	if (at == set->count || set->interval[at].start > start ||
	    set->interval[at].end < start + size)
		return -L4_EBUSY;
	return regions_remove(set, start, start + size);
}

long regions_take_highest(struct regions *set, unsigned int order, l4_word_t *start)
{
	l4_word_t size, block;

	if (order >= ORDER_LIMIT)
		return -L4_EINVAL;
	size = 1UL << order;
	for (unsigned int i = set->count; i > 0; i--) {
		const struct interval *interval = &set->interval[i - 1];

		if (interval->end < size)
			break;
		block = (interval->end - size) & ~(size - 1);
		if (block < interval->start)
			continue;
		*start = block;
		return regions_remove(set, block, block + size);
	}
	return -L4_ENOMEM;
}

l4_word_t regions_total(const struct regions *set)
{
	l4_word_t total = 0;

	for (unsigned int i = 0; i < set->count; i++)
		total += set->interval[i].end - set->interval[i].start;
	return total;
}
