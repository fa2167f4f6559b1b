/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Object lifetime. Shutting an object down may take away capabilities of
 * others (a task's whole table), whose objects then follow; lists (reap.h)
 * instead of recursion keep the kernel's stack bounded.
 */
#include "base/object.h"

#include "base/kmem.h"
#include "base/panic.h"

static u64 alive;
struct list object_all = { &object_all, &object_all };

struct object *object_create(const struct object_ops *ops, size_t size, struct quota *quota,
			     struct object *payer)
{
	struct object *object = kmem_alloc(quota, size);

	if (!object)
		return NULL;
	object->ops = ops;
	object->type = ops->type;
	object->refs = 1;
	object->size = size;
	object->quota = quota;
	object->payer = payer;
	list_add_tail(&object_all, &object->link);
	if (payer)
		object_get(payer);
	alive++;
	return object;
}

void object_abandon(struct object *object)
{
	assert(!object->caps);
	object->dead = true;
	object_put(object);
}

void object_get(struct object *object)
{
	object->refs++;
}

void object_put(struct object *object)
{
	struct object *payer = object->payer;

	assert(object->refs);
	if (--object->refs)
		return;
	if (object->ops->free)
		object->ops->free(object);
	list_del(&object->link);
	kmem_free(object->quota, object, object->size);
	alive--;
	if (payer)
		object_put(payer);
}

void object_cap_added(struct object *object)
{
	object->caps++;
}

bool object_cap_removed(struct object *object)
{
	assert(object->caps);
	return !--object->caps;
}

/* Whoever shut it down before, with its task, may have been broken off in it: that is gone on with. */
bool object_end(struct object *object)
{
	object->dead = true;
	if (!object->ended && object->ops->shutdown && !object->ops->shutdown(object))
		return false;
	object->ended = true;
	list_del(&object->link);
	list_add_tail(&object_all, &object->link);
	object_put(object);
	return true;
}

u64 object_count(void)
{
	return alive;
}
