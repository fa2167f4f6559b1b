/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own page tables: physical map, image, what the CPUs have of their own. */
#ifndef X86_TABLES_H
#define X86_TABLES_H

#include "lib/types.h"

/* Builds and loads them. memory_end: first physical address above all RAM. */
void tables_init(u64 memory_end);

/* A page at va, above CPU_AREAS, where none was. False: no memory for a table. */
bool tables_add_page(u64 va, phys_t phys) __must_check;

/* A root with nothing but the kernel's slot. */
u64 tables_kernel_root(void);

/* Where the map of physical memory ends. */
phys_t tables_physmap_end(void);

#endif
