/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU part of a thread: upcalls into the server, resume from it, the
 * guest it runs. The contract with the server is in <l4/vcpu.h>.
 */
#ifndef VCPU_H
#define VCPU_H

#include "lib/types.h"

struct thread;
struct task;

#define VCPU_ENOSYS	(-38L)	/* what a system call returns until the server says otherwise */

void vcpu_init(struct thread *thread);

/* Enters the server. False: its stack cannot take the frame; the thread is stopped and reported. */
bool vcpu_upcall_syscall(struct thread *thread);
bool vcpu_upcall_event(struct thread *thread, u64 vector, u64 error, u64 address);

/* Can an irq object be bound to a vCPU with that label? */
bool vcpu_has_label(u64 label);

/* Makes that label, or the timer, pending and wakes the vCPU; the upcall itself comes on the way to ring 3. */
void vcpu_post(struct thread *thread, unsigned int bit);

/* Must the interrupt upcall come before ring 3 goes on. */
bool vcpu_upcall_due(struct thread *thread);

/*
 * What rides on a resume: carries out the batch and clears it. On an error,
 * returned negative, it stays.
 */
int vcpu_resume_batch(struct thread *thread);

/* The same without the kernel's lock. False: with it, it is to be done. */
bool vcpu_try_batch(struct thread *thread) __must_check;

long vcpu_resume(struct thread *thread);
long vcpu_control(struct thread *thread, u64 op, u64 a, u64 b);

/* The guest that it runs from now on; NULL: none. Its view is loaded when the thread goes on. */
void vcpu_set_guest(struct thread *thread, struct task *guest);

#endif
