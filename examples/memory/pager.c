/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A pager. It starts its clients, tasks that run the program memory-client, and
 * is their parent; their heaps are filled page by page as they fault, with
 * memory of a memory server. What the pager has for a page of a client lies at
 * an address of its own, in a guarded region, because it may go at any time.
 * Programs and stacks are the pager's own memory, which nobody takes.
 */
#include <l4/elf.h>
#include <l4/guard.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/task.h>

#include "memory.h"

#define QUOTA		(128UL << 10)
#define ATTEMPTS	8
#define LABEL(n)	(L4_LABEL_OWN | (n))	/* of the clients' gates; the script's servers have others */

struct page {
	bool here;
	l4_word_t number;		/* the memory server's */
};

static struct client {
	struct l4_task task;
	struct page pages[HEAP_PAGES];
	struct memory_found found;
	bool stuck;
} clients[CLIENTS];

static l4_word_t region;
static l4_cap_t memory;

static l4_word_t page_address(unsigned int client, unsigned int page)
{
	return region + (client * HEAP_PAGES + page) * L4_PAGE_SIZE;
}

static void drop_page(struct page *page, l4_word_t address)
{
	struct memory_return request = { page->number };
	struct memory_return_reply reply;

	l4_unmap(l4_fpage_mem(address, L4_PAGE_SHIFT, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	page->here = false;
	memory_return_call(memory, &request, &reply);
}

/* Make the page be there, and clear: it may hold what another client wrote. */
static long fill_page(struct page *page, l4_word_t address)
{
	long error = -L4_ENOMEM;

	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		if (!page->here) {
			error = l4_memory_request(memory, L4_PAGE_SHIFT, address, &page->number);
			if (error)
				continue;
			page->here = true;
		}
		memset((void *)address, 0, L4_PAGE_SIZE);
		if (!l4_guard_lost())
			return 0;
		drop_page(page, address);
	}
	return error ? error : -L4_EFAULT;
}

static struct client *find_client(l4_word_t label)
{
	return label >= LABEL(0) && label < LABEL(CLIENTS) ? &clients[label - LABEL(0)] : NULL;
}

static long fault(struct l4_request *request, l4_word_t address, l4_word_t rights)
{
	struct client *client = find_client(request->client);
	l4_word_t page = (address - HEAP) / L4_PAGE_SIZE;
	l4_word_t at;
	long error = -L4_EFAULT;

	if (!client)
		return error;
	at = page_address(client - clients, page);
	if (address >= HEAP && page < HEAP_PAGES)
		error = fill_page(&client->pages[page], at);
	if (error) {
		client->stuck = true;
		printf("%s gets no memory at 0x%lx (rights %lu): %s\n", client->task.name, address,
		       rights, l4_error_text(error));
		return error;
	}
	l4_reply_item(request, l4_fpage_mem(at, L4_PAGE_SHIFT, L4_RIGHT_R | L4_RIGHT_W),
		      HEAP + page * L4_PAGE_SIZE);
	return 0;
}

static long exception(l4_word_t label, struct l4_exception *exception)
{
	struct client *client = find_client(label);

	if (client) {
		client->stuck = true;
		printf("%s has exception %lu at 0x%lx\n", client->task.name, exception->mr[0],
		       exception->mr[2]);
	}
	return -L4_EFAULT;
}

static long serve_print(struct l4_request *request, const struct parent_print *in,
			struct parent_print_reply *reply)
{
	struct client *client = find_client(request->client);

	(void)reply;
	if (!client || in->length > sizeof(in->text))
		return -L4_EINVAL;
	printf("%s: %.*s", client->task.name, (int)in->length, in->text);
	return 0;
}

static long serve_tell(struct l4_request *request, const struct memory_tell *in,
		       struct memory_tell_reply *reply)
{
	struct client *client = find_client(request->client);

	(void)reply;
	if (!client)
		return -L4_EINVAL;
	client->found = in->found;
	return 0;
}

static long serve_ask(struct l4_request *request, const struct memory_ask *in,
		      struct memory_ask_reply *reply)
{
	(void)request;
	if (in->client >= CLIENTS)
		return -L4_EINVAL;
	if (clients[in->client].stuck)
		return -L4_EDEAD;
	reply->found = clients[in->client].found;
	return 0;
}

/* From the clients, not from here: the next fault finds the page, and clears it. */
static long serve_take(struct l4_request *request, const struct memory_take *in,
		       struct memory_take_reply *reply)
{
	(void)request;
	for (unsigned int i = 0; i < CLIENTS * HEAP_PAGES && reply->taken < in->count; i++) {
		if (!clients[i / HEAP_PAGES].pages[i % HEAP_PAGES].here)
			continue;
		l4_unmap(l4_fpage_mem(region + i * L4_PAGE_SIZE, L4_PAGE_SHIFT, L4_RIGHTS_ALL), 0);
		reply->taken++;
	}
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(parent_print, serve_print),
	L4_HANDLER(memory_tell, serve_tell),
	L4_HANDLER(memory_ask, serve_ask),
	L4_HANDLER(memory_take, serve_take),
};

static long start_client(unsigned int n, const void *file, const struct elf_image *image)
{
	static const char *const names[CLIENTS] = { "client-0", "client-1" };
	struct l4_task *task = &clients[n].task;
	long error = 0;

	*task = (struct l4_task){
		.task = l4_slot_alloc(), .thread = l4_slot_alloc(), .parent = l4_slot_alloc(),
		.quota = QUOTA, .priority = l4_environment->priority,
		.name = names[n], .arguments = names[n] + strlen("client-"),
		.memory = l4_pages_alloc(l4_pages_order(l4_task_memory(image))),
	};
	task->pager = task->parent;
	if (!task->memory)
		return -L4_ENOMEM;
	error = l4_gate_create(task->parent, L4_CAP_THREAD, LABEL(n));
	if (!error)
		error = l4_task_load(task, file, image);
	return error ? error : l4_task_run(task);
}

static long start_clients(void)
{
	struct elf_image image;
	size_t size;
	const void *file = l4_module("memory-client", &size);
	long error = 0;

	if (!file || elf_parse(file, size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &image))
		return -L4_EINVAL;
	for (unsigned int i = 0; i < CLIENTS && !error; i++)
		error = start_client(i, file, &image);
	return error;
}

int main(int argc, char **argv)
{
	long gate = l4_connect(argc ? argv[0] : "");
	unsigned int order = l4_pages_order(CLIENTS * HEAP_PAGES * L4_PAGE_SIZE);
	long error;

	if (gate < 0)
		return gate;
	memory = gate;
	region = l4_pages_reserve(order);
	error = l4_guard(region, 1UL << order);
	if (!error)
		error = start_clients();
	if (error) {
		printf("cannot start the clients: %s\n", l4_error_text(error));
		return 1;
	}
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .fault = fault,
		.exception = exception,
	});
}
