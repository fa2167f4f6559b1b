/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What servers ask of roottask: l4/parent.h, and memory, ports and devices in
 * sigma0's words. request->client is the number of who asks; the boot script tells
 * what it is granted. Instances of Linux ask for servers in the same words, and for
 * all else in those of l4/instance.h.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>

#include "roottask.h"

static long print(struct l4_request *request, const struct parent_print *in,
		  struct parent_print_reply *reply)
{
	(void)reply;
	if (in->length > L4_PARENT_TEXT)
		return -L4_EINVAL;
	report_text(request->client, in->text, in->length);
	return 0;
}

static long end(struct l4_request *request, const struct parent_end *in,
		struct parent_end_reply *reply)
{
	unsigned int number = request->client;

	(void)reply;
	if (!in->status) {
		server_stop(number);
		return 0;
	}
	report("server %s has ended with status %ld.", script.instance[number].name, in->status);
	server_failed(number);
	return 0;
}

/* A name in a message need not have an end. */
static void get_name(char to[SCRIPT_NAME], const char from[L4_NAME_MAX])
{
	memset(to, 0, SCRIPT_NAME);
	memcpy(to, from, l4_min(L4_NAME_MAX, SCRIPT_NAME) - 1);
}

/* The number of the server with that name, if the list has it. */
static long find(const struct script_names *names, const char name[L4_NAME_MAX])
{
	char copy[SCRIPT_NAME];

	get_name(copy, name);
	return script_names_have(names, copy) ? script_find_server(&script, copy) : -L4_ERIGHTS;
}

static long connect(struct l4_request *request, const struct parent_connect *in,
		    struct parent_connect_reply *reply)
{
	long other = find(&script.instance[request->client].use, in->name);
	l4_cap_t gate;
	long error = other < 0 ? other : server_connect(other, request->client, &gate);

	(void)reply;
	if (!error)
		l4_reply_cap(request, gate, L4_RIGHT_W);
	return error;
}

static long irq(struct l4_request *request, const struct parent_irq *in,
		struct parent_irq_reply *reply)
{
	l4_cap_t object = group_slot(request->client, GROUP_IRQ + in->number);
	long error;

	(void)reply;
	if (in->number >= L4_INSTANCE_IRQS ||
	    !(script.instance[request->client].irqs >> in->number & 1))
		return -L4_ERIGHTS;
	error = l4_irq_create(object, L4_CAP_SYSTEM, in->number);
	if (!error)
		l4_reply_cap(request, object, L4_RIGHT_X | L4_RIGHT_W);
	return error;
}

static long msi(struct l4_request *request, const struct parent_msi *in,
		struct parent_msi_reply *reply)
{
	l4_cap_t object;
	long error = server_msi(request->client, &object);

	(void)in, (void)reply;
	if (!error)
		l4_reply_cap(request, object, L4_RIGHT_X | L4_RIGHT_W);
	return error;
}

static long restart(struct l4_request *request, const struct parent_restart *in,
		    struct parent_restart_reply *reply)
{
	long other = find(&script.instance[request->client].control, in->name);

	(void)reply;
	if (other < 0)
		return other;
	if (life_is_on(other))
		server_stop(other);
	return server_start(other);
}

static long watch(struct l4_request *request, const struct parent_watch *in,
		  struct parent_watch_reply *reply)
{
	l4_cap_t object;
	long error = server_watch(request->client, &object);

	(void)in, (void)reply;
	if (!error)
		l4_reply_cap(request, object, L4_RIGHT_X | L4_RIGHT_W);
	return error;
}

static long clients(struct l4_request *request, const struct parent_clients *in,
		    struct parent_clients_reply *reply)
{
	(void)in;
	for (unsigned int i = 0; i < script.count; i++) {
		if (server_knows(request->client, i))
			reply->label[i] = server_label(i);
	}
	return 0;
}

static long client_name(struct l4_request *request, const struct parent_client_name *in,
			struct parent_client_name_reply *reply)
{
	unsigned int client = l4_client(in->label);

	if (client >= script.count || !server_knows(request->client, client) ||
	    in->label != server_label(client))
		return -L4_EDEAD;
	snprintf(reply->name, sizeof(reply->name), "%s", script.instance[client].name);
	return 0;
}

static long date(struct l4_request *request, const struct parent_date *in,
		 struct parent_date_reply *reply)
{
	(void)request, (void)in;
	reply->seconds = clock_read();
	return 0;
}

