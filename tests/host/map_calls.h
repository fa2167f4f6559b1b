/* SPDX-License-Identifier: GPL-2.0 */
/*
 * map and unmap with any steps, as syscall.c makes them: by the short way if it can
 * be gone. (There the arguments are read again for the long one, and who goes on with
 * a call drops what is left of its steps.)
 */
#ifndef TEST_MAP_CALLS_H
#define TEST_MAP_CALLS_H

#include "memory/map.h"

static inline s64 map_fpage(struct space *source, u64 fpage, struct space *target, u64 where,
			    struct steps *steps)
{
	if (fpage_is_page(fpage, L4_RIGHT_R) && map_one_page(source, fpage, target, where)) {
		steps_drop(steps);
		return 1;
	}
	return map_range(source, fpage, target, where, steps);
}

static inline int unmap_fpage(struct space *space, u64 fpage, u64 flags, struct steps *steps)
{
	if (fpage_is_page(fpage, L4_RIGHT_R) && unmap_one_page(space, fpage, flags)) {
		steps_drop(steps);
		return 0;
	}
	return unmap_range(space, fpage, flags, steps);
}

#endif
