/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server's loop. What the UTCB holds of a request is copied before its
 * handler runs, and the reply is put there only after it has returned.
 */
#include <l4/interrupt.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>

#define ID_MASK	(0xffffUL << L4_TAG_PROTO_SHIFT | ~0UL << L4_TAG_USER_SHIFT)

#define WATCH_LABEL	~0UL		/* of the interrupt that tells of a client's death */

/* What one loop knows of its clients: the labels by which they have called. */
struct clients {
	long watch;			/* the interrupt's slot, or an error: nobody tells */
	l4_word_t label[L4_CLIENTS];
};

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

/* What a handler must not return would be no error on the wire, or another one. */
static long checked(long error)
{
	return error > 0 || error < -0xffff ? -L4_EINVAL : error;
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
			error = checked(handler->dispatch(handler->function, request, in, out));
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
		error = checked(server->memory(request, msg->mr, &result));
	if (error)
		request->reply_items = 0;
	*msg = (struct l4_msg){
		.tag = l4_tag(2, request->reply_items, 0),
		.mr = { error, result },
	};
	put_items(request);
}

static bool serve_exception(const struct l4_server *server, struct l4_msg *msg,
			    struct l4_request *request)
{
	struct l4_exception exception = { .protocol = l4_tag_proto(msg->tag) };
	bool has_registers = l4_tag_words(msg->tag) >= L4_MSG_REGS + L4_REGS_WORDS;

	begin_request(request, msg);
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

/* Ask to be told of deaths. Some parents do not tell. */
static void begin_clients(const struct l4_server *server, struct clients *clients)
{
	*clients = (struct clients){ .watch = -L4_ENOCAP };
	if (server->gone)
		clients->watch = l4_watch();
	if (clients->watch >= 0)
		l4_irq_attach(clients->watch, 0, WATCH_LABEL);
}

static void client_gone(const struct l4_server *server, struct clients *clients,
			unsigned int client)
{
	clients->label[client] = 0;
	server->gone(client);
}

/* A request: its sender's predecessor is gone, if nobody has told so yet. */
static void meet_client(const struct l4_server *server, struct clients *clients, l4_word_t label)
{
	unsigned int client = l4_client(label);

	if (!server->gone || client >= L4_CLIENTS)
		return;
	if (clients->label[client] && clients->label[client] != label)
		client_gone(server, clients, client);
	clients->label[client] = label;
}

/* Acknowledged first: who dies from now on raises it again. */
static void check_clients(const struct l4_server *server, struct clients *clients)
{
	struct parent_clients_reply now;

	l4_irq_ack(clients->watch);
	if (parent_clients_call(L4_CAP_PARENT, &(struct parent_clients){ }, &now))
		return;
	for (unsigned int i = 0; i < L4_CLIENTS; i++) {
		if (clients->label[i] && clients->label[i] != now.label[i])
			client_gone(server, clients, i);
	}
}

static void serve_interrupt(const struct l4_server *server, struct clients *clients,
			    l4_word_t label)
{
	if (clients->watch >= 0 && label == WATCH_LABEL)
		check_clients(server, clients);
	else if (server->interrupt)
		server->interrupt(label);
}

/* Whether *msg is now a reply to be sent. */
static bool serve_one(const struct l4_server *server, struct clients *clients, struct l4_msg *msg,
		      struct l4_request *request)
{
	switch (l4_tag_proto(msg->tag)) {
	case L4_PROTO_IRQ:
		serve_interrupt(server, clients, msg->label);
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
		return serve_exception(server, msg, request);
	case L4_PROTO_SIGMA0:
		meet_client(server, clients, msg->label);
		serve_memory(server, msg, request);
		return true;
	default:
		meet_client(server, clients, msg->label);
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

/*
 * Where it matters what became of the reply, it goes alone: an error of a call that
 * also waits for the next message does not say whether it is the reply's.
 */
static long reply_and_wait(const struct l4_server *server, struct l4_msg *msg,
			   const struct l4_request *request)
{
	long error;

	if (!request->reply_items || !server->refused)
		return l4_ipc_reply_wait(msg);
	error = l4_ipc_reply(msg);
	if (error)
		server->refused(request, error);
	*msg = (struct l4_msg){ 0 };
	return l4_ipc_recv(msg);
}

void l4_serve(const struct l4_server *server)
{
	struct l4_request request = { 0 };
	struct clients clients;
	struct l4_msg msg;
	long error;

	begin_clients(server, &clients);
	msg = (struct l4_msg){ 0 };
	error = l4_ipc_recv(&msg);
	for (;;) {
		if (!error && serve_one(server, &clients, &msg, &request)) {
			empty_windows();
			error = reply_and_wait(server, &msg, &request);
			continue;
		}
		msg = (struct l4_msg){ 0 };
		error = l4_ipc_recv(&msg);
	}
}
