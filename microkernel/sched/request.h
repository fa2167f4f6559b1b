/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one CPU asks others to do at once, and waits for. They do it in an
 * interrupt, or while they wait for the kernel's lock: it must not need that.
 * Who asks has the lock, so there is one request at a time.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "x86/cpu/cpu.h"

typedef void request_fn(struct cpu *cpu, const void *argument);

/* cpus: by number, a bit each; this CPU's own is ignored. */
void request(u64 cpus, request_fn *fn, const void *argument);

/* Until another CPU has set the flag to that value; if it does not, it is lost, and the machine with it. */
void request_wait(const bool *flag, bool value, const struct cpu *cpu);

/* Does what this CPU is asked for, if it is. */
void request_serve(void);

/* Makes another CPU enter the kernel, and look what there is for it. */
void request_look(struct cpu *cpu);

#endif
