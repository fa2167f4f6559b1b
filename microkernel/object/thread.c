/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a thread: creation, start, control, end. What it does while it
 * runs is the business of sched.c, ipc/, fault.c and vcpu.c.
 */
#include "object/thread.h"

#include "base/kmem.h"
#include "ipc/ipc.h"
#include "lib/string.h"
#include "object/gate.h"
#include "object/irq.h"
#include "object/task.h"
#include "sched/fpu.h"
#include "sched/kernel_lock.h"
#include "sched/preempt.h"
#include "sched/reap.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"

static void timeout_expired(struct timer *timer)
{
	ipc_timed_out(container_of(timer, struct thread, timeout));
}

static void thread_init(struct thread *thread, struct task *task, u64 flags)
{
	thread->task = task;
	object_get(&task->object);
	list_add_tail(&task->threads, &thread->task_link);
	list_init(&thread->ready_link);
	list_init(&thread->doomed);
	list_init(&thread->senders);
	list_init(&thread->ranks);
	list_init(&thread->gates);
	list_init(&thread->irqs);
	list_init(&thread->sender.link);
	list_init(&thread->sender.awaited_by);
	list_init(&thread->partner_link);
	list_init(&thread->pager.link);
	list_init(&thread->handler.link);
	thread->timeout.expire = timeout_expired;
	thread->timeslice = thread->slice_left = clock_ticks_of_us(L4_TIMESLICE_MAX);
	thread->home = this_cpu();
	thread->is_vcpu = flags & L4_THREAD_VCPU;
	thread->slow = thread->is_vcpu ? SLOW_VCPU : 0;
	thread->vcpu.host_root = space_root(&task->space);
	thread->state = THREAD_STOPPED;
	vcpu_init(thread);
}

/* The UTCB page is the kernel's; the task sees it like memory that nobody can map onwards. */
static long create_utcb(struct thread *thread, u64 address)
{
	struct space *space = &thread->task->space;
	int error;

	thread->utcb = kmem_page_alloc(thread->object.quota);
	if (!thread->utcb)
		return -L4_ENOMEM;
	error = space_pin_page(space, address, thread->utcb);
	if (error) {
		kmem_page_free(thread->object.quota, thread->utcb);
		thread->utcb = NULL;
		return error;
	}
	thread->utcb_address = address;
	return 0;
}

/* Undoes what creation and life have put up; the task stays referenced until free_thread(). */
static void detach(struct thread *thread)
{
	if (thread->utcb_address)
		space_unpin_page(&thread->task->space, thread->utcb_address);
	thread->utcb_address = 0;
	list_del(&thread->task_link);
}

static const struct object_ops thread_ops;

static struct thread *thread_alloc(struct task *creator, struct task *task, u64 utcb, u64 flags,
				   int *error)
{
	struct thread *thread;

	*error = -L4_ENOMEM;
	thread = (struct thread *)object_create(&thread_ops, sizeof(*thread),
						task_quota(creator), &creator->object);
	if (!thread)
		return NULL;
	thread_init(thread, task, flags);
	*error = create_utcb(thread, utcb);
	if (!*error)
		return thread;
	detach(thread);
	object_abandon(&thread->object);
	return NULL;
}

long thread_create(struct task *creator, u64 slot, u64 task_slot, u64 utcb, u64 flags)
{
	struct thread *thread;
	struct task *task;
	int error;

	if (flags & ~L4_THREAD_VCPU || !utcb)
		return -L4_EINVAL;
	task = task_find(creator, task_slot, OBJECT_TASK, L4_RIGHT_X, &error);
	if (!task)
		return error;
	thread = thread_alloc(creator, task, utcb, flags, &error);
	if (!thread)
		return error;
	error = cap_insert_root(&creator->space, slot, &thread->object, L4_RIGHTS_ALL);
	if (error) {
		detach(thread);
		object_abandon(&thread->object);
	}
	return error;
}

long thread_start(struct thread *thread, u64 ip, u64 sp, u64 arg)
{
	if (!is_user_addr(ip) || !is_user_addr(sp))
		return -L4_EINVAL;
	if (thread->state != THREAD_STOPPED)
		return -L4_EBUSY;
	kernel_hold(thread);
	memset(&thread->regs, 0, sizeof(thread->regs));
	thread_forget_call(thread);
	thread->regs.ip = ip;
	thread->regs.sp = sp;
	thread->regs.di = arg;
	thread->regs.cs = SEL_USER_CS;
	thread->regs.ss = SEL_USER_SS;
	thread->regs.flags = FLAGS_FIXED | FLAGS_IF;
	thread->vcpu.user_mode = false;
	thread->can_continue = true;
	sched_ready(thread);
	return 0;
}

