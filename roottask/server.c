/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Servers: programs that the boot script starts beside Linux, or without it.
 * server_prepare takes a server's memory, one block, once; server_start loads
 * its program there and starts it. The rest of the block, from its end down,
 * goes to the server as it asks: roottask speaks sigma0's protocol to it, and
 * l4/parent.h. A server that is killed leaves nothing behind: its memory, ports and
 * devices are taken back also from those to whom it has granted them. It starts in
 * the same block again; the gates to it that others have are dead then.
 *
 *	memory                                                   memory + size
 *	| image, stack, environment |  free  | blocks given to the server |
 *	                                     ^ given
 */
#include <l4/elf.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/task.h>

#include "roottask.h"

struct server {
	const struct script_instance *script;
	bool running;
	bool in_line;			/* what it has printed does not end with a newline */
	struct elf_image image;
	l4_word_t memory;		/* physical; a naturally aligned block */
	l4_word_t size;
	l4_word_t given;		/* from here to the end the server has it */
	unsigned int msis;		/* how many it has asked for */
};

static struct server servers[SCRIPT_INSTANCES];

static const void *program(const struct server *server, const struct l4_module **module)
{
	const char *name = server->script->kernel;
	const void *content;

	*module = module_find(name);
	if (!*module)
		fatal("server %s needs the boot module %s, which was not loaded.",
		      server->script->name, name);
	content = module_content(*module);
	if (!content)
		fatal("the boot module %s is empty or its memory is not to be had.", name);
	return content;
}

void server_prepare(unsigned int number)
{
	struct server *server = &servers[number];
	const struct l4_module *module;
	const void *file;
	const char *error;
	unsigned int order;

	server->script = &script.instance[number];
	file = program(server, &module);
	error = elf_parse(file, module->size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &server->image);
	if (error)
		fatal("the boot module %s %s.", server->script->kernel, error);
	order = l4_pages_order(server->script->memory);
	server->size = 1UL << order;
	if (l4_task_memory(&server->image) > server->size)
		fatal("server %s: too little memory: its program alone needs %lu KiB.",
		      server->script->name, l4_task_memory(&server->image) >> 10);
	if (!memory_take(order, &server->memory))
		fatal("server %s: too little memory: there is no block of %lu KiB.",
		      server->script->name, server->size >> 10);
}

static __attribute__((noreturn)) void stopped_with(const struct server *server, const char *what, long error)
{
	fatal("server %s: cannot %s: %s.", server->script->name, what, l4_error_text(error));
}

static struct l4_task task_of(unsigned int number)
{
	const struct server *server = &servers[number];

	return (struct l4_task){
		.task = group_slot(number, GROUP_TASK),
		.thread = group_slot(number, GROUP_THREAD),
		.parent = group_slot(number, GROUP_GATE),
		.pager = group_slot(number, GROUP_FAULT),
		.quota = server->script->quota & ~(L4_PAGE_SIZE - 1),
		.priority = server->script->priority,
		.name = server->script->name,
		.arguments = server->script->cmdline,
		.memory = memory_at(server->memory),
	};
}

void server_start(unsigned int number)
{
	struct server *server = &servers[number];
	struct l4_task task = task_of(number);
	const struct l4_module *module;
	const void *file = program(server, &module);
	long error;

	server->given = server->memory + server->size;
	server->in_line = false;
	server->msis = 0;
	error = l4_gate_create(task.parent, L4_CAP_THREAD, number);
	if (!error)
		error = l4_gate_create(task.pager, L4_CAP_THREAD, number | LABEL_FAULT);
	if (error)
		stopped_with(server, "make its gates", error);
	error = l4_task_load(&task, file, &server->image);
	if (error)
		stopped_with(server, "make its task", error);
	error = l4_task_run(&task);
	if (error)
		stopped_with(server, "start it", error);
	server->running = true;
}

static void server_stop(unsigned int number)
{
	struct l4_task task = task_of(number);

	servers[number].running = false;
	l4_task_kill(&task);
	delete_object(task.parent);
	delete_object(task.pager);
	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		if (servers[number].script->irqs >> irq & 1)
			delete_object(group_slot(number, GROUP_IRQ + irq));
	}
	for (unsigned int i = 0; i < servers[number].msis; i++)
		delete_object(group_slot(number, GROUP_MSI + i));
	l4_unmap_range((l4_word_t)memory_at(servers[number].memory), servers[number].size);
	ranges_take_back(servers[number].script);
}

