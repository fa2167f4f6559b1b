/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers, strings and more out of a message of 9P (l4/p9.h), and into one. What does not fit makes
 * the message bad, and that is looked at once, at the end: all that comes out of a bad message is 0.
 */
#ifndef L4_P9_MESSAGE_H
#define L4_P9_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <l4/server.h>

struct p9_message {
	unsigned char *at, *end;
	bool bad;
};

struct p9_name {
	const char *text;		/* in the message; without a final 0 */
	uint32_t length;
};

/* The next `size' bytes, of the message; NULL: there are not so many. */
static inline unsigned char *p9_bytes(struct p9_message *message, uint32_t size)
{
	unsigned char *at = message->at;

	if (message->bad || size > (size_t)(message->end - at)) {
		message->bad = true;
		return NULL;
	}
	message->at += size;
	return at;
}

static inline uint64_t p9_get(struct p9_message *message, unsigned int size)
{
	const unsigned char *from = p9_bytes(message, size);
	uint64_t value = 0;

	if (from)
		memcpy(&value, from, size);
	return value;
}

static inline void p9_put(struct p9_message *message, unsigned int size, uint64_t value)
{
	unsigned char *to = p9_bytes(message, size);

	if (to)
		memcpy(to, &value, size);
}

static inline struct p9_name p9_get_name(struct p9_message *message)
{
	uint32_t length = p9_get(message, 2);
	const unsigned char *text = p9_bytes(message, length);

	return text ? (struct p9_name){ (const char *)text, length } : (struct p9_name){ "", 0 };
}

static inline void p9_put_name(struct p9_message *message, const char *text, size_t length)
{
	unsigned char *to;

	if (length > 0xffff)
		message->bad = true;
	p9_put(message, 2, length);
	to = p9_bytes(message, length);
	if (to)
		memcpy(to, text, length);
}

#endif
