/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a gate. What a gate is: ipc/ipc.h. */
#ifndef GATE_H
#define GATE_H

#include "ipc/ipc.h"

long gate_create(struct task *creator, u64 slot, u64 thread_slot, u64 label);

/* Without a capability yet; NULL: no memory. */
struct gate *gate_alloc(struct task *creator, struct thread *thread, u64 label);
void gate_unlink(struct gate *gate);

/* A thread's faults go to this gate from now on, or nowhere. */
void gate_use(struct gate *gate, struct gate_use *use);
void gate_unuse(struct gate_use *use);

#endif
