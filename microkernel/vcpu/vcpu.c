/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vCPUs: upcall and resume. Invariant: while user_mode is set the thread's
 * register frame is the guest's and the guest view is to be loaded; otherwise
 * it is the server's, on the host view. Nothing that the server can write is
 * trusted: frames are checked field by field, its stack is reached only by
 * copy_to_user.
 */
#include "vcpu/vcpu.h"

#include "ipc/fault.h"
#include "memory/guest.h"
#include "memory/task.h"
#include "sched/kernel_lock.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "sched/thread.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/mmu/useraccess.h"

static void timer_expired(struct timer *timer)
{
	vcpu_post(container_of(timer, struct thread, vcpu.timer), L4_VCPU_PENDING_TIMER);
}

void vcpu_init(struct thread *thread)
{
	thread->vcpu.timer.expire = timer_expired;
}

bool vcpu_has_label(u64 label)
{
	return label < L4_VCPU_PENDING_MORE || (label >= L4_VCPU_MORE_FIRST && label < L4_VCPU_LABELS);
}

/* The word that says there are more is last, as it is the first that ring 3 takes. */
void vcpu_post(struct thread *thread, unsigned int bit)
{
	struct l4_vcpu *shared = &thread->utcb->vcpu;

	/* Ring 3 takes bits out meanwhile, on another CPU maybe. */
	if (bit >= L4_VCPU_MORE_FIRST) {
		__atomic_fetch_or(&shared->pending_more[bit / 64 - 1], 1UL << bit % 64, __ATOMIC_RELAXED);
		bit = L4_VCPU_PENDING_MORE;
	}
	__atomic_fetch_or(&shared->pending, 1UL << bit, __ATOMIC_RELAXED);
	shared->irq_pending = 1;
	if (thread->state == THREAD_VCPU_WAITING) {
		thread_set_result(thread, 0);
		sched_ready(thread);
	} else if (thread == thread->home->current) {
		sched_tell_home(thread);
	}
}

bool vcpu_upcall_due(struct thread *thread)
{
	struct l4_vcpu *shared = &thread->utcb->vcpu;

	return shared->irq_pending && (thread->vcpu.user_mode || shared->irq_on);
}

/* The thread goes on in the server, on the host view, with its frame at sp. */
static void enter_server(struct thread *thread, u64 sp, u64 entry)
{
	thread->utcb->vcpu.irq_on = 0;
	thread->regs.di = thread->regs.sp = sp;
	thread->regs.ip = entry;
	thread->regs.flags = FLAGS_FIXED | FLAGS_IF;
	/* The interrupted frame may have had others: those that resume_user refuses. */
	thread->regs.cs = SEL_USER_CS;
	thread->regs.ss = SEL_USER_SS;
}

/*
 * The server's stack cannot take the frame of the upcall: it has most likely
 * overflowed. The server learns that, once, on the stack that it has set aside.
 */
static bool push_elsewhere(struct thread *thread, const struct l4_frame *frame, u64 vector)
{
	u64 sp = thread->vcpu.fault_sp - sizeof(*frame);

	if (!thread->vcpu.fault_sp || !copy_to_user(sp, frame, sizeof(*frame)))
		return false;
	thread->vcpu.fault_sp = 0;
	enter_server(thread, sp, thread->vcpu.entry_event);
	thread->regs.si = TRAP_DOUBLE_FAULT;
	thread->regs.dx = vector;
	thread->regs.cx = frame->sp;
	return true;
}

/*
 * Puts the interrupted registers on the server's stack and makes the thread
 * enter the server at `entry', with the frame's address in rsp and rdi.
 */
static bool push_frame(struct thread *thread, struct l4_frame *frame, u64 entry)
{
	struct l4_vcpu *shared = &thread->utcb->vcpu;
	u64 sp;

	if (thread->vcpu.user_mode) {
		sp = shared->entry_sp;
		thread->vcpu.user_mode = false;
	} else {
		sp = frame->sp & ~15UL;
		frame->cs = L4_CS_SERVER;
		frame->ss = L4_SS_SERVER;
		if (!shared->irq_on)
			frame->flags &= ~FLAGS_IF;
	}
	sp -= sizeof(*frame);
	switch_address_space(thread);
	if (!copy_to_user(sp, frame, sizeof(*frame)))
		return false;
	enter_server(thread, sp, entry);
	return true;
}

