/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a thread, and what others may do to it. What a thread is: sched/thread.h. */
#ifndef OBJECT_THREAD_H
#define OBJECT_THREAD_H

#include "sched/thread.h"

long thread_create(struct task *creator, u64 slot, u64 task_slot, u64 utcb, u64 flags);
long thread_start(struct thread *thread, u64 ip, u64 sp, u64 arg);
long thread_control(struct thread *caller, struct thread *thread, u64 what, u64 value);

/* READ and WRITE through the caller's UTCB. */
long thread_regs(struct thread *caller, struct thread *thread, u64 op);

/* Takes it out of whatever it does: an IPC ends with `error'. Leaves it STOPPED. */
void thread_stop(struct thread *thread, long error);

/* Ends all that others have with it, and takes it out of its task. False: broken off. */
bool thread_shutdown(struct thread *thread);

#endif