static bool is_used(const char *name)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script_names_have(&script.instance[i].use, name))
			return true;
	}
	return false;
}

bool server_keeps_machine(unsigned int number)
{
	return servers[number].running && !is_used(servers[number].script->name);
}

static void server_failed(unsigned int number)
{
	server_stop(number);
	if (servers[number].script->restart_on_crash)
		server_start(number);
	else
		some_ended(true);
}

void server_fault(unsigned int number, const struct l4_msg *msg)
{
	const char *name = script.instance[number].name;

	if (!servers[number].running)
		return;
	if (l4_tag_proto(msg->tag) == L4_PROTO_PAGE_FAULT)
		printf("roottask: server %s has crashed: there is no memory at 0x%lx (rights %lu, ip 0x%lx).\n",
		       name, msg->mr[0] & ~L4_RIGHTS_ALL, msg->mr[0] & L4_RIGHTS_ALL, msg->mr[1]);
	else if (l4_tag_proto(msg->tag) == L4_PROTO_IO_FAULT)
		printf("roottask: server %s has crashed: it lacks the I/O ports from 0x%lx on (ip 0x%lx).\n",
		       name, l4_fpage_base(msg->mr[0]), msg->mr[1]);
	else
		printf("roottask: server %s has crashed: exception %lu (error code 0x%lx, ip 0x%lx, sp 0x%lx).\n",
		       name, msg->mr[0], msg->mr[1], msg->mr[2], msg->mr[3]);
	server_failed(number);
}

/* What l4/parent.h offers. request->client is the number of the server that asks. */
static long print(struct l4_request *request, const struct parent_print *in,
		  struct parent_print_reply *reply)
{
	struct server *server = &servers[request->client];
	char text[L4_PARENT_TEXT];

	(void)reply;
	if (in->length > L4_PARENT_TEXT)
		return -L4_EINVAL;
	for (l4_word_t at = 0, length; at < in->length; at += length) {
		length = 0;
		do {
			char c = in->text[at + length];

			text[length++] = c >= ' ' || c == '\n' || c == '\t' ? c : '?';
		} while (at + length < in->length && text[length - 1] != '\n');
		printf("%s%s%.*s", server->in_line ? "" : server->script->name,
		       server->in_line ? "" : ": ", (int)length, text);
		server->in_line = text[length - 1] != '\n';
	}
	return 0;
}

static long end(struct l4_request *request, const struct parent_end *in,
		struct parent_end_reply *reply)
{
	unsigned int number = request->client;

	(void)reply;
	if (!in->status) {
		server_stop(number);
		some_ended(false);
		return 0;
	}
	printf("roottask: server %s has ended with status %ld.\n", script.instance[number].name,
	       in->status);
	server_failed(number);
	return 0;
}

/* The number of the server with that name, if the list has it. */
static long find(const struct script_names *names, const char name[L4_NAME_MAX])
{
	char copy[SCRIPT_NAME] = { 0 };

	memcpy(copy, name, l4_min(L4_NAME_MAX, SCRIPT_NAME) - 1);
	return script_names_have(names, copy) ? script_find_server(&script, copy) : -L4_ERIGHTS;
}

static long connect(struct l4_request *request, const struct parent_connect *in,
		    struct parent_connect_reply *reply)
{
	long other = find(&script.instance[request->client].use, in->name);
	l4_cap_t gate;
	long error;

	(void)reply;
	if (other < 0)
		return other;
	if (!servers[other].running)
		return -L4_EDEAD;
	gate = group_slot(other, GROUP_CLIENT + request->client);
	delete_object(gate);
	error = l4_gate_create(gate, group_slot(other, GROUP_THREAD), request->client);
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
	struct server *server = &servers[request->client];
	l4_cap_t object = group_slot(request->client, GROUP_MSI + server->msis);
	long message;

	(void)in;
	if (server->msis == server->script->msis)
		return -L4_ERIGHTS;
	message = l4_irq_create(object, L4_CAP_SYSTEM, L4_IRQ_MSI);
	if (message < 0)
		return message;
	server->msis++;
	reply->address = message >> 16;
	reply->data = message & 0xffff;
	l4_reply_cap(request, object, L4_RIGHT_X | L4_RIGHT_W);
	return 0;
}

