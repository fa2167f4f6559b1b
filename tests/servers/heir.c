/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server grants to another one ends with it. By its argument this is
 *
 *	keeper	takes whatever it is granted, and tells how much of it is still there
 *	giver	grants the keeper of everything it has, and crashes; when it lives
 *		again it asks how much is left
 *	parent	loads this program as a task of its own, takes what that grants, kills it
 *	child	grants its parent pages, and waits for its end
 */
#include <l4/elf.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/task.h>

#define PROTOCOL	(L4_PROTOCOL_OWN + 0x20)
#define THINGS		4
#define FIRST_PORT	0x300
#define PORTS_ORDER	3
#define DEVICE		0xfed00000UL

struct heir_take { };
struct heir_take_reply { };
L4_OPERATION(heir_take, PROTOCOL, 1);

struct heir_left { };
struct heir_left_reply {
	l4_word_t taken, left;
};
L4_OPERATION(heir_left, PROTOCOL, 2);

static l4_word_t window, places;	/* a page where things arrive; one for each thing */
static l4_word_t things;
static l4_cap_t probe;			/* a task, into which one can map only what is there */
static bool has_ports;
static char data[L4_PAGE_SIZE] __attribute__((aligned(L4_PAGE_SIZE)));

static bool is_there(l4_word_t fpage, l4_word_t where)
{
	return l4_map(probe, fpage, where) > 0;
}

static l4_word_t count_left(void)
{
	l4_word_t left = 0;

	for (l4_word_t i = 0; i < things; i++)
		left += is_there(l4_fpage_mem(places + i * L4_PAGE_SIZE, L4_PAGE_SHIFT, L4_RIGHT_R),
				 L4_IMAGE_LOW + i * L4_PAGE_SIZE);
	if (has_ports)
		left += is_there(l4_fpage_io(FIRST_PORT, PORTS_ORDER, L4_RIGHTS_ALL),
				 FIRST_PORT << 12);
	return left;
}

static long serve_take(struct l4_request *request, const struct heir_take *in,
		       struct heir_take_reply *reply)
{
	(void)in, (void)reply;
	if (!request->items || things == THINGS)
		return -L4_EINVAL;
	if (l4_fpage_type(request->item[0].what) == L4_FPAGE_IO) {
		has_ports = true;
		return 0;
	}
	return l4_keep(l4_fpage_mem(window, L4_PAGE_SHIFT, 0), places + things++ * L4_PAGE_SIZE);
}

static long serve_left(struct l4_request *request, const struct heir_left *in,
		       struct heir_left_reply *reply)
{
	(void)request, (void)in;
	reply->taken = things + has_ports;
	reply->left = count_left();
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(heir_take, serve_take),
	L4_HANDLER(heir_left, serve_left),
};

static long prepare(void)
{
	window = l4_pages_reserve(L4_PAGE_SHIFT);
	places = l4_pages_reserve(L4_PAGE_SHIFT + 2);
	probe = l4_slot_alloc();
	l4_window(l4_fpage_mem(window, L4_PAGE_SHIFT, 0));
	return l4_task_create(probe, 32 << 10, 0);
}

/* What the loop would unmap as unwanted: ports arrive where they stay. */
static void serve_keeper(void)
{
	struct l4_request request;
	struct l4_msg msg = { 0 };
	long error = l4_ipc_recv(&msg);

	for (;;) {
		if (error)
			return;
		l4_dispatch(handlers, ARRAY_SIZE(handlers), &msg, &request);
		error = l4_ipc_reply_wait(&msg);
	}
}

static long grant(l4_cap_t to, l4_word_t fpage, l4_word_t where)
{
	struct heir_take_reply reply;
	struct l4_transfer transfer = { .send = 1, .item = { { fpage | L4_FPAGE_GRANT, where } } };

	return heir_take_transfer(to, &(struct heir_take){ }, &reply, &transfer);
}