static long find_module(struct l4_request *request, const char name[L4_NAME_MAX],
			const struct l4_module **module)
{
	char copy[SCRIPT_NAME];

	get_name(copy, name);
	if (!script_names_have(&script.instance[request->client].modules, copy))
		return -L4_ERIGHTS;
	*module = module_find(copy);
	return *module && module_content(*module) ? 0 : -L4_ENOCAP;
}

static long module_size(struct l4_request *request, const struct parent_module_size *in,
			struct parent_module_size_reply *reply)
{
	const struct l4_module *module;
	long error = find_module(request, in->name, &module);

	if (!error)
		reply->size = module->size;
	return error;
}

static long module(struct l4_request *request, const struct parent_module *in,
		   struct parent_module_reply *reply)
{
	const struct l4_module *module;
	l4_word_t physical;
	unsigned int order;
	long error = find_module(request, in->name, &module);

	if (error)
		return error;
	order = l4_pages_order(module->size);
	if (server_take(request->client, order, &physical))
		return -L4_ENOMEM;
	reply->size = module->size;
	memcpy(memory_at(physical), module_content(module), module->size);
	memset((char *)memory_at(physical) + module->size, 0, (1UL << order) - module->size);
	l4_reply_item(request, l4_fpage_mem((l4_word_t)memory_at(physical), order, L4_RIGHT_R), 0);
	return 0;
}

static long pci_read(struct l4_request *request, const struct parent_pci_read *in,
		     struct parent_pci_read_reply *reply)
{
	return pci_function_read(request->client, in->reg, &reply->value);
}

static long pci_write(struct l4_request *request, const struct parent_pci_write *in,
		      struct parent_pci_write_reply *reply)
{
	(void)reply;
	return pci_function_write(request->client, in->reg, in->value);
}

/* What instances may ask comes first. */
#define INSTANCE_HANDLERS	1

static const struct l4_handler handlers[] = {
	L4_HANDLER(parent_connect, connect),
	L4_HANDLER(parent_print, print),
	L4_HANDLER(parent_end, end),
	L4_HANDLER(parent_irq, irq),
	L4_HANDLER(parent_msi, msi),
	L4_HANDLER(parent_restart, restart),
	L4_HANDLER(parent_watch, watch),
	L4_HANDLER(parent_clients, clients),
	L4_HANDLER(parent_client_name, client_name),
	L4_HANDLER(parent_date, date),
	L4_HANDLER(parent_module_size, module_size),
	L4_HANDLER(parent_module, module),
	L4_HANDLER(parent_pci_read, pci_read),
	L4_HANDLER(parent_pci_write, pci_write),
};

/* What l4/sigma0.h offers, within what the boot script grants. */
static long give(unsigned int number, const struct l4_msg *msg, struct l4_item *item,
		 l4_word_t *result)
{
	const struct script_instance *server = &script.instance[number];
	l4_word_t order = msg->mr[0] == L4_SIGMA0_MEM ? msg->mr[1] : msg->mr[2];
	l4_word_t port = msg->mr[1];
	long error;

	switch (msg->mr[0]) {
	case L4_SIGMA0_MEM:
		if (order < L4_PAGE_SHIFT || order > 40)
			return -L4_EINVAL;
		error = server_take(number, order, result);
		item->what = l4_fpage_mem((l4_word_t)memory_at(*result), order, L4_RIGHTS_ALL);
		item->where = *result;
		return error;
	case L4_SIGMA0_DEVICE:
		*result = msg->mr[1];
		return device_request(server, msg->mr[1], order, item);
	case L4_SIGMA0_IO:
		if (order > 16 || port > 0xffff || (port & ((1UL << order) - 1)))
			return -L4_EINVAL;
		if (!ranges_grant(&server->ports, port, port + (1UL << order) - 1))
			return -L4_ERIGHTS;
		*result = port;
		*item = (struct l4_item){ l4_fpage_io(port, order, L4_RIGHTS_ALL), port << 12 };
		return 0;
	case L4_SIGMA0_FREE_BYTES:
		*result = server_free_bytes(number);
		return 0;
	}
	return -L4_EINVAL;
}

void parent_request(unsigned int number, struct l4_msg *msg)
{
	struct l4_item item = { 0 };
	struct l4_request request;
	l4_word_t result = 0;
	long error;

	if (l4_tag_proto(msg->tag) != L4_PROTO_SIGMA0) {
		l4_dispatch(handlers, script.instance[number].is_server ? ARRAY_SIZE(handlers) :
			    INSTANCE_HANDLERS, msg, &request);
		return;
	}
	error = give(number, msg, &item, &result);
	l4_utcb()->item[0] = item;
	*msg = (struct l4_msg){ .tag = l4_tag(2, !error && item.what, 0), .mr = { error, result } };
}
