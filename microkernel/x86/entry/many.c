/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What entry.S calls when there is more than one CPU: the same as with one, with
 * the kernel's lock around it. entry.S calls the plain functions; many_begin()
 * puts these in their place, so that one CPU pays nothing.
 */
#include "x86/entry/many.h"

#include "api/syscall.h"
#include "base/debug.h"
#include "lib/string.h"
#include "memory/ports.h"
#include "sched/kernel_lock.h"
#include "sched/preempt.h"
#include "sched/request.h"
#include "sched/thread.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"
#include "x86/entry/trap.h"

/* Places in entry.S: an instruction of one opcode byte and a 32-bit distance to a target. */
struct place {
	u8 *instruction;
	const u8 *target;
	u64 opcode;
} __attribute__((packed));

extern const struct place image_many[], image_many_end[];

void many_begin(void)
{
	u64 cr0 = read_cr0();

	/* The text is read-only. */
	write_cr0(cr0 & ~CR0_WP);
	for (const struct place *place = image_many; place < image_many_end; place++) {
		s32 distance = place->target - (place->instruction + 5);

		place->instruction[0] = place->opcode;
		memcpy(&place->instruction[1], &distance, sizeof(distance));
	}
	write_cr0(cr0);
	cpus_many = true;
}

/* The lock is not there at once: what this is about is written down, and done when it is. */
static void enter_later(u64 vector, u64 error)
{
	struct thread *thread = this_cpu()->current;

	thread->entered.vector = vector;
	thread->entered.error = error;
	thread->entered.address = read_cr2();
	thread->entered.had_ports = ports_are_loaded(thread);
	thread->unfinished |= UNFINISHED_ENTRY;
	kernel_lock();
}

struct l4_frame *trap_syscall_many(void);
struct l4_frame *trap_leave_many(void);
struct l4_frame *trap_odd_ip_many(void);
struct l4_frame *trap_lost_frame_many(void);
struct l4_frame *trap_user_many(u64 vector);
void trap_kernel_many(u64 vector, struct l4_frame *frame);
struct syscall_result syscall_short_many(struct thread *caller, u64 number);
int vcpu_resume_batch_many(struct thread *thread);

struct l4_frame *trap_leave_many(void)
{
	struct l4_frame *frame;

	kernel_lock();
	frame = trap_leave();
	kernel_unlock();
	return frame;
}

struct l4_frame *trap_syscall_many(void)
{
	struct l4_frame *frame;

	if (kernel_try_lock()) {
		frame = trap_syscall();
	} else {
		enter_later(DEBUG_SYSCALL, 0);
		frame = trap_leave();
	}
	kernel_unlock();
	return frame;
}

static struct l4_frame *exception_many(u64 vector, u64 error)
{
	enter_later(vector, error);
	return trap_leave();
}

struct l4_frame *trap_odd_ip_many(void)
{
	struct l4_frame *frame;

	frame = kernel_try_lock() ? trap_odd_ip() : exception_many(TRAP_GENERAL_PROTECTION, 0);
	kernel_unlock();
	return frame;
}

/*
 * The frame of a resume was taken away by another CPU while it was read. That is
 * a page fault of the server's: what its registers are it cannot know.
 */
struct l4_frame *trap_lost_frame_many(void)
{
	struct thread *thread = this_cpu()->current;
	struct l4_frame *frame;

	thread->vcpu.user_mode = false;
	thread->utcb->vcpu.irq_on = 0;
	this_cpu()->cr3 = thread->vcpu.host_root;
	this_cpu()->tss.io_base = this_cpu()->server_io_base;
	frame = exception_many(TRAP_PAGE_FAULT, PF_USER);
	kernel_unlock();
	return frame;
}

/*
 * What needs no lock, and whose asker has it. A CPU that sleeps until the lock is its
 * takes a spurious one, too, and must not wait for the lock once more.
 */
static bool needs_no_lock(u64 vector)
{
	if (vector == VECTOR_SPURIOUS)
		return true;
	if (vector != VECTOR_REQUEST)
		return false;
	request_serve();
	lapic_eoi();
	return true;
}

struct l4_frame *trap_user_many(u64 vector)
{
	struct thread *thread = this_cpu()->current;
	struct l4_frame *frame;

	if (needs_no_lock(vector))
		return &thread->regs;
	if (vector >= EXCEPTIONS) {
		kernel_lock();
		frame = trap_user(vector);
	} else if (kernel_try_lock()) {
		frame = trap_user(vector);
	} else {
		frame = exception_many(vector, vector == TRAP_DEBUG ? take_dr6() : thread->regs.orig_ax);
	}
	kernel_unlock();
	return frame;
}

/* An interrupt comes while the CPU idles, without the lock, or at a preemption point, with it. */
void trap_kernel_many(u64 vector, struct l4_frame *frame)
{
	bool lock = vector >= EXCEPTIONS && this_cpu()->idles;

	if (needs_no_lock(vector))
		return;
	if (lock)
		kernel_lock();
	trap_kernel(vector, frame);
	if (lock)
		kernel_unlock();
}

/* Without the lock nothing is done: the call is made on the long way out. */
struct syscall_result syscall_short_many(struct thread *caller, u64 number)
{
	struct syscall_result result = { number, true };

	if (!kernel_try_lock()) {
		caller->unfinished |= UNFINISHED_CALL;
		return result;
	}
	result = syscall_short(caller, number);
	kernel_unlock();
	return result;
}

int vcpu_resume_batch_many(struct thread *thread)
{
	int error;

	if (vcpu_try_batch(thread))
		return 0;
	if (!kernel_try_lock())
		return PREEMPTED;
	error = vcpu_resume_batch(thread);
	kernel_unlock();
	return error;
}
