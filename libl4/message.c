/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client's side of typed messages, and the copying of structs to and from
 * message words.
 */
#include <l4/message.h>
#include <l4/server.h>

#include "openings.h"

void l4_message_put(struct l4_msg *msg, const void *from, size_t size)
{
	size_t in_registers = l4_min(size, sizeof(msg->mr));

	/* The last word may have more bytes than the struct: they are not to be what was there before. */
	if (size > in_registers)
		l4_utcb()->mr[l4_message_words(size) - 1] = 0;
	else if (size % sizeof(l4_word_t))
		msg->mr[l4_message_words(size) - 1] = 0;
	memcpy(msg->mr, from, in_registers);
	memcpy(&l4_utcb()->mr[L4_MSG_REGS], (const char *)from + in_registers, size - in_registers);
}

void l4_message_get(const struct l4_msg *msg, void *to, size_t size)
{
	size_t in_registers = l4_min(size, sizeof(msg->mr));

	memcpy(to, msg->mr, in_registers);
	memcpy((char *)to + in_registers, &l4_utcb()->mr[L4_MSG_REGS], size - in_registers);
}

static void prepare(struct l4_utcb *utcb, const struct l4_transfer *transfer)
{
	memcpy(utcb->item, transfer->item, transfer->send * sizeof(utcb->item[0]));
	if (transfer->window)
		utcb->window[l4_fpage_type(transfer->window)] = transfer->window;
	utcb->string[0] = transfer->buffer;
}

static long call(l4_cap_t server, struct l4_msg *msg, struct l4_transfer *transfer)
{
	struct l4_utcb *utcb = l4_utcb();
	struct openings openings;
	long error;

	openings_close(utcb, &openings);
	if (transfer) {
		msg->tag |= l4_tag(0, transfer->send, 0);
		prepare(utcb, transfer);
	}
	error = l4_ipc_call(server, msg);
	openings_restore(utcb, &openings);
	if (transfer) {
		transfer->received = error ? 0 : l4_tag_items(msg->tag);
		memcpy(transfer->item, utcb->item, transfer->received * sizeof(utcb->item[0]));
	}
	return error ? error : l4_tag_error(msg->tag);
}

size_t l4_find_string(const struct l4_item *item, unsigned int count, const void **text)
{
	for (unsigned int i = 0; i < count; i++) {
		if (l4_fpage_type(item[i].what) == L4_ITEM_STRING) {
			*text = (const void *)item[i].where;
			return l4_string_length(item[i].what);
		}
	}
	*text = NULL;
	return 0;
}

long l4_call(l4_cap_t server, l4_word_t id, const void *in, size_t in_size, void *out,
	     size_t out_size, struct l4_transfer *transfer)
{
	struct l4_msg msg = { .tag = id | l4_tag(l4_message_words(in_size), 0, 0) };
	long error;

	if (transfer && transfer->send > L4_MSG_ITEMS)
		return -L4_EINVAL;
	l4_message_put(&msg, in, in_size);
	error = call(server, &msg, transfer);
	if (error)
		return error;
	if (l4_tag_words(msg.tag) < l4_message_words(out_size))
		return -L4_EINVAL;
	l4_message_get(&msg, out, out_size);
	return 0;
}
