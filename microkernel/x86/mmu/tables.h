/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own page tables: physical map, image, what the CPUs have of their own, devices. */
#ifndef X86_TABLES_H
#define X86_TABLES_H

#include <l4/kip.h>

#include "lib/types.h"

#define TABLES_WINDOWS	2
#define TABLES_OF_A_STRETCH	4	/* what one more stretch of memory can need more */

/* How many pages tables_init() needs for a map of these regions. */
u64 tables_pages(const struct l4_region *region, u64 count);

/*
 * Builds and loads them. The regions, sorted and disjoint: all memory, and nothing else.
 * tables: so many pages of it, of which that needs no more than tables_pages() says, where boot.S's tables still show them.
 */
void tables_init(const struct l4_region *region, u64 count, phys_t tables, u64 pages);

/* A page at va, above CPU_AREAS, where none was. False: no memory for a table. */
bool tables_add_page(u64 va, phys_t phys) __must_check;

/* A device's registers, in one page, for good; not cached. NULL: there is no room for more. */
volatile void *tables_add_device(phys_t phys) __must_check;

/*
 * Memory of a device, in large pages, for good; not cached, but writes may be combined. Once, before
 * tables_init(): boot.S's tables, whose directory for the kernel's slot that is, have it at the same
 * place. NULL: it is larger than the room for it.
 */
volatile void *tables_add_device_memory(u64 *boot_pdpt, phys_t phys, u64 size) __must_check;

/*
 * Boot, one CPU: what firmware has left anywhere, to be read until the same window shows
 * something else. NULL: that is too much, or no address.
 */
const void *tables_window(unsigned int number, phys_t phys, u64 size) __must_check;
void tables_close_windows(void);

/* A root with nothing but the kernel's slot. */
u64 tables_kernel_root(void);

#endif
