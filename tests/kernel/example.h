/* SPDX-License-Identifier: GPL-2.0 */
/* What example.c and example.S know of each other. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <l4/utcb.h>

extern char example_stack_top[], example_entry[], example_guest[];

void example_main(void);
void example_syscall(struct l4_frame *frame, l4_word_t number);

#endif
