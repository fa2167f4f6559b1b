/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel-memory quotas: how many bytes of kernel memory a task may cause to be
 * in use. A child's limit is taken from its parent, so that the parent's
 * `used' counts it whole:
 *
 *     roottask   limit 64M  used [ own 1M | child's limit 8M ]
 *                                          |
 *     Linux                 limit 8M  used [ own 3M ]
 *
 * Invariant: used <= limit; the limits of the open children are part of used.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include "lib/types.h"

struct quota {
	u64 limit;		/* bytes */
	u64 used;
	struct quota *parent;	/* whom the limit came from; NULL for the first */
	bool closed;		/* its task is gone: what comes back goes to the parent */
};

/* The first quota of all, which nobody gave. */
void quota_init_root(struct quota *quota, u64 limit);

/* Makes `child' with `bytes' of the parent's; false: the parent has not so many left. */
bool quota_init(struct quota *child, struct quota *parent, u64 bytes) __must_check;

/*
 * Gives a child's unused bytes back to its parent, and the rest as it is
 * uncharged. The child and its parent must stay in memory until used is 0.
 */
void quota_close(struct quota *child);

static inline bool __must_check quota_charge(struct quota *quota, u64 bytes)
{
	if (unlikely(quota->limit - quota->used < bytes))
		return false;
	quota->used += bytes;
	return true;
}

void quota_uncharge_closed(struct quota *quota, u64 bytes);

static inline void quota_uncharge(struct quota *quota, u64 bytes)
{
	if (unlikely(quota->closed || quota->used < bytes))
		quota_uncharge_closed(quota, bytes);
	else
		quota->used -= bytes;
}

#endif
