/* SPDX-License-Identifier: GPL-2.0 */
/* Filling and emptying the slots of capability tables. Picture, invariants and lock: cap.h. */
#include "memory/cap.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "sched/reap.h"

int cap_check_free(const struct space *space, u64 slot)
{
	if (slot == L4_CAP_NONE || slot >= L4_CAP_SLOTS)
		return -L4_EINVAL;
	return cap_word(space, slot) ? -L4_EEXIST : 0;
}

int cap_reserve(struct space *space, u64 slot)
{
	u64 **leaf;

	if (!space->caps)
		space->caps = kmem_alloc(space->quota, sizeof(*space->caps));
	if (!space->caps)
		return -L4_ENOMEM;
	leaf = &space->caps->leaf[slot >> CAP_LEAF_SHIFT];
	if (!*leaf)
		*leaf = kmem_page_alloc(space->quota);
	return *leaf ? 0 : -L4_ENOMEM;
}

void cap_set(struct space *space, u64 slot, struct object *object, u64 rights)
{
	u64 *word = &space->caps->leaf[slot >> CAP_LEAF_SHIFT][slot & (CAP_LEAF_SLOTS - 1)];

	assert(!*word && !((u64)object & L4_RIGHTS_ALL));
	*word = (u64)object | (rights & L4_RIGHTS_ALL);
	space->caps->used[slot >> CAP_LEAF_SHIFT]++;
	object_cap_added(object);
}

void cap_clear(struct space *space, u64 slot)
{
	u64 **leaf = space->caps ? &space->caps->leaf[slot >> CAP_LEAF_SHIFT] : NULL;
	u16 *used;
	u64 word;

	if (!leaf || !*leaf)
		return;
	word = (*leaf)[slot & (CAP_LEAF_SLOTS - 1)];
	used = &space->caps->used[slot >> CAP_LEAF_SHIFT];
	if (word) {
		(*leaf)[slot & (CAP_LEAF_SLOTS - 1)] = 0;
		--*used;
	}
	if (!*used) {
		kmem_page_free(space->quota, *leaf);
		*leaf = NULL;
	}
	if (word && object_cap_removed(cap_object(word)))
		reap_add(cap_object(word));
}

int cap_insert_root(struct space *space, u64 slot, struct object *object, u64 rights)
{
	int error = cap_check_free(space, slot);

	if (error)
		return error;
	if (!space->paging.top || space_is_guest(space))
		return -L4_EINVAL;
	if (cap_reserve(space, slot))
		return -L4_ENOMEM;
	if (!mapdb_insert(space, L4_FPAGE_CAP, slot, 0, 0, NULL)) {
		cap_clear(space, slot);
		return -L4_ENOMEM;
	}
	cap_set(space, slot, object, rights);
	return 0;
}

void cap_free_table(struct space *space)
{
	if (!space->caps)
		return;
	for (unsigned int i = 0; i < CAP_LEAVES; i++)
		assert(!space->caps->leaf[i]);
	kmem_free(space->quota, space->caps, sizeof(*space->caps));
	space->caps = NULL;
}