static long restart(struct l4_request *request, const struct parent_restart *in,
		    struct parent_restart_reply *reply)
{
	long other = find(&script.instance[request->client].control, in->name);

	(void)reply;
	if (other < 0)
		return other;
	if (servers[other].running)
		server_stop(other);
	server_start(other);
	return 0;
}

/* A block of the server's memory, or -L4_ENOMEM. */
static long take(struct server *server, unsigned int order, l4_word_t *physical)
{
	l4_word_t size = 1UL << order;
	l4_word_t used = server->memory + l4_task_memory(&server->image);

	if (size > server->size || ((server->given - size) & ~(size - 1)) < used)
		return -L4_ENOMEM;
	*physical = server->given = (server->given - size) & ~(size - 1);
	return 0;
}

static long module(struct l4_request *request, const struct parent_module *in,
		   struct parent_module_reply *reply)
{
	struct server *server = &servers[request->client];
	char name[SCRIPT_NAME] = { 0 };
	const struct l4_module *module;
	const void *content;
	l4_word_t physical;
	unsigned int order;

	memcpy(name, in->name, l4_min(L4_NAME_MAX, SCRIPT_NAME) - 1);
	if (!script_names_have(&server->script->modules, name))
		return -L4_ERIGHTS;
	module = module_find(name);
	content = module ? module_content(module) : NULL;
	if (!content)
		return -L4_ENOCAP;
	order = l4_pages_order(module->size);
	if (take(server, order, &physical))
		return -L4_ENOMEM;
	reply->size = module->size;
	memcpy(memory_at(physical), content, module->size);
	memset((char *)memory_at(physical) + module->size, 0, (1UL << order) - module->size);
	l4_reply_item(request, l4_fpage_mem((l4_word_t)memory_at(physical), order, L4_RIGHT_R), 0);
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(parent_print, print),
	L4_HANDLER(parent_end, end),
	L4_HANDLER(parent_connect, connect),
	L4_HANDLER(parent_irq, irq),
	L4_HANDLER(parent_msi, msi),
	L4_HANDLER(parent_restart, restart),
	L4_HANDLER(parent_module, module),
};

/* What l4/sigma0.h offers, within what the boot script grants. */
static long give(struct server *server, const struct l4_msg *msg, struct l4_item *item,
		 l4_word_t *result)
{
	l4_word_t order = msg->mr[0] == L4_SIGMA0_MEM ? msg->mr[1] : msg->mr[2];
	l4_word_t port = msg->mr[1];
	long error;

	switch (msg->mr[0]) {
	case L4_SIGMA0_MEM:
		if (order < L4_PAGE_SHIFT || order > 40)
			return -L4_EINVAL;
		error = take(server, order, result);
		item->what = l4_fpage_mem((l4_word_t)memory_at(*result), order, L4_RIGHTS_ALL);
		item->where = *result;
		return error;
	case L4_SIGMA0_DEVICE:
		*result = msg->mr[1];
		return device_request(server->script, msg->mr[1], order, item);
	case L4_SIGMA0_IO:
		if (order > 16 || port > 0xffff || (port & ((1UL << order) - 1)))
			return -L4_EINVAL;
		if (!ranges_grant(&server->script->ports, port, port + (1UL << order) - 1))
			return -L4_ERIGHTS;
		*result = port;
		*item = (struct l4_item){ l4_fpage_io(port, order, L4_RIGHTS_ALL), port << 12 };
		return 0;
	case L4_SIGMA0_FREE_BYTES:
		*result = server->given - server->memory - l4_task_memory(&server->image);
		return 0;
	}
	return -L4_EINVAL;
}

void server_request(unsigned int number, struct l4_msg *msg)
{
	struct l4_item item = { 0 };
	struct l4_request request;
	l4_word_t result = 0;
	long error;

	if (!servers[number].running) {
		msg->tag = 0;
		return;
	}
	if (l4_tag_proto(msg->tag) != L4_PROTO_SIGMA0) {
		l4_dispatch(handlers, ARRAY_SIZE(handlers), msg, &request);
		return;
	}
	error = give(&servers[number], msg, &item, &result);
	l4_utcb()->item[0] = item;
	*msg = (struct l4_msg){ .tag = l4_tag(2, !error && item.what, 0), .mr = { error, result } };
}
