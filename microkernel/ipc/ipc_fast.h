/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPC_FAST_H
#define IPC_FAST_H

#include "sched/thread.h"

struct ipc_fast_result {
	u64 label;
	struct thread *next;
};

/*
 * Does a call, or a reply and wait, in the common case: changes over to the
 * partner, which goes on with that label and the caller's tag; entry_syscall.S does the
 * rest. NULL: ipc_call() has to do it, nothing was changed. only entry_syscall.S calls
 * this: see there for the registers.
 */
struct ipc_fast_result ipc_fast(u64 dest, u64 tag, u64 flags, struct thread *from);

/* The same where there are many CPUs: takes the kernel's lock, and leaves it to entry.S if it was simple. */
struct ipc_fast_result ipc_fast_many(u64 dest, u64 tag, u64 flags, struct thread *from);

#endif
