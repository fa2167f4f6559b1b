/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fake machine with a thread of the host for each CPU, under the thread
 * sanitizer: what the kernel touches without the lock that it should have is reported.
 * Each CPU acts as ring 3 of the thread that is current there; at the end nothing may
 * be left of what was made.
 */
#ifndef TEST_MACHINE_CPUS_H
#define TEST_MACHINE_CPUS_H

#include "machine.h"

#define CPUS		4
#define CPUS_QUOTA	(8UL << 20)
#define CPUS_PRIORITY	100	/* of the first thread */

/* many.c, as entry.S calls it. */
struct l4_frame *trap_syscall_many(void);
struct l4_frame *trap_leave_many(void);
struct l4_frame *trap_user_many(u64 vector);
void trap_kernel_many(u64 vector, struct l4_frame *frame);
struct syscall_result syscall_short_many(struct thread *caller, u64 number);

/*
 * Starts the machine; `make' makes what there is in the beginning; then `act' is called
 * on each CPU until it has counted so many of cpus_calls there; the root task goes, and
 * with it all that came from it.
 */
void cpus_run(unsigned long calls, void (*make)(void), void (*act)(void));
extern _Thread_local unsigned long cpus_calls;

#endif
