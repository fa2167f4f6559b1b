/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Synchronous IPC. See <l4/ipc.h> for what a message is and thread.h for the
 * states a thread passes through.
 */
#ifndef IPC_H
#define IPC_H

#include "base/object.h"
#include "sched/thread.h"

/* Where messages can be sent to: a thread and the label it sees. */
struct gate {
	struct object object;
	struct thread *thread;	/* NULL when the thread is gone; unlinked by it */
	struct list thread_link;
	struct list users;	/* threads whose faults go there: struct gate_use */
	u64 label;
};

/* An object that sends by itself, as interrupts do: irq.h. */
struct source {
	struct object object;
	struct sender sender;
};

/* The system call. The result is in the thread's registers when it runs again. */
void ipc_call(struct thread *thread);

/*
 * Calls `gate' with a message of the kernel's; the reply lets the thread run
 * on. Without a gate, or a reply, it stops.
 */
void ipc_send_fault(struct thread *thread, u16 proto, const u64 mr[L4_MSG_REGS], struct gate *gate);

/* Goes on with the IPC of the current thread: UNFINISHED_TRANSFER. */
void ipc_continue(struct thread *thread);

/*
 * The thread's timeout is over, as an interrupt tells: its IPC ends. If this comes in the
 * middle of the current thread's work on an item, it does so when the work is gone on with.
 */
void ipc_timed_out(struct thread *thread);

/* An interrupt message: handed over if the thread waits, else queued. */
void ipc_send_irq(struct thread *thread, struct sender *sender);
void ipc_unqueue_sender(struct sender *sender);

/* Whoever receives from this sender only waits in vain. False: broken off. */
bool ipc_sender_gone(struct sender *sender);

/* A thread that waits to send takes its new place among those that do. */
void ipc_priority_changed(struct thread *thread);

/* Ends the IPC a thread is in, from its own side. False: it is in none. */
bool ipc_cancel(struct thread *thread, long error);

/* Ends all IPC that others have with a thread that goes away. False: broken off. */
bool ipc_partner_gone(struct thread *thread);

#endif
