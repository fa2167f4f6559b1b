/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who calls: what the labels say of gates that roottask makes (l4_connect). The
 * client's number in the boot script is the same each time it is started; its life
 * is not. So a client that was started afresh is not taken for the one before it:
 *
 *	63        62                      8 7       0
 *	| OWN = 0 | life, from 1 on        | number |
 *
 * Labels of gates that a server makes itself have the bit OWN, so that none of
 * them is a client of the script's.
 *
 * A server keeps what it keeps for a client under its number, and frees it when it
 * is gone: l4_serve calls `gone' (l4/serve.h) before the first request of the next
 * life, at the latest.
 */
#ifndef L4_CLIENTS_H
#define L4_CLIENTS_H

#include <l4/types.h>

#define L4_CLIENTS	16		/* numbers are below */
#define L4_LABEL_OWN	(1UL << 63)
#define L4_LABEL_LIFE_SHIFT 8

static inline l4_word_t l4_client_label(unsigned int number, l4_word_t life)
{
	return (life << L4_LABEL_LIFE_SHIFT | number) & ~L4_LABEL_OWN;
}

/* The client's number; not below L4_CLIENTS: it is none of the script's. */
static inline unsigned int l4_client(l4_word_t label)
{
	return label & L4_LABEL_OWN ? L4_CLIENTS : label & ((1U << L4_LABEL_LIFE_SHIFT) - 1);
}

#endif
