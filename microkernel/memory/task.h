/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: a space (memory, ports, capabilities), a quota and the threads in it.
 * What makes and ends one is above, in object/task.c.
 */
#ifndef TASK_H
#define TASK_H

#include "base/object.h"
#include "memory/cap.h"
#include "memory/space.h"

struct task {
	struct object object;
	struct space space;
	struct quota quota;	/* of an ordinary task; a guest uses its host's */
	u8 depth;		/* how many tasks made each other, up to this one */
	struct task *host;	/* of a guest, referenced; NULL for ordinary tasks */
	struct list threads;
	bool system;		/* sigma0 and roottask: their faults are worth a line on the console */
	const char *name;	/* of those two */
};

/* Like cap_lookup, for an object that is to be used: one that is shut down gives -L4_EDEAD. */
static inline void *task_find(struct task *task, u64 slot, unsigned int type, u64 rights, int *error)
{
	struct object *object = cap_lookup(&task->space, slot, type, rights, error);

	if (object && object->dead) {
		*error = -L4_EDEAD;
		return NULL;
	}
	return object;
}

/* The quota that what the task does is charged to. */
static inline struct quota *task_quota(struct task *task)
{
	return task->host ? &task->host->quota : &task->quota;
}

#endif