static long thread_continue(struct thread *thread)
{
	if (thread->state != THREAD_STOPPED)
		return -L4_EBUSY;
	if (!thread->can_continue)
		return -L4_EINVAL;
	sched_ready(thread);
	return 0;
}

long thread_regs(struct thread *caller, struct thread *thread, u64 op)
{
	u64 *mr = &caller->utcb->mr[L4_MSG_REGS];

	if (op > L4_REGS_WRITE || thread == caller)
		return -L4_EINVAL;
	kernel_hold(thread);
	if (op == L4_REGS_READ) {
		thread_get_regs(thread, mr);
		return 0;
	}
	if (thread->state != THREAD_STOPPED && (!thread->fault.proto || thread->transfer.peer))
		return -L4_EBUSY;
	return thread_set_regs(thread, mr) ? 0 : -L4_EINVAL;
}

void thread_stop(struct thread *thread, long error)
{
	kernel_hold(thread);
	ipc_cancel(thread, error);
	sched_block(thread, THREAD_STOPPED);
	reap_take_over(thread);
}

static long set_gate(struct thread *caller, struct gate_use *use, u64 slot)
{
	struct gate *gate;
	int error;

	gate = task_find(caller->task, slot, OBJECT_GATE, L4_RIGHT_W, &error);
	if (!gate)
		return error;
	gate_use(gate, use);
	return 0;
}

long thread_control(struct thread *caller, struct thread *thread, u64 what, u64 value)
{
	if (what >= L4_THREAD_STOP && what != L4_THREAD_CPU && value)
		return -L4_EINVAL;
	switch (what) {
	case L4_THREAD_PAGER:
		return set_gate(caller, &thread->pager, value);
	case L4_THREAD_HANDLER:
		return set_gate(caller, &thread->handler, value);
	case L4_THREAD_PRIORITY:
		if (value >= SCHED_PRIORITIES)
			return -L4_EINVAL;
		if (value > caller->priority)
			return -L4_ERIGHTS;
		sched_set_priority(thread, value);
		ipc_priority_changed(thread);
		return 0;
	case L4_THREAD_TIMESLICE:
		if (value < L4_TIMESLICE_MIN || value > L4_TIMESLICE_MAX)
			return -L4_EINVAL;
		thread->timeslice = clock_ticks_of_us(value);
		thread->slice_left = min_u64(thread->slice_left, thread->timeslice);
		return 0;
	case L4_THREAD_CPU:
		if (value >= cpu_count)
			return -L4_EINVAL;
		sched_move(thread, cpus[value]);
		irq_follow(thread);
		return 0;
	case L4_THREAD_TIME:
		return switch_time_of(thread);
	case L4_THREAD_STOP:
		thread_stop(thread, -L4_ECANCELED);
		return 0;
	case L4_THREAD_CANCEL:
		if (thread->fault.proto && !thread->transfer.peer)
			return -L4_EBUSY;
		return ipc_cancel(thread, -L4_ECANCELED) ? 0 : -L4_EBUSY;
	case L4_THREAD_CONTINUE:
		return thread_continue(thread);
	}
	return -L4_EINVAL;
}

bool thread_shutdown(struct thread *thread)
{
	thread_stop(thread, -L4_EDEAD);
	thread_forget_call(thread);
	/* First the ways here: no more senders come then. */
	while (!list_empty(&thread->gates)) {
		gate_unlink(list_first(&thread->gates, struct gate, thread_link));
		if (preempt_point(20))
			return false;
	}
	while (!list_empty(&thread->irqs)) {
		irq_unbind(list_first(&thread->irqs, struct irq, thread_link));
		if (preempt_point(100))
			return false;
	}
	if (!ipc_partner_gone(thread))
		return false;
	sched_remove_timer(thread, &thread->vcpu.timer);
	if (thread->vcpu.guest)
		object_put(&thread->vcpu.guest->object);
	thread->vcpu.guest = NULL;
	gate_unuse(&thread->pager);
	gate_unuse(&thread->handler);
	switch_forget(thread);
	detach(thread);
	return true;
}

static bool shutdown_thread(struct object *object)
{
	return thread_shutdown((struct thread *)object);
}

static void free_thread(struct object *object)
{
	struct thread *thread = (struct thread *)object;

	if (thread->utcb)
		kmem_page_free(thread->object.quota, thread->utcb);
	if (thread->fpu)
		fpu_free(thread);
	object_put(&thread->task->object);
}

static const struct object_ops thread_ops = { OBJECT_THREAD, shutdown_thread, free_thread };
