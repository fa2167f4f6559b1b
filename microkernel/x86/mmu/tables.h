/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own page tables: physical map and image. */
#ifndef X86_TABLES_H
#define X86_TABLES_H

#include "lib/types.h"

/* Builds and loads them. memory_end: first physical address above all RAM. */
void tables_init(u64 memory_end);

/* A root with nothing but the kernel's slot. */
u64 tables_kernel_root(void);

/* Where the map of physical memory ends. */
phys_t tables_physmap_end(void);

#endif
