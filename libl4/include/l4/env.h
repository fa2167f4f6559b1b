/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server finds at its start. Whoever loads it (roottask, or any task by
 * means of l4/task.h) gives it its image, a stack that ends at L4_STACK_TOP,
 * the kernel info page, this environment page, all read-only but the stack and
 * the data, and the capabilities below. sigma0 and roottask, which the kernel
 * starts, have no environment page; libl4 shows them an empty one.
 */
#ifndef L4_ENV_H
#define L4_ENV_H

#include <l4/kip.h>
#include <l4/syscall.h>

#define L4_ENV_ADDRESS		0x00007fff00002000UL
#define L4_ENV_MAGIC		0x4c34454eUL
#define L4_NAME_MAX		32	/* of a server, with the final 0 */
#define L4_ENV_ARGUMENTS	1024

/* Slots, beside L4_CAP_TASK and L4_CAP_THREAD (rights X, R) */
#define L4_CAP_PARENT		4	/* gate to the parent (W), which serves l4/parent.h and l4/sigma0.h */
#define L4_CAP_PAGER		5	/* the parent's gate for faults (W), for threads of one's own */

/* A program's place: its image, and above it nothing that libl4 uses. */
#define L4_IMAGE_LOW		0x0000700000000000UL
#define L4_IMAGE_HIGH		0x0000700001000000UL
#define L4_STACK_SIZE		0x10000UL

#ifndef __ASSEMBLER__

struct l4_environment {
	l4_word_t magic;
	l4_word_t priority;			/* of the first thread: the highest the server can use */
	char name[L4_NAME_MAX];
	char arguments[L4_ENV_ARGUMENTS];	/* separated by blanks */
};

_Static_assert(sizeof(struct l4_environment) <= L4_PAGE_SIZE, "the environment is one page");

/* startup.c */
extern const struct l4_environment *l4_environment;

static inline const struct l4_kip *l4_kip(void)
{
	return (const struct l4_kip *)L4_KIP_ADDRESS;
}

#endif
#endif
