/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stopping the other CPUs wherever they are, also with interrupts off or with a lock
 * held: for a panic and for the debugger. What each was about is at cpu->stopped then.
 */
#ifndef X86_STOP_H
#define X86_STOP_H

struct l4_frame;

/* One that does not answer within a second is not waited for. Does nothing when they stand still already. */
void stop_others(void);

/* They go on where they were. */
void stop_no_more(void);

/* The NMI, on its own stack, with whosever GS base. */
void stop_here(struct l4_frame *frame);

#endif
