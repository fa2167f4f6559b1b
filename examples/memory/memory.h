/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory servers serve sigma0's request for memory (l4/sigma0.h), of one size;
 * the reply's mr1 is not an address but a number for memory_return. Who got
 * memory can lose it at any moment: it is unmapped without a word. Whoever
 * finds that returns the number, and asks for other memory.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <l4/message.h>

#define MEMORY_PROTOCOL	(L4_PROTOCOL_OWN + 2)

/* The caller does not use that any more. -L4_ENOCAP: it was taken back before */
struct memory_return {
	l4_word_t number;
};
struct memory_return_reply { };
L4_OPERATION(memory_return, MEMORY_PROTOCOL, 1);

/* An order to a memory server or a pager: take back up to `count' pieces from those who have them. */
struct memory_take {
	l4_word_t count;
	l4_word_t keep;			/* 1: and give nobody any again */
};
struct memory_take_reply {
	l4_word_t taken;
};
L4_OPERATION(memory_take, MEMORY_PROTOCOL, 2);

/* What a client has found: told to its pager by the client, and by the pager to whoever asks. */
struct memory_found {
	l4_word_t rounds;
	l4_word_t fresh;		/* words that were zero where the client had written */
	l4_word_t wrong;		/* words that were neither zero nor what it had written */
};

struct memory_tell {
	struct memory_found found;
};
struct memory_tell_reply { };
L4_OPERATION(memory_tell, MEMORY_PROTOCOL, 3);

/* -L4_EDEAD: the client got no memory for a fault, and will never go on */
struct memory_ask {
	l4_word_t client;
};
struct memory_ask_reply {
	struct memory_found found;
};
L4_OPERATION(memory_ask, MEMORY_PROTOCOL, 4);

/* The clients' memory that comes from the memory servers. */
#define HEAP		0x10000000UL
#define HEAP_PAGES	16UL
#define CLIENTS		2UL

#endif
