/* SPDX-License-Identifier: GPL-2.0 */
/* Beside asm/vcpu.h, for the few who change how memory of the server's own is mapped: l4/memory.c. */
#ifndef _ASM_L4_MEMORY_H
#define _ASM_L4_MEMORY_H

/*
 * Moves memory of the upper half, a naturally aligned piece of 1 << order bytes;
 * `to' is aligned as `from' is. An error of L4's if not all of it is there now.
 */
int memory_move(unsigned long from, unsigned long to, unsigned int order);

/* Where the microkernel's slot ends. */
#define MEMORY_UPPER	0xffff808000000000UL

/*
 * Whole pages of the parent's mapping; aliases stay as they are. Neither can be undone.
 * write_protect: nobody writes there any more. hold: the server itself does not
 * execute there any more, but can still let others, and aliases, do it. 0 or an
 * error of L4's; what is not mapped does not matter.
 */
int memory_write_protect(unsigned long start, unsigned long size);
int memory_hold(unsigned long start, unsigned long size);

#endif
