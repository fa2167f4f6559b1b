/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Servers: programs that the boot script starts beside Linux, or without it.
 * server_prepare takes a server's memory, one block, once; server_start loads
 * its program there and starts it. The rest of the block, from its end down,
 * goes to the server as it asks (parent.c). A server that is killed leaves
 * nothing behind: its memory, ports and devices are taken back also from those to
 * whom it has granted them. It starts in the same block again; the gates to it that
 * others have are dead then, and stay so until they ask for another.
 *
 *	memory                                                   memory + size
 *	| image, stack, environment |  free  | blocks given to the server |
 *	                                     ^ given
 */
#include <l4/elf.h>
#include <l4/pages.h>
#include <l4/task.h>

#include "roottask.h"

struct server {
	const struct script_instance *script;
	const void *file;		/* its program, as the boot loader loaded it */
	struct elf_image image;
	l4_word_t memory;		/* physical; a naturally aligned block */
	l4_word_t size;
	l4_word_t given;		/* from here to the end the server has it */
	unsigned int msis;		/* how many it has asked for */
	l4_word_t clients;		/* bit n: the n-th of the script has a gate to it */
	l4_word_t dead_gates;		/* or has one to its life before: calls are told EDEAD */
	bool watches;			/* it hears when one of them dies */
	l4_word_t started;		/* at that time, in ticks of the TSC */
	unsigned int short_lives;	/* that failed one after the other */
};

/* One that fails at once, again and again, would have nobody else come to a word. */
#define SHORT_LIFE_MS	1000
#define SHORT_LIVES	20

static struct server servers[SCRIPT_INSTANCES];

static void find_program(struct server *server)
{
	const char *name = server->script->kernel;
	const struct l4_module *module = module_find(name);
	const char *error;

	if (!module)
		fatal("server %s needs the boot module %s, which was not loaded.",
		      server->script->name, name);
	server->file = module_content(module);
	if (!server->file)
		fatal("the boot module %s is empty or its memory is not to be had.", name);
	error = elf_parse(server->file, module->size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &server->image);
	if (error)
		fatal("the boot module %s %s.", name, error);
}

/* What is not there the server learns when it asks for it. */
static void hold_modules(const struct script_names *names)
{
	for (unsigned int i = 0; i < names->count; i++) {
		const struct l4_module *module = module_find(names->name[i]);

		if (module)
			module_content(module);
	}
}

void server_prepare(unsigned int number)
{
	struct server *server = &servers[number];
	unsigned int order;

	server->script = &script.instance[number];
	find_program(server);
	hold_modules(&server->script->modules);
	order = l4_pages_order(server->script->memory);
	server->size = 1UL << order;
	if (l4_task_memory(&server->image) > server->size)
		fatal("server %s: too little memory: its program alone needs %lu KiB.",
		      server->script->name, l4_task_memory(&server->image) >> 10);
	if (!memory_take(order, &server->memory))
		fatal("server %s: too little memory: there is no block of %lu KiB.",
		      server->script->name, server->size >> 10);
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
		.cpu = server->script->cpu,
		.name = server->script->name,
		.arguments = server->script->cmdline,
		.memory = memory_at(server->memory),
	};
}

/* Everything it has goes, whether it lives or could not be started. */
static void take_all(unsigned int number)
{
	struct server *server = &servers[number];
	struct l4_task task = task_of(number);

	l4_task_kill(&task);
	pci_silence(number);
	delete_object(task.parent);
	delete_object(task.pager);
	delete_object(group_slot(number, GROUP_WATCH));
	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		if (server->script->irqs >> irq & 1)
			delete_object(group_slot(number, GROUP_IRQ + irq));
	}
	for (unsigned int i = 0; i < server->msis; i++)
		delete_object(group_slot(number, GROUP_MSI + i));
	server->dead_gates |= server->clients;
	server->clients = 0;
	server->watches = false;
	server->msis = 0;
	l4_unmap_range((l4_word_t)memory_at(server->memory), server->size);
	ranges_take_back(server->script);
}

void server_client_gone(unsigned int number)
{
	for (unsigned int i = 0; i < script.count; i++) {
		struct server *server = &servers[i];
		l4_word_t bit = 1UL << number;

		if (!((server->clients | server->dead_gates) & bit))
			continue;
		delete_object(group_slot(i, GROUP_CLIENT + number));
		if (server->watches && (server->clients & bit))
			l4_irq_raise(group_slot(i, GROUP_WATCH));
		server->clients &= ~bit;
		server->dead_gates &= ~bit;
	}
}

void server_stop(unsigned int number)
{
	life_end(number);
	take_all(number);
	server_client_gone(number);
}

static long make_gates(unsigned int number, const struct l4_task *task)
{
	long error = l4_gate_create(task->parent, L4_CAP_THREAD, number);

	return error ? error : l4_gate_create(task->pager, L4_CAP_THREAD, number | LABEL_FAULT);
}

