/* SPDX-License-Identifier: GPL-2.0 */
/* What the edu device can: factorials, modulo 2^32. */
#ifndef FACTORIAL_H
#define FACTORIAL_H

#include <l4/message.h>

#define FACTORIAL_PROTOCOL	(L4_PROTOCOL_OWN + 4)

struct factorial {
	unsigned int of;
};
struct factorial_reply {
	unsigned int is;
	l4_word_t interrupts;		/* that the driver has had so far */
};
L4_OPERATION(factorial, FACTORIAL_PROTOCOL, 1);

#endif