static long grant_page(l4_cap_t to, const void *page)
{
	return grant(to, l4_fpage_mem((l4_word_t)page, L4_PAGE_SHIFT, L4_RIGHTS_ALL), 0);
}

static long give(l4_cap_t keeper)
{
	char *page = l4_pages_alloc(L4_PAGE_SHIFT);
	void *device = l4_device_request(DEVICE, L4_PAGE_SHIFT);
	long error = l4_ports_request(FIRST_PORT, FIRST_PORT + (1 << PORTS_ORDER) - 1);

	if (!page || !device || error)
		return -L4_ENOMEM;
	data[0] = page[0] = 1;
	error = grant_page(keeper, page);
	if (!error)
		error = grant_page(keeper, data);
	if (!error)
		error = grant_page(keeper, device);
	if (!error)
		error = grant(keeper, l4_fpage_io(FIRST_PORT, PORTS_ORDER, L4_RIGHTS_ALL),
			      FIRST_PORT << 12);
	return error;
}

static long be_giver(void)
{
	long keeper = l4_connect("keeper");
	struct heir_left_reply reply;
	long error = keeper < 0 ? keeper : heir_left_call(keeper, &(struct heir_left){ }, &reply);

	if (error)
		return error;
	if (reply.taken) {
		printf("%lu things granted, %lu left\n", reply.taken, reply.left);
		return 0;
	}
	error = give(keeper);
	if (!error)
		error = heir_left_call(keeper, &(struct heir_left){ }, &reply);
	printf("%lu things granted, %lu there\n", reply.taken, reply.left);
	if (!error)
		*(volatile int *)0 = 1;
	return error;
}

static long be_keeper(void)
{
	long error = prepare();

	l4_window(l4_fpage_all(L4_FPAGE_IO, 0));
	if (!error)
		serve_keeper();
	return error ? error : -L4_EDEAD;
}

static long be_child(void)
{
	long error = grant_page(L4_CAP_PARENT, data);

	if (!error)
		error = grant_page(L4_CAP_PARENT, l4_environment);
	l4_ipc_sleep(L4_TIMEOUT_NEVER);
	return error;
}

static long serve_until(l4_word_t wanted)
{
	struct l4_request request;
	struct l4_msg msg = { 0 };
	long error = l4_ipc_recv(&msg);

	while (!error) {
		l4_dispatch(handlers, ARRAY_SIZE(handlers), &msg, &request);
		if (things == wanted)
			return l4_ipc_reply(&msg);
		error = l4_ipc_reply_wait(&msg);
	}
	return error;
}

static long be_parent(void)
{
	struct l4_task task = {
		.task = l4_slot_alloc(), .thread = l4_slot_alloc(), .parent = l4_slot_alloc(),
		.quota = 128 << 10, .priority = l4_environment->priority,
		.name = "child", .arguments = "child",
	};
	struct elf_image image;
	size_t size;
	const void *file = l4_module("heir", &size);
	long error = prepare();

	if (error || !file || elf_parse(file, size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &image))
		return -L4_EINVAL;
	task.memory = l4_pages_alloc(l4_pages_order(l4_task_memory(&image)));
	task.pager = task.parent;
	error = task.memory ? l4_gate_create(task.parent, L4_CAP_THREAD, 0) : -L4_ENOMEM;
	if (!error)
		error = l4_task_load(&task, file, &image);
	if (!error)
		error = l4_task_run(&task);
	if (!error)
		error = serve_until(2);
	printf("%lu things granted, %lu there\n", things, count_left());
	l4_task_kill(&task);
	printf("%lu things granted, %lu left\n", things, count_left());
	return error;
}

int main(int argc, char **argv)
{
	const char *role = argc ? argv[0] : "";

	if (!strcmp(role, "keeper"))
		return be_keeper();
	if (!strcmp(role, "giver"))
		return be_giver();
	if (!strcmp(role, "parent"))
		return be_parent();
	return be_child();
}
