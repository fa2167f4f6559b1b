/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rights of Linux to its own memory (mm/rights.c): these are for the vmalloc area
 * and modules. Elsewhere rights change once, by mark_rodata_ro.
 */
#ifndef _ASM_L4_SET_MEMORY_H
#define _ASM_L4_SET_MEMORY_H

int set_memory_ro(unsigned long address, int pages);
int set_memory_rw(unsigned long address, int pages);
int set_memory_x(unsigned long address, int pages);
int set_memory_nx(unsigned long address, int pages);

#endif
