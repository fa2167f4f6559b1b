/* SPDX-License-Identifier: GPL-2.0 */
/* What the boot loader says, put into the kernel info page. */
#ifndef X86_MULTIBOOT_H
#define X86_MULTIBOOT_H

#include <l4/kip.h>

#include "loader/regions.h"

/*
 * Fills command line, modules, memory map, the screen and the addresses of firmware's tables.
 * Returns how many modules there are, of which the first L4_KIP_MODULES are in the KIP. Refuses what
 * is no Multiboot2 information.
 */
u64 multiboot_read(u32 magic, phys_t info, struct l4_kip *kip, struct regions *regions);

#endif
