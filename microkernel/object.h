/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all kernel objects have in common. An object lives as long as a
 * capability names it: when the last one goes it is shut down (unlinked from
 * all that would use it), and its memory is freed when the last in-kernel
 * reference goes too.
 *
 * Lock (with more than one CPU): caps and refs change atomically.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include "list.h"
#include "quota.h"

enum object_type {
	OBJECT_NONE,
	OBJECT_TASK,
	OBJECT_THREAD,
	OBJECT_GATE,
	OBJECT_IRQ,
	OBJECT_SYSTEM,
};

struct object {
	u8 type;		/* enum object_type */
	bool dead;		/* shut down; kept only by references */
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
struct object *object_create(enum object_type type, size_t size, struct quota *quota,
			     struct object *payer) __must_check;

/* Gives back an object that never got a capability. */
void object_abandon(struct object *object);

void object_get(struct object *object);
void object_put(struct object *object);

/* cap.c tells what it does; shutting down is deferred until object_reap(). */
void object_cap_added(struct object *object);
void object_cap_removed(struct object *object);

/* Shuts down all objects that lost their last capability. Called on the way out of the kernel. */
void object_reap(void);
bool object_reap_needed(void);

/* Objects alive, for leak tests. */
u64 object_count(void);

/* All of them, but those that wait to be shut down; for the debugger. */
extern struct list object_all;

#endif
