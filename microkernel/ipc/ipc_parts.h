/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of this folder tell each other; others use ipc.h.
 *
 *   ipc_continue.c  goes on with an item, or with a reply to a fault, in steps
 *   ipc_end.c       ends that come from outside: timeouts, cancellation, deaths
 *   ipc.c           the phases of a call, and messages of the kernel's
 *   ipc_items.c     what is transferred: items, which may take their time, and words
 *   ipc_wait.c      how a thread's wait begins and ends, by what became of it
 *   ipc_queue.c     who waits to send to a thread
 *
 * Each uses only what is below it.
 */
#ifndef IPC_PARTS_H
#define IPC_PARTS_H

#include "ipc/ipc.h"
#include "sched/sched.h"
#include "x86/device/clock.h"

/* ipc_wait.c */

static inline u64 ipc_phase_timeout(const struct thread *thread, unsigned int shift)
{
	return (thread->ipc_flags >> shift) & L4_TIMEOUT_MASK;
}

static inline bool ipc_timeout_is_zero(u64 timeout)
{
	return timeout != L4_TIMEOUT_NEVER && !(timeout & 0x3ff);
}

static inline void ipc_start_timeout(struct thread *thread, u64 timeout)
{
	if (timeout != L4_TIMEOUT_NEVER)
		sched_add_timer(thread, &thread->timeout, clock_after_us((timeout & 0x3ff) << (timeout >> 10)));
}

/* While an item is on its way the timer is the transfer's, whatever its page faults come to. */
static __always_inline void ipc_stop_timeout(struct thread *thread)
{
	if (thread->timeout.queued && !thread->transfer.peer)
		sched_remove_timer(thread, &thread->timeout);
}

/* Blocks in `state' until the partner, or the timeout of that phase, comes. */
void ipc_block(struct thread *thread, u8 state, unsigned int timeout_shift);

/* Its IPC is over; `result' is what the call returns. */
void ipc_finish(struct thread *thread, long result);

/* Its IPC failed; a fault that nobody resolves stops the thread instead. */
void ipc_fail(struct thread *thread, long error);

/* Nobody resolves the fault the thread waits for, because of `error': it stops. */
void ipc_fault_unresolved(struct thread *thread, long error);

/* A fault has its answer: the thread goes on as it was, its registers are its own. */
void ipc_end_fault(struct thread *thread);

/* It has its message, or the answer to its fault: it runs on. */
static __always_inline void ipc_wake(struct thread *thread)
{
	ipc_stop_timeout(thread);
	if (thread->fault.proto)
		ipc_end_fault(thread);
	else
		sched_ready(thread);
}

/* Whoever waits for this thread's reply waits in vain. */
void ipc_drop_reply_right(struct thread *owner);

/* It waits for nobody any more: undoes what its wait has put up. */
void ipc_leave(struct thread *thread);

/* Of the two that an item is between. */
static inline struct thread *item_sender(struct thread *thread)
{
	return thread->transfer.sends ? thread : thread->transfer.peer;
}

static inline struct thread *item_worker(struct thread *thread)
{
	return thread->transfer.works ? thread : thread->transfer.peer;
}

/* The thread has got a page for the string, or will not: the string goes on. */
void ipc_page_answered(struct thread *thread, int error);

/* ipc_queue.c: an unqueued sender takes its place among those that wait for `to'. */
void ipc_queue_sender(struct thread *to, struct sender *sender);

/* ipc_items.c */

#define ITEMS_IN_PROGRESS	1	/* beside errors: an item is on its way */

/*
 * Transfers the items that are left of a message, and then the rest of it. The
 * first item that fails, or has failed, is the last, and the result; the tag
 * received tells how many there are. ITEMS_IN_PROGRESS: not yet; ipc_sent() is
 * called when it is.
 */
int items_transfer(struct thread *from, struct thread *to, int error);

/* Neither will see the rest of the item: the IPC of both ends. */
void items_abort(struct thread *thread, long error);

/* It answers no longer: its reply is over, or cancelled. */
void items_end_answer(struct thread *from);

/* ipc.c: a message was transferred, with that result; what follows its send phase. */
void ipc_sent(struct thread *from, struct thread *to, long error);

#endif
