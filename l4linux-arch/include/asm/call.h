/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls to L4 servers, for which no CPU waits: l4/call.c. A caller is a thread of the
 * microkernel's, which sends one message at a time and waits for its answer, while
 * Linux goes on. There are L4_INSTANCE_CALLERS of them.
 */
#ifndef _ASM_L4_CALL_H
#define _ASM_L4_CALL_H

#include <linux/types.h>

struct caller;

/* A message: the tag, and the words that travel in registers. */
struct call_message {
	unsigned long tag;
	unsigned long word[4];
};

/*
 * caller_get may sleep; -EBUSY: there are no more, -ENOMEM: kernel memory of the
 * microkernel's is short. Who puts one back has no call under way.
 */
struct caller *caller_get(void);
void caller_put(struct caller *caller);

/*
 * Send a message, with a flexpage or without (0), and go on. When it is over, done is
 * called in a softirq: with L4's error, or 0 and the answer. It may begin the next call.
 */
typedef void (*caller_done)(void *owner, long error, const struct call_message *answer);

void caller_start(struct caller *caller, unsigned int server, const struct call_message *message,
		  unsigned long item, caller_done done, void *owner);

/* No spin lock is held: the caller gets the CPU now, if it does not have it already. */
void caller_hurry(struct caller *caller);

/* If its message is on the way, or waits for the answer, done comes soon: the error is L4_ECANCELED. */
void caller_cancel(struct caller *caller);

/*
 * The same for who can sleep: *message becomes the answer. -L4_ECANCELED: the process is
 * being killed, and the call is over.
 */
long caller_call(struct caller *caller, unsigned int server, struct call_message *message,
		 unsigned long item);

/* The event upcall: some callers may have their answers. */
void callers_answered(void);

#endif