long server_start(unsigned int number)
{
	struct server *server = &servers[number];
	struct l4_task task = task_of(number);
	const char *what = "make its gates";
	long error = make_gates(number, &task);

	server->given = server->memory + server->size;
	if (!error) {
		what = "make its task";
		error = l4_task_load(&task, server->file, &server->image);
	}
	if (!error) {
		what = "start it";
		error = l4_task_run(&task);
	}
	if (error) {
		report("server %s: cannot %s: %s.", server->script->name, what, l4_error_text(error));
		take_all(number);
		life_failed();
		return error;
	}
	server->started = l4_rdtsc();
	life_begin(number);
	return 0;
}

static bool shall_restart(struct server *server)
{
	if (!server->script->restart_on_crash)
		return false;
	if (l4_rdtsc() - server->started < kip->tsc_khz * SHORT_LIFE_MS)
		server->short_lives++;
	else
		server->short_lives = 0;
	if (server->short_lives < SHORT_LIVES)
		return true;
	server->short_lives = 0;
	report("server %s is not started again: it has failed %u times, each within a second.",
	       server->script->name, SHORT_LIVES);
	return false;
}

void server_failed(unsigned int number)
{
	server_stop(number);
	if (shall_restart(&servers[number]))
		server_start(number);
	else
		life_failed();
}

void server_fault(unsigned int number, const struct l4_msg *msg)
{
	const char *name = script.instance[number].name;

	if (l4_tag_proto(msg->tag) == L4_PROTO_PAGE_FAULT)
		report("server %s has crashed: there is no memory at 0x%lx (rights %lu, ip 0x%lx).",
		       name, msg->mr[0] & ~L4_RIGHTS_ALL, msg->mr[0] & L4_RIGHTS_ALL, msg->mr[1]);
	else if (l4_tag_proto(msg->tag) == L4_PROTO_IO_FAULT)
		report("server %s has crashed: it lacks the I/O ports from 0x%lx on (ip 0x%lx).",
		       name, l4_fpage_base(msg->mr[0]), msg->mr[1]);
	else
		report("server %s has crashed: exception %lu (error code 0x%lx, ip 0x%lx, sp 0x%lx).",
		       name, msg->mr[0], msg->mr[1], msg->mr[2], msg->mr[3]);
	server_failed(number);
}

l4_word_t server_label(unsigned int client)
{
	return l4_client_label(client, life_number(client));
}

/* The same gate again for a client that asks twice: one that it has does not end. */
long server_connect(unsigned int number, unsigned int client, l4_cap_t *gate)
{
	struct server *server = &servers[number];
	l4_word_t bit = 1UL << client;
	long error;

	*gate = group_slot(number, GROUP_CLIENT + client);
	if (!life_is_on(number))
		return -L4_EDEAD;
	if (server->clients & bit)
		return 0;
	if (server->dead_gates & bit)
		delete_object(*gate);
	server->dead_gates &= ~bit;
	error = l4_gate_create(*gate, group_slot(number, GROUP_THREAD), server_label(client));
	if (!error)
		server->clients |= bit;
	return error;
}

long server_watch(unsigned int number, l4_cap_t *irq)
{
	struct server *server = &servers[number];
	long error = 0;

	*irq = group_slot(number, GROUP_WATCH);
	if (!server->watches)
		error = l4_irq_create(*irq, L4_CAP_NONE, L4_IRQ_SOFT);
	if (!error)
		server->watches = true;
	return error;
}

bool server_knows(unsigned int number, unsigned int client)
{
	return servers[number].clients >> client & 1;
}

long server_msi(unsigned int number, l4_cap_t *irq)
{
	struct server *server = &servers[number];
	long error;

	*irq = group_slot(number, GROUP_MSI + server->msis);
	if (server->msis == server->script->msis)
		return -L4_ERIGHTS;
	error = l4_irq_create(*irq, L4_CAP_SYSTEM, L4_IRQ_MSI);
	if (!error)
		server->msis++;
	return error;
}

static l4_word_t end_of_program(const struct server *server)
{
	return server->memory + l4_task_memory(&server->image);
}

/* A block of the server's memory, or -L4_ENOMEM. */
long server_take(unsigned int number, unsigned int order, l4_word_t *physical)
{
	struct server *server = &servers[number];
	l4_word_t size = 1UL << order;

	if (size > server->size ||
	    ((server->given - size) & ~(size - 1)) < end_of_program(server))
		return -L4_ENOMEM;
	*physical = server->given = (server->given - size) & ~(size - 1);
	return 0;
}

l4_word_t server_free_bytes(unsigned int number)
{
	return servers[number].given - end_of_program(&servers[number]);
}
