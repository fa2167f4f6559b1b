/* SPDX-License-Identifier: GPL-2.0 */
/* What the start of the kernel passes on to the rest of it. */
#ifndef _ASM_L4_SETUP_H
#define _ASM_L4_SETUP_H

#include <uapi/asm/setup.h>

#define COMMAND_LINE_SIZE	2048

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct l4_instance;

/* The page that roottask filled in; in the direct map, reserved for ever. */
extern struct l4_instance *l4_instance;

/* The C entry: first code after head.S has made a stack. Upcalls are not set up. */
void l4_start_linux(struct l4_instance *instance);

/* For firmware's tables, before ioremap can be used; NULL if they are not ours. It stays mapped. */
void *device_map_early(phys_addr_t phys, unsigned long size);

#endif
#endif
