/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for other CPUs: for a word that they write, and for what they are asked to
 * do at once. That they do in an interrupt, or while they wait themselves: it must not
 * need the kernel's lock. Who asks has it, so there is one request at a time.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "x86/cpu/cpu.h"

typedef void request_fn(struct cpu *cpu, const void *argument);

/* cpus: by number, a bit each; this CPU's own is ignored. */
void request(u64 cpus, request_fn *fn, const void *argument);

/*
 * Until another CPU has given the word that value, and has called request_wake()
 * then; does what this one is asked for meanwhile. It polls so often, then it sleeps.
 */
void request_wait(const u32 *word, u32 value);
#define REQUEST_POLLS	2048
extern u32 request_polls;

extern u32 request_sleepers;
void request_wake_sleepers(void);

/* Behind a write that makes it seen, such as an atomic add or exchange. */
static inline void request_wake(void)
{
	if (unlikely(__atomic_load_n(&request_sleepers, __ATOMIC_RELAXED)))
		request_wake_sleepers();
}

/* Does what this CPU is asked for, if it is. */
void request_serve(void);

/* Makes another CPU enter the kernel, and look what there is for it. */
void request_look(struct cpu *cpu);

#endif
