/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FPU state, switched lazily between threads: the registers belong to
 * cpu->fpu_owner, for others CR0.TS is set and the first use traps. A vCPU
 * that shares the machine with servers that never touch the FPU pays nothing.
 */
#ifndef X86_FPU_H
#define X86_FPU_H

#include "types.h"

struct thread;

void fpu_init(void);

/* The thread used the FPU without owning it. False: no memory for its state. */
bool fpu_take(struct thread *thread);

/* Lets the thread use the FPU at once if it owns the registers; else nobody. */
__keeps_registers void fpu_switch(struct thread *thread);

/* The registers' owner goes away. */
void fpu_forget(struct thread *thread);
void fpu_free(struct thread *thread);

#endif
