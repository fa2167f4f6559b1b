/* SPDX-License-Identifier: GPL-2.0 */
/* Starting the other CPUs: each is brought to where it waits for a thread. */
#ifndef START_H
#define START_H

#include "loader/regions.h"

/* The machine has a CPU whose local APIC has this number. */
void start_found(u32 lapic_id);

/* Starts the others until there are so many CPUs. Returns how many there are; some may not answer. */
unsigned int start_others(const struct regions *regions, u64 most);

#endif