bool vcpu_upcall_syscall(struct thread *thread)
{
	struct l4_frame frame = thread->regs;

	frame.orig_ax = frame.ax;
	frame.ax = VCPU_ENOSYS;
	if (!push_frame(thread, &frame, thread->vcpu.entry_syscall)) {
		if (push_elsewhere(thread, &frame, TRAP_DOUBLE_FAULT))
			return true;
		fault_vcpu_dead(thread, TRAP_DOUBLE_FAULT, 0);
		return false;
	}
	thread->regs.si = frame.orig_ax;
	thread->regs.cx = thread->regs.ip;
	thread->regs.r11 = thread->regs.flags;
	return true;
}

bool vcpu_upcall_event(struct thread *thread, u64 vector, u64 error, u64 address)
{
	struct l4_frame frame = thread->regs;

	frame.orig_ax = -1UL;
	if (!push_frame(thread, &frame, thread->vcpu.entry_event)) {
		if (push_elsewhere(thread, &frame, vector))
			return true;
		fault_vcpu_dead(thread, vector, error);
		return false;
	}
	thread->regs.si = vector;
	thread->regs.dx = error;
	thread->regs.cx = address;
	return true;
}

/*
 * The frame is a user's: what IRET would refuse becomes a general protection
 * fault of the user's, so that a process can break only itself.
 */
static long resume_user(struct thread *thread, struct l4_frame *frame)
{
	u64 bad_selector = 0;

	if (!thread->vcpu.guest || (frame->flags & ~(FLAGS_USER | FLAGS_IF | FLAGS_FIXED)))
		return -L4_EINVAL;
	thread->regs = *frame;
	thread->regs.ss = SEL_USER_SS;
	thread->regs.flags |= FLAGS_IF | FLAGS_FIXED;
	thread->vcpu.user_mode = true;
	thread->utcb->vcpu.irq_on = 1;
	if (frame->cs != L4_CS_USER && frame->cs != L4_CS_USER32)
		bad_selector = frame->cs;
	else if (frame->ss != L4_SS_USER)
		bad_selector = frame->ss;
	if (!bad_selector && is_canonical(frame->ip))
		return 0;
	thread->regs.ss = frame->ss;
	vcpu_upcall_event(thread, TRAP_GENERAL_PROTECTION, bad_selector & 0xfffc, 0);
	return 0;
}

static long resume_server(struct thread *thread, struct l4_frame *frame)
{
	if (frame->cs != L4_CS_SERVER || frame->ss != L4_SS_SERVER || !is_canonical(frame->ip) ||
	    (frame->flags & ~(FLAGS_USER | FLAGS_IF | FLAGS_FIXED)))
		return -L4_EINVAL;
	thread->utcb->vcpu.irq_on = !!(frame->flags & FLAGS_IF);
	thread->regs = *frame;
	thread->regs.cs = SEL_USER_CS;
	thread->regs.ss = SEL_USER_SS;
	thread->regs.flags |= FLAGS_IF | FLAGS_FIXED;
	return 0;
}

static void end_batch(struct l4_vcpu *shared, u64 done, int error)
{
	shared->batch_done = done;
	shared->batch_error = error;
	if (!error)
		shared->batch_count = 0;
}

int vcpu_resume_batch(struct thread *thread)
{
	struct l4_vcpu *shared = &thread->utcb->vcpu;
	struct task *guest = thread->vcpu.guest;
	u64 count = shared->batch_count, done = 0;
	int error = -L4_EINVAL;

	if (guest && count <= L4_BATCH_MAX) {
		if (!guest_batch_is_old(&guest->space, thread->utcb))
			done = guest_update_short(&thread->task->space, &guest->space,
						  thread->utcb->batch, count);
		error = done == count ? 0 : guest_update(&thread->task->space, &guest->space,
							 thread->utcb, count, &done,
							 &thread->steps);
	}
	end_batch(shared, done, error);
	return error;
}

