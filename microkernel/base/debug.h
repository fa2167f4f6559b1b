/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The places where a debugger may look on. The kernel calls these if there is
 * one and the command line asks for it; nothing else depends on it.
 */
#ifndef DEBUG_H
#define DEBUG_H

#include "lib/types.h"

struct thread;

#define DEBUG_SYSCALL	256	/* a vector that is none */

struct debug_hooks {
	void (*panicked)(void);		/* when all is said, before the machine stops */
	void (*interrupted)(void);	/* before an interrupt goes to its thread */
	/* A system call, or an exception with its error code as number. */
	void (*entered)(struct thread *thread, u64 vector, u64 number, u64 a, u64 b, u64 c);
	/* An access of ring 3 to `port', which no thread gets: false if it is to fault. */
	bool (*port_used)(struct thread *thread);
	u16 port;			/* 0: none */
};

extern struct debug_hooks debug_hooks;

/* Boot. Does nothing when no debugger is linked. */
void debug_init(const char *cmdline);

/* From C only: the short ways of entry_*.S are not seen. */
static inline void debug_entered(struct thread *thread, u64 vector, u64 number, u64 a, u64 b,
				 u64 c)
{
	if (unlikely(debug_hooks.entered))
		debug_hooks.entered(thread, vector, number, a, b, c);
}

static inline bool debug_port_used(struct thread *thread)
{
	return unlikely(debug_hooks.port_used) && debug_hooks.port_used(thread);
}

#endif
