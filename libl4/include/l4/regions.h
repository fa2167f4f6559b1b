/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set of free numbers (addresses or ports) as disjoint intervals. Pure
 * logic: what an interval means is the user's business.
 */
#ifndef L4_REGIONS_H
#define L4_REGIONS_H

#include <l4/types.h>

#define REGIONS_MAX	1024

struct interval {
	l4_word_t start;
	l4_word_t end;			/* exclusive */
};

struct regions {
	unsigned int count;
	struct interval interval[REGIONS_MAX];	/* sorted; neither empty, overlapping nor adjacent */
};

/* Add what is not yet there. -L4_EINVAL: empty; -L4_ENOMEM: too many intervals, nothing added. */
long regions_add(struct regions *set, l4_word_t start, l4_word_t end);

/* Remove what is there. -L4_ENOMEM: a hole would need one interval too many, nothing removed. */
long regions_remove(struct regions *set, l4_word_t start, l4_word_t end);

/*
 * Take the naturally aligned block of 2^order numbers at `start', or the
 * highest one. -L4_EINVAL: misaligned or an impossible order; -L4_EBUSY: not
 * all of it is free; -L4_ENOMEM: there is none, or one interval too many.
 */
long regions_take_at(struct regions *set, l4_word_t start, unsigned int order);
long regions_take_highest(struct regions *set, unsigned int order, l4_word_t *start);

/* How many numbers are free. */
l4_word_t regions_total(const struct regions *set);

#endif
