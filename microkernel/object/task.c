/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a task: creation, as an ordinary one or as a guest, and its end. */
#include "object/task.h"

#include "memory/cap.h"
#include "memory/place.h"
#include "memory/map.h"
#include "memory/ports.h"
#include "object/thread.h"
#include "sched/kernel_lock.h"
#include "sched/preempt.h"
#include "vcpu/vcpu.h"

static int init_ordinary(struct task *task, struct task *creator, u64 quota)
{
	int error;

	if (quota < L4_TASK_QUOTA_MIN)
		return -L4_EINVAL;
	if (!quota_init(&task->quota, &creator->quota, quota))
		return -L4_ENOMEM;
	error = space_init(&task->space, &task->quota);
	if (error)
		quota_close(&task->quota);
	return error;
}

static int init_guest(struct task *task, struct task *host)
{
	int error = space_init_guest(&task->space, &host->space);

	if (error)
		return error;
	task->host = host;
	object_get(&host->object);
	return 0;
}

/* Without its first capability yet. */
static struct task *task_alloc(struct task *creator, u64 quota, u64 flags, int *error)
{
	struct task *task;

	*error = -L4_ENOMEM;
	task = (struct task *)object_create(&task_ops, sizeof(*task), &creator->quota,
					    &creator->object);
	if (!task)
		return NULL;
	list_init(&task->threads);
	task->depth = creator->depth + 1;
	if (flags & L4_TASK_GUEST)
		*error = init_guest(task, creator);
	else
		*error = init_ordinary(task, creator, quota);
	if (!*error)
		return task;
	object_abandon(&task->object);
	return NULL;
}

long task_create(struct task *creator, u64 slot, u64 quota, u64 flags)
{
	struct task *task;
	int error;

	if (flags & ~L4_TASK_GUEST || ((flags & L4_TASK_GUEST) && quota))
		return -L4_EINVAL;
	/* What is freed at once, and the quotas that it travels up, are a chain of these. */
	if (creator->depth >= L4_TASK_DEPTH_MAX)
		return -L4_EINVAL;
	error = cap_check_free(&creator->space, slot);
	if (error)
		return error;
	task = task_alloc(creator, quota, flags, &error);
	if (!task)
		return error;
	error = cap_insert_root(&creator->space, slot, &task->object, L4_RIGHTS_ALL);
	if (error) {
		while (!task_ops.shutdown(&task->object))
			;	/* next to nothing */
		object_abandon(&task->object);
	}
	return error;
}

/* Whoever runs the guest goes back to the host's own view. */
static void drop_guest(struct task *guest)
{
	struct list *pos;

	list_for_each(pos, &guest->host->threads) {
		struct thread *thread = list_entry(pos, struct thread, task_link);

		if (thread->vcpu.guest != guest)
			continue;
		kernel_hold(thread);
		if (thread->vcpu.user_mode) {
			thread_stop(thread, -L4_EDEAD);
			thread->can_continue = false;
		}
		thread->vcpu.user_mode = false;
		vcpu_set_guest(thread, NULL);
	}
}

/*
 * Threads first, so that nothing runs in the space while it is taken apart.
 * Their capabilities are usually in other tables and stay, naming dead objects.
 */
static bool task_shutdown(struct object *object)
{
	struct task *task = (struct task *)object;

	while (!list_empty(&task->threads)) {
		struct thread *thread = list_first(&task->threads, struct thread, task_link);

		thread->object.dead = true;
		if (!thread_shutdown(thread) || preempt_point(300))
			return false;
	}
	if (task->host)
		drop_guest(task);
	ports_forget(&task->space);
	tlb_leave_space(&task->space);
	if (!space_destroy(&task->space, map_node_gone))
		return false;
	if (task->host)
		object_put(&task->host->object);
	else
		quota_close(&task->quota);
	task->host = NULL;
	return true;
}

const struct object_ops task_ops = { OBJECT_TASK, task_shutdown, NULL };
