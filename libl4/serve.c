/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server's loop. What the UTCB holds of a request is copied before its
 * handler runs, and the reply is put there only after it has returned.
 */
#include <l4/serve.h>
#include <l4/server.h>

#define ID_MASK	(0xffffUL << L4_TAG_PROTO_SHIFT | ~0UL << L4_TAG_USER_SHIFT)

static const struct l4_handler *find(const struct l4_handler *handlers, unsigned int count,
				     l4_word_t tag)
{
	for (unsigned int i = 0; i < count; i++) {
		if (handlers[i].id == (tag & ID_MASK))
			return &handlers[i];
	}
	return NULL;
}

static void begin_request(struct l4_request *request, const struct l4_msg *msg)
{
	request->client = msg->label;
	request->items = l4_tag_items(msg->tag);
	request->reply_items = 0;
	memcpy(request->item, l4_utcb()->item, request->items * sizeof(request->item[0]));
}

static void put_items(const struct l4_request *request)
{
	memcpy(l4_utcb()->item, request->reply_item,
	       request->reply_items * sizeof(request->reply_item[0]));
}

void l4_dispatch(const struct l4_handler *handlers, unsigned int count, struct l4_msg *msg,
		 struct l4_request *request)
{
	const struct l4_handler *handler = find(handlers, count, msg->tag);
	l4_word_t in[L4_MSG_WORDS], out[L4_MSG_WORDS];
	long error = -L4_ENOSYS;

	begin_request(request, msg);
	if (handler) {
		l4_message_get(msg, in, handler->request_size);
		memset(out, 0, handler->reply_size);
		error = -L4_EINVAL;
		if (l4_tag_words(msg->tag) >= l4_message_words(handler->request_size))
			error = handler->dispatch(handler->function, request, in, out);
	}
	if (error) {
		request->reply_items = 0;
		*msg = (struct l4_msg){ .tag = (l4_word_t)-error << L4_TAG_USER_SHIFT };
		return;
	}
	*msg = (struct l4_msg){
		.tag = l4_tag(l4_message_words(handler->reply_size), request->reply_items, 0),
	};
	l4_message_put(msg, out, handler->reply_size);
	put_items(request);
}

static void serve_memory(const struct l4_server *server, struct l4_msg *msg,
			 struct l4_request *request)
{
	l4_word_t result = 0;
	long error = -L4_EINVAL;

	begin_request(request, msg);
	if (server->memory && l4_tag_words(msg->tag) >= 3)
		error = server->memory(request, msg->mr, &result);
	if (error)
		request->reply_items = 0;
	*msg = (struct l4_msg){
		.tag = l4_tag(2, request->reply_items, 0),
		.mr = { error, result },
	};
	put_items(request);
}

static bool serve_exception(const struct l4_server *server, struct l4_msg *msg)
{
	struct l4_exception exception = { .protocol = l4_tag_proto(msg->tag) };
	bool has_registers = l4_tag_words(msg->tag) >= L4_MSG_REGS + L4_REGS_WORDS;

	memcpy(exception.mr, msg->mr, sizeof(exception.mr));
	if (has_registers)
		exception.regs = *l4_utcb_regs(l4_utcb());
	if (!server->exception || server->exception(msg->label, &exception))
		return false;
	*msg = (struct l4_msg){ 0 };
	if (has_registers) {
		msg->tag = l4_tag(L4_MSG_REGS + L4_REGS_WORDS, 0, 0);
		*l4_utcb_regs(l4_utcb()) = exception.regs;
	}
	return true;
}

/* Whether *msg is now a reply to be sent. */
static bool serve_one(const struct l4_server *server, struct l4_msg *msg,
		      struct l4_request *request)
{
	switch (l4_tag_proto(msg->tag)) {
	case L4_PROTO_IRQ:
		if (server->interrupt)
			server->interrupt(msg->label);
		return false;
	case L4_PROTO_PAGE_FAULT:
		begin_request(request, msg);
		if (!server->fault ||
		    server->fault(request, msg->mr[0] & ~L4_RIGHTS_ALL, msg->mr[0] & L4_RIGHTS_ALL))
			return false;
		msg->tag = l4_tag(0, request->reply_items, 0);
		put_items(request);
		return true;
	case L4_PROTO_EXCEPTION:
	case L4_PROTO_IO_FAULT:
	case L4_PROTO_VCPU_DEAD:
		return serve_exception(server, msg);
	case L4_PROTO_SIGMA0:
		serve_memory(server, msg, request);
		return true;
	default:
		l4_dispatch(server->handlers, server->count, msg, request);
		return true;
	}
}

long l4_keep(l4_word_t window, l4_word_t where)
{
	l4_word_t base = window & ~(L4_PAGE_SIZE - 1);
	long result;

	l4_unmap((window - base + where) | L4_RIGHTS_ALL, L4_UNMAP_SELF);
	result = l4_map(L4_CAP_TASK, window | L4_RIGHTS_ALL | L4_FPAGE_GRANT, where);
	return result < 0 ? result : 0;
}

/* What a handler has not moved elsewhere goes, so that the windows are empty for the next. */
static void empty_windows(void)
{
	const struct l4_utcb *utcb = l4_utcb();

	for (unsigned int type = 0; type < ARRAY_SIZE(utcb->window); type++) {
		if (utcb->window[type])
			l4_unmap(utcb->window[type] | L4_RIGHTS_ALL, L4_UNMAP_SELF);
	}
}

void l4_serve(const struct l4_server *server)
{
	struct l4_request request;
	struct l4_msg msg;
	long error;

	msg = (struct l4_msg){ 0 };
	error = l4_ipc_recv(&msg);
	for (;;) {
		if (!error && serve_one(server, &msg, &request)) {
			empty_windows();
			error = l4_ipc_reply_wait(&msg);
			if (!error)
				continue;
			/* The reply has failed, so nothing was received. */
			if (request.reply_items && server->refused)
				server->refused(&request, error);
		}
		msg = (struct l4_msg){ 0 };
		error = l4_ipc_recv(&msg);
	}
}
