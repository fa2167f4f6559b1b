/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all kernel objects have in common. An object lives as long as a
 * capability names it: when the last one goes it is shut down (unlinked from
 * all that would use it), and its memory is freed when the last in-kernel
 * reference goes too.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include "base/quota.h"
#include "lib/list.h"

enum object_type {
	OBJECT_NONE,
	OBJECT_TASK,
	OBJECT_THREAD,
	OBJECT_GATE,
	OBJECT_IRQ,
	OBJECT_SYSTEM,
};

struct object;

struct object_ops {
	u8 type;		/* enum object_type */
	/* Unlinks it from all that would use it. False: broken off (preempt.h), to be called again. */
	bool (*shutdown)(struct object *object);
	void (*free)(struct object *object);	/* what it has besides its own memory; NULL: nothing */
};

struct object {
	const struct object_ops *ops;
	u8 type;		/* ops->type */
	bool dead;		/* not to be used any more, kept only by references */
	bool ended;		/* shut down */
	u32 caps;		/* capabilities that name it */
	u32 refs;		/* pointers to it inside the kernel, one for all capabilities together */
	u32 size;		/* of the whole object, for freeing */
	struct quota *quota;	/* what it is charged to */
	struct object *payer;	/* the task whose quota that is, referenced; NULL: the kernel's */
	struct list link;	/* in object_all, or of those that wait to be shut down */
};

/*
 * A zeroed object of `size' bytes charged to quota, which is payer's; NULL if
 * that is spent. It has one reference, which its first capability takes over.
 */
struct object *object_create(const struct object_ops *ops, size_t size, struct quota *quota,
			     struct object *payer) __must_check;

/* Gives back an object that never got a capability. */
void object_abandon(struct object *object);

void object_get(struct object *object);
void object_put(struct object *object);

/* cap.c tells what it does. True: that was the last one, and the object is to be ended: reap_add(). */
void object_cap_added(struct object *object);
bool object_cap_removed(struct object *object) __must_check;

/* For reap.c: shuts it down and drops the capabilities' reference. False: broken off. */
bool object_end(struct object *object);

/* Objects alive, for leak tests. */
u64 object_count(void);

/* All of them, but those that wait to be shut down; for the debugger. */
extern struct list object_all;

#endif
