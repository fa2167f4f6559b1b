/* SPDX-License-Identifier: GPL-2.0 */
/* The system calls' one entrance in C. */
#ifndef SYSCALL_H
#define SYSCALL_H

#include "types.h"

struct thread;

/* IPC and resume: number and arguments are in the thread's registers, the result goes there. */
void syscall_dispatch(struct thread *thread);

/*
 * All others, for the current thread. work: its registers must be saved, with
 * the result, and the kernel left by the long way.
 */
struct syscall_result {
	long value;
	u64 work;
};

struct syscall_result syscall_short(u64 a, u64 b, u64 c, u64 d, u64 number);

#endif
