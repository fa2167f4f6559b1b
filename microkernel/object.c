/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Object lifetime. Shutting an object down may take away capabilities of
 * others (a task's whole table), whose objects then follow; a list instead of
 * recursion keeps the kernel's stack bounded.
 */
#include "object.h"

#include "ipc.h"
#include "irq.h"
#include "kmem.h"
#include "panic.h"
#include "task.h"
#include "thread.h"

static struct list deferred = { &deferred, &deferred };
static u64 alive;
struct list object_all = { &object_all, &object_all };

struct object *object_create(enum object_type type, size_t size, struct quota *quota,
			     struct object *payer)
{
	struct object *object = kmem_alloc(quota, size);

	if (!object)
		return NULL;
	object->type = type;
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

static void free_contents(struct object *object)
{
	if (object->type == OBJECT_THREAD)
		thread_free((struct thread *)object);
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
	free_contents(object);
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

void object_cap_removed(struct object *object)
{
	assert(object->caps);
	if (--object->caps)
		return;
	list_del(&object->link);
	list_add_tail(&deferred, &object->link);
}

bool object_reap_needed(void)
{
	return !list_empty(&deferred);
}

static void shutdown(struct object *object)
{
	switch (object->type) {
	case OBJECT_TASK:
		task_shutdown((struct task *)object);
		break;
	case OBJECT_THREAD:
		thread_shutdown((struct thread *)object);
		break;
	case OBJECT_GATE:
		gate_shutdown((struct gate *)object);
		break;
	case OBJECT_IRQ:
		irq_shutdown((struct irq *)object);
		break;
	}
}

void object_reap(void)
{
	while (!list_empty(&deferred)) {
		struct object *object = list_first(&deferred, struct object, link);

		list_del(&object->link);
		list_add_tail(&object_all, &object->link);
		if (!object->dead)
			shutdown(object);
		object->dead = true;
		object_put(object);
	}
}

u64 object_count(void)
{
	return alive;
}
