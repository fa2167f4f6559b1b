/* SPDX-License-Identifier: GPL-2.0 */
/* Switching machine state between threads and address spaces. */
#ifndef X86_SWITCH_H
#define X86_SWITCH_H

#include "types.h"

struct thread;
struct space;

/* Saves (loads) what the kernel itself does not use: bases, selectors; FPU by need. */
void thread_switch_from(struct thread *thread);
void thread_switch_to(struct thread *thread);

/* Loads the view that a thread is to see now: host view, guest view or its task's own. */
void switch_address_space(struct thread *thread);

/* Does the loaded view show this space, or one of its guests. */
bool switch_space_loaded(struct space *space);

/* A space's tables go away: no CPU may stay on them. */
void switch_leave_space(struct space *space);

/* The thread goes away: nothing of it may stay in the CPU. */
void switch_forget(struct thread *thread);

/* Ports: makes them usable, or not, for what runs now. True if a port fault came only of their not being loaded. */
bool switch_load_ports(struct thread *thread);
__keeps_registers void switch_ports(struct thread *thread);

#endif