bool vcpu_try_batch(struct thread *thread)
{
	struct l4_vcpu *shared = &thread->utcb->vcpu;
	struct task *guest = thread->vcpu.guest;
	u64 count = shared->batch_count;

	if (!guest || count > L4_BATCH_MAX ||
	    !guest_try_update(&thread->task->space, &guest->space, thread->utcb, count))
		return false;
	end_batch(shared, count, 0);
	return true;
}

static int run_batch(struct thread *thread)
{
	int error;

	if (!thread->utcb->vcpu.batch_count)
		return 0;
	error = vcpu_resume_batch(thread);
	if (error != PREEMPTED)
		thread->utcb->vcpu.batch_count = 0;
	return error;
}

long vcpu_resume(struct thread *thread)
{
	struct l4_frame frame;
	int error;

	if (!thread->is_vcpu)
		return -L4_EINVAL;
	if (!copy_from_user(&frame, thread->regs.sp, sizeof(frame)))
		return -L4_EFAULT;
	if (!(frame.cs & 3))
		return resume_server(thread, &frame);
	if ((frame.cs & 3) != 3)
		return -L4_EINVAL;
	error = run_batch(thread);
	return error ? error : resume_user(thread, &frame);
}

void vcpu_set_guest(struct thread *thread, struct task *guest)
{
	struct task *old = thread->vcpu.guest;

	kernel_hold(thread);
	if (guest)
		object_get(&guest->object);
	thread->vcpu.guest = guest;
	thread->vcpu.guest_root = guest ? space_guest_root(&guest->space) : 0;
	thread->vcpu.host_root = space_root(guest ? &guest->space : &thread->task->space);
	if (old)
		object_put(&old->object);
}

static long choose_guest(struct thread *thread, u64 slot)
{
	struct task *guest = NULL;
	int error;

	if (slot != L4_VCPU_NO_GUEST) {
		guest = task_find(thread->task, slot, OBJECT_TASK, L4_RIGHT_X, &error);
		if (!guest)
			return error;
		if (guest->host != thread->task)
			return -L4_EINVAL;
	}
	vcpu_set_guest(thread, guest);
	switch_address_space(thread);
	return 0;
}

static long set_entries(struct thread *thread, u64 entry_syscall, u64 entry_event)
{
	if (!is_user_addr(entry_syscall) || !is_user_addr(entry_event))
		return -L4_EINVAL;
	thread->vcpu.entry_syscall = entry_syscall;
	thread->vcpu.entry_event = entry_event;
	return 0;
}

static long set_fault_stack(struct thread *thread, u64 sp)
{
	if (sp % 16 || (sp && !is_canonical(sp)))
		return -L4_EINVAL;
	thread->vcpu.fault_sp = sp;
	return 0;
}

static long use_debug_registers(struct thread *thread)
{
	const struct l4_vcpu *shared = &thread->utcb->vcpu;

	if (!switch_debug_allowed(shared))
		return -L4_EINVAL;
	thread->slow &= ~SLOW_DEBUG;
	if (shared->debug_control & (DR7_ENABLED | L4_VCPU_TRAP_TSC))
		thread->slow |= SLOW_DEBUG;
	switch_debug(thread);
	this_cpu()->need_resched = true;	/* the long way out: without SYSRET */
	return 0;
}

long vcpu_control(struct thread *thread, u64 op, u64 a, u64 b)
{
	if (!thread->is_vcpu)
		return -L4_EINVAL;
	switch (op) {
	case L4_VCPU_SETUP:
		return set_entries(thread, a, b);
	case L4_VCPU_GUEST:
		return choose_guest(thread, a);
	case L4_VCPU_TIMER:
		if (a)
			sched_add_timer(thread, &thread->vcpu.timer, a);
		else
			sched_remove_timer(thread, &thread->vcpu.timer);
		return 0;
	case L4_VCPU_WAIT:
		if (!thread->utcb->vcpu.pending)
			sched_block(thread, THREAD_VCPU_WAITING);
		return 0;
	case L4_VCPU_POLL:
		return 0;
	case L4_VCPU_DEBUG:
		return use_debug_registers(thread);
	case L4_VCPU_FAULT_STACK:
		return set_fault_stack(thread, a);
	}
	return -L4_EINVAL;
}
