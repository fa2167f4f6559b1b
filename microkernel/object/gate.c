/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a gate: a name for a thread that others send to. */
#include "object/gate.h"

#include "memory/cap.h"
#include "memory/task.h"
#include "sched/preempt.h"

void gate_unlink(struct gate *gate)
{
	list_del(&gate->thread_link);
	gate->thread = NULL;
}

void gate_use(struct gate *gate, struct gate_use *use)
{
	list_del(&use->link);
	list_add(&gate->users, &use->link);
	use->gate = gate;
}

void gate_unuse(struct gate_use *use)
{
	list_del(&use->link);
	use->gate = NULL;
}

static bool shutdown_gate(struct object *object)
{
	struct gate *gate = (struct gate *)object;

	gate_unlink(gate);
	while (!list_empty(&gate->users)) {
		gate_unuse(list_first(&gate->users, struct gate_use, link));
		if (preempt_point(20))
			return false;
	}
	return true;
}

static const struct object_ops gate_ops = { OBJECT_GATE, shutdown_gate, NULL };

struct gate *gate_alloc(struct task *creator, struct thread *thread, u64 label)
{
	struct gate *gate = (struct gate *)object_create(&gate_ops, sizeof(*gate),
							 task_quota(creator), &creator->object);

	if (!gate)
		return NULL;
	gate->label = label;
	gate->thread = thread;
	list_init(&gate->users);
	list_add(&thread->gates, &gate->thread_link);
	return gate;
}

long gate_create(struct task *creator, u64 slot, u64 thread_slot, u64 label)
{
	struct thread *thread;
	struct gate *gate;
	int error;

	thread = task_find(creator, thread_slot, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	gate = gate_alloc(creator, thread, label);
	if (!gate)
		return -L4_ENOMEM;
	error = cap_insert_root(&creator->space, slot, &gate->object, L4_RIGHTS_ALL);
	if (error) {
		gate_unlink(gate);
		object_abandon(&gate->object);
	}
	return error;
}
