/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system-call table: finds the objects that the arguments name, checks
 * rights, and hands over. <l4/syscall.h> describes each call.
 */
#include "syscall.h"

#include <l4/syscall.h>

#include "debug.h"
#include "guest.h"
#include "ipc.h"
#include "irq.h"
#include "kmem.h"
#include "map.h"
#include "panic.h"
#include "sched.h"
#include "task.h"
#include "thread.h"
#include "vcpu.h"
#include "x86/cpu.h"

struct args {
	struct thread *caller;
	struct task *task;	/* the caller's */
	u64 a, b, c, d;
};

/* The object in a slot; on failure the caller returns *error. */
static void *find(const struct args *args, u64 slot, unsigned int type, u64 rights, int *error)
{
	return task_find(args->task, slot, type, rights, error);
}

static long call_task_create(const struct args *args)
{
	return task_create(args->task, args->a, args->b, args->c);
}

static long call_thread_create(const struct args *args)
{
	return thread_create(args->task, args->a, args->b, args->c, args->d);
}

static long call_gate_create(const struct args *args)
{
	return gate_create(args->task, args->a, args->b, args->c);
}

static long call_irq_create(const struct args *args)
{
	return irq_create(args->task, args->a, args->b, args->c);
}

static long call_irq_control(const struct args *args)
{
	bool bind = (args->b & 0xff) == L4_IRQ_BIND;
	struct thread *thread = NULL;
	struct irq *irq;
	int error;

	irq = find(args, args->a, OBJECT_IRQ, bind ? L4_RIGHT_X : L4_RIGHT_W, &error);
	if (!irq)
		return error;
	if (bind) {
		thread = find(args, args->c, OBJECT_THREAD, L4_RIGHT_X, &error);
		if (!thread)
			return error;
	}
	return irq_control(irq, args->b, thread, args->d);
}

static long call_map(const struct args *args)
{
	struct task *target;
	u64 where = args->c;
	int error;

	target = find(args, args->a, OBJECT_TASK, L4_RIGHT_X, &error);
	if (!target)
		return error;
	if (target->host)
		return -L4_EINVAL;
	if (l4_fpage_type(args->b) != L4_FPAGE_MEM) {
		if (where & 0xfff)
			return -L4_EINVAL;
		where >>= 12;
	}
	return map_fpage(&args->task->space, args->b, &target->space, where);
}

static long call_unmap(const struct args *args)
{
	if (args->b & ~L4_UNMAP_SELF)
		return -L4_EINVAL;
	return unmap_fpage(&args->task->space, args->a, args->b);
}

static long call_thread_control(const struct args *args)
{
	struct thread *thread;
	int error;

	thread = find(args, args->a, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_control(args->caller, thread, args->b, args->c);
}

static long call_thread_start(const struct args *args)
{
	struct thread *thread;
	int error;

	thread = find(args, args->a, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_start(thread, args->b, args->c, args->d);
}

static long call_thread_regs(const struct args *args)
{
	struct thread *thread;
	int error;

	thread = find(args, args->a, OBJECT_THREAD, L4_RIGHT_X, &error);
	if (!thread)
		return error;
	return thread_regs(args->caller, thread, args->b);
}

static long call_vcpu_control(const struct args *args)
{
	return vcpu_control(args->caller, args->a, args->b, args->c);
}

static long call_guest_update(const struct args *args)
{
	struct l4_utcb *utcb = args->caller->utcb;
	struct space *target = NULL;
	struct task *guest;
	u64 done = 0;
	int error;

	if (!args->b || args->b > L4_BATCH_MAX)
		return -L4_EINVAL;
	if (args->a != L4_SELF_TARGET) {
		guest = find(args, args->a, OBJECT_TASK, L4_RIGHT_X, &error);
		if (!guest)
			return error;
		if (guest->host != args->task)
			return -L4_EINVAL;
		target = &guest->space;
	}
	error = guest_update(&args->task->space, target, utcb->batch, args->b, &done);
	utcb->vcpu.batch_done = done;
	return error;
}

static long call_task_info(const struct args *args)
{
	struct task *task;
	int error;

	task = find(args, args->a, OBJECT_TASK, 0, &error);
	if (!task)
		return error;
	switch (args->b) {
	case L4_INFO_QUOTA_LIMIT:
		return task_quota(task)->limit;
	case L4_INFO_QUOTA_USED:
		return task_quota(task)->used;
	}
	return -L4_EINVAL;
}

static long call_system_control(const struct args *args)
{
	int error;

	if (!find(args, args->a, OBJECT_SYSTEM, L4_RIGHT_W, &error))
		return error;
	switch (args->b) {
	case L4_SYSTEM_PUTC:
		printk("%c", (char)args->c);
		return 0;
	case L4_SYSTEM_KMEM_FREE:
		return kmem_free_bytes();
	case L4_SYSTEM_OBJECTS:
		return object_count();
	}
	return -L4_EINVAL;
}

static long call_yield(const struct args *args)
{
	(void)args;
	sched_yield();
	return 0;
}

static long (*const calls[L4_CALL_COUNT])(const struct args *args) = {
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
	[L4_CALL_SYSTEM_CONTROL] = call_system_control,
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
	if (error)
		thread_set_result(thread, error);
}

/* Has the call left something that must be seen to before ring 3 goes on. */
static bool work_is_left(struct cpu *cpu, struct thread *thread, u64 number)
{
	/* These can change ports and take the loaded tables away. */
	if (number == L4_CALL_MAP || number == L4_CALL_UNMAP)
		return true;
	return cpu->need_resched || cpu->timer_dirty || object_reap_needed() ||
	       (thread->is_vcpu && vcpu_upcall_due(thread));
}

struct syscall_result syscall_short(u64 a, u64 b, u64 c, u64 d, u64 number)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread = cpu->current;
	struct args args = { thread, thread->task, a, b, c, d };
	struct syscall_result result = { -L4_ENOSYS, false };

	debug_entered(thread, DEBUG_SYSCALL, number, a, b, c);
	if (number < L4_CALL_COUNT && calls[number])
		result.value = calls[number](&args);
	result.work = work_is_left(cpu, thread, number);
	return result;
}
