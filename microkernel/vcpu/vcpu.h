/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU part of a thread: upcalls into the server, resume from it, the
 * guest it runs. The contract with the server is in <l4/vcpu.h>.
 *
 * Lock (with more than one CPU): the vCPU's own; only its CPU touches it, others post
 * interrupts through its run queue.
 */
#ifndef VCPU_H
#define VCPU_H

#include "sched/timer.h"
#include "base/types.h"

struct thread;
struct task;

#define VCPU_ENOSYS	(-38L)	/* what a system call returns until the server says otherwise */

struct vcpu {
	bool user_mode;		/* regs are the guest's, not the server's */
	struct task *guest;	/* referenced; NULL: the host's own lower half */
	u64 host_root;		/* CR3, but for user mode; of an ordinary thread its task's */
	u64 guest_root;		/* CR3 for user mode; 0 without a guest */
	u64 entry_syscall;
	u64 entry_event;
	struct timer timer;
};

void vcpu_init(struct thread *thread);

/* Enters the server. False: its stack cannot take the frame; the thread is stopped and reported. */
bool vcpu_upcall_syscall(struct thread *thread);
bool vcpu_upcall_event(struct thread *thread, u64 vector, u64 error, u64 address);

/* Makes a bit pending and wakes the vCPU; the upcall itself comes on the way to ring 3. */
void vcpu_post(struct thread *thread, unsigned int bit);

/* Must the interrupt upcall come before ring 3 goes on. */
bool vcpu_upcall_due(struct thread *thread);

/*
 * What rides on a resume: carries out the batch and clears it. On an error,
 * returned negative, it stays.
 */
int vcpu_resume_batch(struct thread *thread);

long vcpu_resume(struct thread *thread);
long vcpu_control(struct thread *thread, u64 op, u64 a, u64 b);

/* The guest is being deleted: whoever runs it goes back to the host's own view. */
void vcpu_drop_guest(struct task *guest);

#endif
