/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server's loop. It waits for a message, finds the handler, and replies with
 * what the handler returned: there is no way to forget the reply. A request is
 * copied out of the UTCB before its handler runs, so handlers may call others,
 * print, and wait for interrupts (l4/interrupt.h) meanwhile.
 *
 *	static const struct l4_handler handlers[] = {
 *		L4_HANDLER(hello_add, add),
 *	};
 *
 *	l4_serve(&(struct l4_server){ .handlers = handlers, .count = ARRAY_SIZE(handlers) });
 *
 * A server that accepts memory or capabilities opens a receive window first:
 * l4_window(). Whatever a request brings arrives there, so a handler that wants
 * to keep it moves it to a place of its client's (l4_keep); the rest is unmapped
 * when the handler returns.
 */
#ifndef L4_SERVE_H
#define L4_SERVE_H

#include <stdbool.h>
#include <l4/clients.h>
#include <l4/message.h>

/* What the kernel says of a fault that is no page fault (l4/ipc.h). */
struct l4_exception {
	unsigned int protocol;		/* L4_PROTO_EXCEPTION, L4_PROTO_IO_FAULT, L4_PROTO_VCPU_DEAD */
	l4_word_t mr[L4_MSG_REGS];
	struct l4_thread_regs regs;	/* not of an IO_FAULT */
};

struct l4_server {
	const struct l4_handler *handlers;
	unsigned int count;
	/* An interrupt bound to this thread; it acknowledges it. NULL: ignored. */
	void (*interrupt)(l4_word_t label);
	/*
	 * A page fault of a thread whose pager this is: 0, with an item in the
	 * reply (or without: try again), or an error: the thread never goes on.
	 */
	long (*fault)(struct l4_request *request, l4_word_t address, l4_word_t rights);
	/*
	 * A request for memory in sigma0's words (l4/sigma0.h), mr[0] to mr[2]: 0,
	 * with an item in the reply and *result as its mr1, or an error.
	 */
	long (*memory)(struct l4_request *request, const l4_word_t *mr, l4_word_t *result);
	/*
	 * Another fault of such a thread, or of one whose handler this is: 0, and it
	 * goes on (after an exception with the registers that *exception has then),
	 * or an error: it never goes on.
	 */
	long (*exception)(l4_word_t client, struct l4_exception *exception);
	/*
	 * An item of the reply could not be mapped: the memory is not here any more, or
	 * by quota. Part of it may be there: unmap it before it goes to another one.
	 */
	void (*refused)(const struct l4_request *request, long error);
	/*
	 * The client of that number (l4/clients.h) has died, or was started afresh: what
	 * is kept for it can go. Between two requests, and before the next life's first.
	 */
	void (*gone)(unsigned int client);
};

void l4_serve(const struct l4_server *server) __attribute__((noreturn));

/*
 * One step of it, for loops of one's own: *msg, as received, becomes the reply
 * to be sent (always: also to what no handler knows).
 */
void l4_dispatch(const struct l4_handler *handlers, unsigned int count, struct l4_msg *msg,
		 struct l4_request *request);

/* Add an item to the reply; `where' is the hot spot (l4/ipc.h). */
static inline void l4_reply_item(struct l4_request *request, l4_word_t fpage, l4_word_t where)
{
	if (request->reply_items < L4_MSG_ITEMS)
		request->reply_item[request->reply_items++] = (struct l4_item){ fpage, where };
}

/* A flexpage of memory, or of capability slots, where clients may map to; for this thread. */
static inline void l4_window(l4_word_t fpage)
{
	l4_utcb()->window[l4_fpage_type(fpage)] = fpage;
}

/* In microseconds: how long a client whose memory is not there holds up the loop, unless said. */
#define L4_STRING_PATIENCE	1000000UL

/*
 * How long the strings of one message, sent or received by this thread, may take in
 * all, as a timeout; 0: L4_STRING_PATIENCE. There is no `for ever': one client would
 * hold up all others.
 */
static inline void l4_string_patience(l4_word_t patience)
{
	l4_utcb()->string_timeout = patience ? patience : l4_timeout_us(L4_STRING_PATIENCE);
}

/* Where the string of a request may go, and how long it may take (see above); for this thread. */
static inline void l4_accept_string(void *buffer, l4_word_t size, l4_word_t patience)
{
	l4_utcb()->string[0] = (struct l4_buffer){ (l4_word_t)buffer, size };
	l4_string_patience(patience);
}

/* The string that came with a request: its length, 0 if there is none. */
static inline size_t l4_request_string(const struct l4_request *request, const void **text)
{
	return l4_find_string(request->item, request->items, text);
}

/*
 * Copied when the reply is sent, so it must be there after the handler's return. Who
 * has not said how long it may take gets L4_STRING_PATIENCE.
 */
static inline void l4_reply_string(struct l4_request *request, const void *text, size_t size)
{
	if (!l4_utcb()->string_timeout)
		l4_string_patience(0);
	l4_reply_item(request, l4_string(size), (l4_word_t)text);
}

/*
 * Move what arrived in that window to another place (an address, or slot << 12),
 * in place of what was there. -L4_EFAULT: nothing did, or a capability without R.
 */
long l4_keep(l4_word_t window, l4_word_t where);

static inline void l4_reply_cap(struct l4_request *request, l4_cap_t cap, l4_word_t rights)
{
	l4_reply_item(request, l4_fpage_cap(cap, 0, rights), 0);
}

#endif
