/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Typed messages. Client and server share a header that names each operation
 * of a service, with the struct that asks and the struct that answers:
 *
 *	struct hello_add { l4_word_t a, b; };
 *	struct hello_add_reply { l4_word_t sum; };
 *	L4_OPERATION(hello_add, HELLO_PROTOCOL, 1);
 *
 * The client then has the function hello_add_call(server, &request, &reply);
 * the server hands L4_HANDLER(hello_add, function) to l4_serve (l4/serve.h).
 * Both sides are checked by the compiler, and the sizes, too; on the wire each
 * message is checked once more by its receiver, who trusts nobody.
 *
 * On the wire: the tag's protocol says which service, its user bits which
 * operation; the struct lies in the message words. In the reply the user bits
 * are 0 or the error's number (positive), with the struct only if they are 0.
 */
#ifndef L4_MESSAGE_H
#define L4_MESSAGE_H

#ifdef __KERNEL__
#include <linux/types.h>	/* Linux's arch/l4 */
#else
#include <stddef.h>
#endif
#include <l4/calls.h>

#define L4_MESSAGE_BYTES	(L4_MSG_WORDS * sizeof(l4_word_t))
#define L4_PROTOCOL_OWN		0x100	/* protocols from here on are free for servers of one's own */

/* Flexpages and strings that travel with a request, and room for those of the reply. */
struct l4_transfer {
	unsigned int send;		/* in: how many of item[] go with the request */
	unsigned int received;		/* out: how many came with the reply */
	l4_word_t window;		/* in: flexpage where items of its type may go, or L4_FPAGE_NONE */
	struct l4_buffer buffer;	/* in: where a string may go */
	struct l4_item item[L4_MSG_ITEMS];	/* in: to send; out: as received */
};

/* The length of the string among `count' items received, and where it is; 0: there is none. */
size_t l4_find_string(const struct l4_item *item, unsigned int count, const void **text);

/* What a handler learns of a request beside its struct, and may add to its reply. */
struct l4_request {
	l4_word_t client;		/* label of the gate it came through */
	unsigned int items;		/* how many arrived */
	unsigned int reply_items;
	struct l4_item item[L4_MSG_ITEMS];
	struct l4_item reply_item[L4_MSG_ITEMS];
};

/*
 * A handler returns 0, with *reply filled in (it is zero before), or -L4_E*; the
 * client is told -L4_EINVAL for what is neither.
 */
struct l4_handler {
	l4_word_t id;
	size_t request_size;
	size_t reply_size;
	long (*dispatch)(void (*function)(void), struct l4_request *request, const void *in,
			 void *out);
	void (*function)(void);
};

/*
 * message.c: what op_call and op_transfer do. Returns 0, the error of the IPC
 * or the one that the server replied; -L4_EINVAL: the reply is too short.
 */
long l4_call(l4_cap_t server, l4_word_t id, const void *in, size_t in_size, void *out,
	     size_t out_size, struct l4_transfer *transfer);

/* In the tag: what identifies an operation. */
#define L4_OPERATION_ID(protocol, number) \
	((l4_word_t)(protocol) << L4_TAG_PROTO_SHIFT | (l4_word_t)(number) << L4_TAG_USER_SHIFT)

#define L4_OPERATION(op, protocol, number) \
_Static_assert(sizeof(struct op) <= L4_MESSAGE_BYTES, #op ": the request fits a message"); \
_Static_assert(sizeof(struct op##_reply) <= L4_MESSAGE_BYTES, #op ": the reply fits a message"); \
enum { op##_id = L4_OPERATION_ID(protocol, number) }; \
typedef long (*op##_function)(struct l4_request *request, const struct op *in, \
			      struct op##_reply *out); \
static inline long op##_transfer(l4_cap_t server, const struct op *in, struct op##_reply *out, \
				 struct l4_transfer *transfer) \
{ \
	return l4_call(server, op##_id, in, sizeof(*in), out, sizeof(*out), transfer); \
} \
static inline long op##_call(l4_cap_t server, const struct op *in, struct op##_reply *out) \
{ \
	return op##_transfer(server, in, out, NULL); \
} \
static inline long op##_dispatch(void (*function)(void), struct l4_request *request, \
				 const void *in, void *out) \
{ \
	return ((op##_function)function)(request, in, out); \
} \
struct op

/* The conditional makes the compiler compare the function's type with the operation's. */
#define L4_HANDLER(op, handler) \
	{ op##_id, sizeof(struct op), sizeof(struct op##_reply), op##_dispatch, \
	  (void (*)(void))(1 ? (handler) : (op##_function)NULL) }

/* message.c: bytes to and from the message words, in *msg and the thread's UTCB */
void l4_message_put(struct l4_msg *msg, const void *from, size_t size);
void l4_message_get(const struct l4_msg *msg, void *to, size_t size);

static inline unsigned int l4_message_words(size_t size)
{
	return (size + sizeof(l4_word_t) - 1) / sizeof(l4_word_t);
}

/* The error that a reply carries: 0 or negative. */
static inline long l4_tag_error(l4_word_t tag)
{
	return -(long)(tag >> L4_TAG_USER_SHIFT & 0xffff);
}

#endif
