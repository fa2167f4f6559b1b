/* SPDX-License-Identifier: GPL-2.0 */
/* Quotas of kernel memory: making, closing, giving back. See quota.h. */
#include "base/quota.h"

#include "base/panic.h"

void quota_init_root(struct quota *quota, u64 limit)
{
	*quota = (struct quota){ .limit = limit };
}

bool quota_init(struct quota *child, struct quota *parent, u64 bytes)
{
	if (!quota_charge(parent, bytes))
		return false;
	*child = (struct quota){ .limit = bytes, .parent = parent };
	return true;
}

/* Along closed quotas the bytes travel up to the first open one. */
void quota_uncharge_closed(struct quota *quota, u64 bytes)
{
	for (;;) {
		assert(quota->used >= bytes);
		quota->used -= bytes;
		if (likely(!quota->closed))
			return;
		quota->limit -= bytes;
		quota = quota->parent;
	}
}

void quota_close(struct quota *child)
{
	u64 unused = child->limit - child->used;

	assert(child->parent && !child->closed);
	child->closed = true;
	child->limit = child->used;
	quota_uncharge(child->parent, unused);
	/* A parent that is closed, too, would only pass on what comes back: it is left out from now on. */
	while (child->parent->closed) {
		struct quota *parent = child->parent;

		parent->used -= child->limit;
		parent->limit -= child->limit;
		child->parent = parent->parent;
	}
}
