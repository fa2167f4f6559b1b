/* SPDX-License-Identifier: GPL-2.0 */
/* The short way of IPC, called by entry.S alone. */
#ifndef IPC_FAST_H
#define IPC_FAST_H

#include "types.h"

struct thread;

/* Carries the IPC out and returns the thread that runs on, its partner; NULL: nothing has changed. */
struct thread *ipc_fast(u64 dest, u64 tag, u64 flags, struct thread *from);

#endif
