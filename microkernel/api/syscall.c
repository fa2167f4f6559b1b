/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system-call table: finds the objects that the arguments name, checks
 * rights, and hands over. <l4/syscall.h> describes each call.
 */
#include "api/syscall.h"

#include <l4/syscall.h>

#include "api/system.h"
#include "base/debug.h"
#include "ipc/ipc.h"
#include "memory/guest.h"
#include "memory/map.h"
#include "memory/ports.h"
#include "object/gate.h"
#include "object/irq.h"
#include "object/task.h"
#include "object/thread.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"

/* The object in a slot; on failure the caller returns *error. */
static void *find(const struct thread *caller, u64 slot, unsigned int type, u64 rights, int *error)
{
	return task_find(caller->task, slot, type, rights, error);
}

static long call_task_create(struct thread *caller)
{
	return task_create(caller->task, caller->regs.di, caller->regs.si, caller->regs.dx);
}

static long call_thread_create(struct thread *caller)
{
	return thread_create(caller->task, caller->regs.di, caller->regs.si, caller->regs.dx,
			     caller->regs.r10);
}

static long call_gate_create(struct thread *caller)
{
	return gate_create(caller->task, caller->regs.di, caller->regs.si, caller->regs.dx);
}

static long call_irq_create(struct thread *caller)
{
	return irq_create(caller->task, caller->regs.di, caller->regs.si, caller->regs.dx);
}

static long call_irq_control(struct thread *caller)
{
	u64 op = caller->regs.si & 0xff;
	bool bind = op == L4_IRQ_BIND || op == L4_IRQ_MOVE;
	struct thread *thread = NULL;
	struct irq *irq;
	int error;

	irq = find(caller, caller->regs.di, OBJECT_IRQ, bind ? L4_RIGHT_X : L4_RIGHT_W, &error);
	if (!irq)
		return error;
	if (bind) {
		thread = find(caller, caller->regs.dx, OBJECT_THREAD, L4_RIGHT_X, &error);
		if (!thread)
			return error;
	}
	return irq_control(irq, caller->regs.si, thread, caller->regs.r10);
}

/* Whereto: an address, port or slot of a task. NULL: *error. */
static __always_inline struct space *map_target(struct thread *caller, u64 *where, int *error)
{
	struct task *target = find(caller, caller->regs.di, OBJECT_TASK, L4_RIGHT_X, error);

	*where = caller->regs.dx;
	if (!target)
		return NULL;
	if (l4_fpage_type(caller->regs.si) != L4_FPAGE_MEM) {
		*error = -L4_EINVAL;
		if (*where & 0xfff)
			return NULL;
		*where >>= 12;
	}
	return &target->space;
}

static long call_map(struct thread *caller)
{
	struct space *target;
	u64 where;
	int error;

	target = map_target(caller, &where, &error);
	if (!target)
		return error;
	/* All is read again for the long way: so the short one has less to keep. */
	if (fpage_is_page(caller->regs.si, L4_RIGHT_R) &&
	    map_one_page(&caller->task->space, caller->regs.si, target, where))
		return 1;
	return map_range(&caller->task->space, caller->regs.si, target, where, &caller->steps);
}

static long call_unmap(struct thread *caller)
{
	if (fpage_is_page(caller->regs.di, L4_RIGHT_R) &&
	    unmap_one_page(&caller->task->space, caller->regs.di, caller->regs.si))
		return 0;
	return unmap_range(&caller->task->space, caller->regs.di, caller->regs.si, &caller->steps);
}

