/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The windows and string buffers of a UTCB. While a call is under way only those
 * are open that the caller asked for: a server that calls another one does not
 * give that one access to what is meant for its clients.
 */
#ifndef LIBL4_OPENINGS_H
#define LIBL4_OPENINGS_H

#include <l4/server.h>

struct openings {
	l4_word_t window[3];
	struct l4_buffer string[L4_MSG_ITEMS];
};

static inline void openings_close(struct l4_utcb *utcb, struct openings *openings)
{
	memcpy(openings->window, utcb->window, sizeof(utcb->window));
	memcpy(openings->string, utcb->string, sizeof(utcb->string));
	memset(utcb->window, 0, sizeof(utcb->window));
	memset(utcb->string, 0, sizeof(utcb->string));
}

static inline void openings_restore(struct l4_utcb *utcb, const struct openings *openings)
{
	memcpy(utcb->window, openings->window, sizeof(utcb->window));
	memcpy(utcb->string, openings->string, sizeof(utcb->string));
}

#endif
