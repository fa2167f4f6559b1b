/* SPDX-License-Identifier: GPL-2.0 */
/* The system calls' one entrance in C. */
#ifndef SYSCALL_H
#define SYSCALL_H

#include "lib/types.h"

struct thread;

/* IPC and resume: number and arguments are in the thread's registers, the result goes there. */
void syscall_dispatch(struct thread *thread);

/*
 * All others, for the current thread: the arguments are in its registers. work:
 * the other registers must be saved, too, and the kernel left by the long way.
 */
struct syscall_result {
	long value;
	u64 work;
};

struct syscall_result syscall_short(struct thread *caller, u64 number);

/* Of either sort: result and all are in the thread's registers. */
void syscall_any(struct thread *thread);

/* Makes the call again that was broken off. The thread is current, its space loaded. */
void syscall_continue(struct thread *thread);

#endif
