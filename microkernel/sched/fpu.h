/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FPU state. The registers belong to cpu->fpu_owner. A thread that never used
 * the FPU runs with CR0.TS set, and its first use traps: servers are such, and
 * a client that uses the FPU keeps its registers while they work. A thread that
 * did gets its state when it is switched to. Instructions of an IPC's round
 * trip (as make bench-ipc counts, 212 without the FPU), client using the FPU:
 *
 *			server does not		server does, too
 *	this		      358		      379
 *	traps only	      376		      529
 */
#ifndef X86_FPU_H
#define X86_FPU_H

#include "lib/types.h"

struct thread;

void fpu_init(void);

/* Its state is in its area afterwards, on no CPU. */
void fpu_save(struct thread *thread);

/* The thread used the FPU for the first time. False: no memory for its state. */
bool fpu_take(struct thread *thread);

/* Another thread runs from now on. Needed if fpu_on, or SLOW_FPU of the thread. */
void fpu_switch(struct thread *next);

/* The registers' owner goes away. */
void fpu_forget(struct thread *thread);
void fpu_free(struct thread *thread);

#endif
