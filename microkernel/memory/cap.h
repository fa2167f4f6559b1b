/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capability tables: what the slot numbers of a task name. Sparse, two levels:
 *
 *   space.caps -> leaf[0..127] -> word[0..511] = object's address | rights
 *                 slot >> 9       slot & 511     0: empty
 *
 * Each used slot has a node in the mapping database, which tells where it came
 * from. Invariants: object.caps counts the slots that name it; slot 0 is empty.
 */
#ifndef CAP_H
#define CAP_H

#include "base/object.h"
#include "memory/space.h"

#include <l4/syscall.h>

#define CAP_LEAF_SHIFT	9
#define CAP_LEAF_SLOTS	(1UL << CAP_LEAF_SHIFT)
#define CAP_LEAVES	(L4_CAP_SLOTS >> CAP_LEAF_SHIFT)

struct cap_table {
	u64 *leaf[CAP_LEAVES];
	u16 used[CAP_LEAVES];		/* slots in use; a leaf without is freed */
};

/* The word of a slot, 0 if it is empty or no slot. */
static inline u64 cap_word(const struct space *space, u64 slot)
{
	const u64 *leaf;

	if (unlikely(slot >= L4_CAP_SLOTS || !space->caps))
		return 0;
	leaf = space->caps->leaf[slot >> CAP_LEAF_SHIFT];
	return likely(leaf) ? leaf[slot & (CAP_LEAF_SLOTS - 1)] : 0;
}

static inline struct object *cap_object(u64 word)
{
	return (struct object *)(word & ~L4_RIGHTS_ALL);
}

/*
 * The object that a slot names, if it is of that type (OBJECT_NONE: any) and
 * the capability has all these rights; else NULL, and the reason in *error:
 * -L4_ENOCAP or -L4_ERIGHTS. On success *error is left alone.
 */
static inline struct object *cap_lookup(const struct space *space, u64 slot, unsigned int type,
					u64 rights, int *error)
{
	u64 word = cap_word(space, slot);
	struct object *object = cap_object(word);

	if (unlikely(!object || (object->type != type && type != OBJECT_NONE))) {
		*error = -L4_ENOCAP;
		return NULL;
	}
	if (unlikely(rights & ~word)) {
		*error = -L4_ERIGHTS;
		return NULL;
	}
	return object;
}

/* 0 if a new capability can go there, -L4_EINVAL (no slot), -L4_EEXIST. */
int cap_check_free(const struct space *space, u64 slot) __must_check;

/* The first capability of an object. 0, -L4_EINVAL, -L4_EEXIST or -L4_ENOMEM */
int cap_insert_root(struct space *space, u64 slot, struct object *object, u64 rights) __must_check;

/*
 * For map.c: fills an empty slot, empties one (or does nothing). Filling takes
 * two steps: cap_reserve makes room, 0 or -L4_ENOMEM; cap_set cannot fail. A
 * reserved slot that is not set after all is given back by cap_clear.
 */
int cap_reserve(struct space *space, u64 slot) __must_check;
void cap_set(struct space *space, u64 slot, struct object *object, u64 rights);
void cap_clear(struct space *space, u64 slot);

/* Frees the table of a space all of whose slots are empty. */
void cap_free_table(struct space *space);

#endif
