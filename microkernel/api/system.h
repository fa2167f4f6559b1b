/* SPDX-License-Identifier: GPL-2.0 */
/* The call that is about the machine. */
#ifndef SYSTEM_H
#define SYSTEM_H

struct thread;

/* The arguments are in the thread's registers; PREEMPTED: to be made again. */
long system_control(struct thread *caller);

#endif