static long call_thread_control(struct thread *caller)
{
	struct thread *thread;
	int error;

	thread = find(caller, caller->regs.di, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_control(caller, thread, caller->regs.si, caller->regs.dx);
}

static long call_thread_start(struct thread *caller)
{
	struct thread *thread;
	int error;

	thread = find(caller, caller->regs.di, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_start(thread, caller->regs.si, caller->regs.dx, caller->regs.r10);
}

static long call_thread_regs(struct thread *caller)
{
	struct thread *thread;
	int error;

	thread = find(caller, caller->regs.di, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_regs(caller, thread, caller->regs.si);
}

static long call_vcpu_control(struct thread *caller)
{
	return vcpu_control(caller, caller->regs.di, caller->regs.si, caller->regs.dx);
}

static long call_guest_update(struct thread *caller)
{
	struct l4_utcb *utcb = caller->utcb;
	struct space *target = NULL;
	struct task *guest;
	u64 done = 0;
	int error;

	if (caller->regs.di != L4_SELF_TARGET) {
		guest = find(caller, caller->regs.di, OBJECT_TASK, L4_RIGHT_X, &error);
		if (!guest)
			return error;
		target = &guest->space;
	}
	error = guest_update(&caller->task->space, target, utcb, caller->regs.si, &done,
			     &caller->steps);
	utcb->vcpu.batch_done = done;
	return error;
}

static long call_task_info(struct thread *caller)
{
	struct task *task;
	int error;

	task = find(caller, caller->regs.di, OBJECT_TASK, 0, &error);
	if (!task)
		return error;
	switch (caller->regs.si) {
	case L4_INFO_QUOTA_LIMIT:
		return task_quota(task)->limit;
	case L4_INFO_QUOTA_USED:
		return task_quota(task)->used;
	}
	return -L4_EINVAL;
}

static long call_yield(struct thread *caller)
{
	struct thread *thread = NULL;
	int error;

	if (caller->regs.di != L4_CAP_NONE) {
		thread = find(caller, caller->regs.di, OBJECT_THREAD, L4_RIGHT_W, &error);
		if (!thread)
			return error;
	}
	sched_yield(thread);
	return 0;
}

static long (*const calls[L4_CALL_COUNT])(struct thread *caller) = {
	[L4_CALL_TASK_CREATE] = call_task_create,
	[L4_CALL_THREAD_CREATE] = call_thread_create,
	[L4_CALL_GATE_CREATE] = call_gate_create,
	[L4_CALL_IRQ_CREATE] = call_irq_create,
	[L4_CALL_IRQ_CONTROL] = call_irq_control,
	[L4_CALL_MAP] = call_map,
	[L4_CALL_UNMAP] = call_unmap,
	[L4_CALL_THREAD_CONTROL] = call_thread_control,
	[L4_CALL_THREAD_START] = call_thread_start,
	[L4_CALL_THREAD_REGS] = call_thread_regs,
	[L4_CALL_VCPU_CONTROL] = call_vcpu_control,
	[L4_CALL_GUEST_UPDATE] = call_guest_update,
	[L4_CALL_TASK_INFO] = call_task_info,
	[L4_CALL_SYSTEM_CONTROL] = system_control,
	[L4_CALL_YIELD] = call_yield,
};

/* A resume that succeeds, and an IPC that sleeps, have set (or will set) the registers themselves. */
void syscall_dispatch(struct thread *thread)
{
	const struct l4_frame *regs = &thread->regs;
	long error;

	debug_entered(thread, DEBUG_SYSCALL, regs->ax, regs->di, regs->si, regs->dx);
	if (regs->ax == L4_CALL_IPC) {
		ipc_call(thread);
		return;
	}
	error = vcpu_resume(thread);
	if (error == PREEMPTED) {
		thread->unfinished |= UNFINISHED_CALL;
		return;
	}
	/* What rode on it may have been broken off on the short way. */
	steps_drop(&thread->steps);
	if (error)
		thread_set_result(thread, error);
}

/* Has the call left something that must be seen to before ring 3 goes on. */
static bool work_is_left(const struct cpu *cpu, struct thread *thread)
{
	return cpu->need_resched || cpu->timer_dirty || thread->unfinished ||
	       (cpu->ports_loaded && ports_changed()) ||
	       (thread->is_vcpu && vcpu_upcall_due(thread));
}

struct syscall_result syscall_short(struct thread *caller, u64 number)
{
	struct syscall_result result = { -L4_ENOSYS, false };

	debug_entered(caller, DEBUG_SYSCALL, number, caller->regs.di, caller->regs.si,
		      caller->regs.dx);
	if (likely(number < L4_CALL_COUNT && calls[number]))
		result.value = calls[number](caller);
	result.work = work_is_left(this_cpu(), caller);
	if (unlikely(result.value == PREEMPTED)) {
		caller->unfinished |= UNFINISHED_CALL;
		result.value = number;
	}
	return result;
}

void syscall_any(struct thread *thread)
{
	struct l4_frame *regs = &thread->regs;

	if (regs->ax == L4_CALL_VCPU_RESUME || regs->ax == L4_CALL_IPC)
		syscall_dispatch(thread);
	else
		regs->ax = syscall_short(thread, regs->ax).value;
}

/* Resumes and what goes the short way can be long. If it fails before its steps, they go. */
void syscall_continue(struct thread *thread)
{
	thread->unfinished &= ~UNFINISHED_CALL;
	syscall_any(thread);
	if (!(thread->unfinished & UNFINISHED_CALL))
		steps_drop(&thread->steps);
}
