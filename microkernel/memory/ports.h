/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The I/O ports of what runs now. The TSS holds one space's bitmap; io_base
 * decides whether it counts. It is copied only when a port fault shows that
 * somebody else needs the place.
 */
#ifndef PORTS_H
#define PORTS_H

#include "lib/types.h"

struct space;
struct thread;

/* Makes the thread's ports usable. True if a port fault came only of their not being loaded. */
bool ports_load(struct thread *thread);

/* With ports_loaded: before the thread goes on. */
void ports_switch(struct thread *thread);

/* Has this CPU all ports of the thread's space loaded, as they are. */
bool ports_are_loaded(const struct thread *thread);

/* With ports_loaded: the ports of their space are others now. */
bool ports_changed(void);

/* The space has lost some: no CPU lets it use them any more. */
void ports_taken(struct space *space);

/* The space goes away. */
void ports_forget(struct space *space);

#endif
