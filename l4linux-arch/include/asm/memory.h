/* SPDX-License-Identifier: GPL-2.0 */
/* Beside asm/vcpu.h, for the few who move memory of the server's own: l4/memory.c. */
#ifndef _ASM_L4_MEMORY_H
#define _ASM_L4_MEMORY_H

/*
 * Moves memory of the upper half, a naturally aligned piece of 1 << order bytes;
 * `to' is aligned as `from' is. An error of L4's if not all of it is there now.
 */
int memory_move(unsigned long from, unsigned long to, unsigned int order);

#endif
