/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The task's free capability slots. Whoever fills slots by hand keeps below
 * L4_SLOTS_FIRST. Any thread may allocate and free.
 */
#ifndef L4_SLOTS_H
#define L4_SLOTS_H

#include <l4/calls.h>

#define L4_SLOTS_FIRST	4096
#define L4_SLOTS	1024

/* A slot that nobody uses, or -L4_ENOMEM. */
long l4_slot_alloc(void);

/* Drop what is in the slot, if anything, and the slot with it. */
void l4_slot_free(l4_cap_t slot);

#endif
