/* SPDX-License-Identifier: GPL-2.0 */
/* How a thread's wait in IPC begins, and ends by what became of it. States: thread.h. */
#include "ipc/ipc_parts.h"

#include "base/panic.h"
#include "memory/task.h"
#include "x86/cpu/x86.h"

void ipc_block(struct thread *thread, u8 state, unsigned int timeout_shift)
{
	u64 timeout = ipc_phase_timeout(thread, timeout_shift);

	sched_block(thread, state);
	/* What ipc_fast.c does not do: see SLOW_WAIT. */
	if (timeout != L4_TIMEOUT_NEVER || thread->fault.proto || !is_canonical(thread->regs.ip) ||
	    (state == THREAD_RECEIVING && thread->reply_to))
		thread->slow |= SLOW_WAIT;
	ipc_start_timeout(thread, timeout);
}

void ipc_finish(struct thread *thread, long result)
{
	ipc_stop_timeout(thread);
	thread_end_wait(thread);
	thread_set_result(thread, result);
	sched_ready(thread);
}

void ipc_page_answered(struct thread *thread, int error)
{
	struct thread *worker = item_worker(thread);

	thread->fault.proto = 0;
	thread->ipc_flags = thread->transfer.ipc_flags;
	sched_block(thread, THREAD_IN_TRANSFER);
	item_sender(thread)->transfer.error = error;
	worker->unfinished |= UNFINISHED_TRANSFER;
	sched_ready(worker);
}

void ipc_fault_unresolved(struct thread *thread, long error)
{
	const struct fault_message *fault = &thread->fault;

	/* Who stops a thread knows it. */
	if (thread->task->system && error != -L4_ECANCELED)
		printk("kernel: %s stopped: %s %lx, %lx at ip %lx, sp %lx: no answer to its fault\n",
		       thread->task->name,
		       fault->proto == L4_PROTO_PAGE_FAULT ? "page fault" : "exception",
		       fault->mr[0], fault->mr[1], thread->regs.ip, thread->regs.sp);
	thread->fault.proto = 0;
	sched_block(thread, THREAD_STOPPED);
}

void ipc_fail(struct thread *thread, long error)
{
	ipc_stop_timeout(thread);
	if (!thread->fault.proto)
		ipc_finish(thread, error);
	else if (thread->transfer.peer)
		ipc_page_answered(thread, -L4_EFAULT);
	else
		ipc_fault_unresolved(thread, error);
}

void ipc_end_fault(struct thread *thread)
{
	u16 proto = thread->fault.proto;

	thread->fault.proto = 0;
	if (thread->transfer.peer)
		ipc_page_answered(thread, 0);
	else if (proto == L4_PROTO_VCPU_DEAD)
		sched_block(thread, THREAD_STOPPED);
	else
		sched_ready(thread);
}

void ipc_drop_reply_right(struct thread *owner)
{
	struct thread *caller = owner->reply_to;

	if (!caller)
		return;
	owner->reply_to = NULL;
	caller->replier = NULL;
	ipc_fail(caller, -L4_EDEAD);
}

void ipc_leave(struct thread *thread)
{
	ipc_stop_timeout(thread);
	if (thread->state == THREAD_SENDING) {
		ipc_unqueue_sender(&thread->sender);
	} else if (thread->state == THREAD_AWAITING_REPLY) {
		thread->replier->reply_to = NULL;
		thread->replier = NULL;
	}
}
