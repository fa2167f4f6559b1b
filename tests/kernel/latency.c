/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What others can make long: chains of threads and of tasks, many guests, and many
 * mappings below a page to which a small item goes. Each must work; that interrupts
 * do not wait for it is what bench/latency looks at, which boots each of these cases
 * alone.
 */
#include "ktest.h"

#define CHAIN		300
#define SLOT_CHAIN(n)	(1024 + (n))
#define SLOT_QUEUE(n)	(1536 + (n))
#define GUESTS		2000
#define SLOT_GUEST(n)	(1000 + (n))
#define GUEST_QUOTA	0x1300000UL
#define UPPER		0xffff900000000000UL
#define UPPER_SIZE	(1UL << 39)
#define DERIVED		70000UL
#define DERIVED_QUOTA	0x800000UL
#define DERIVED_BASE	0x40000000000UL
#define LANDING		0x41000000000UL
#define SLOT_NEXT	20
#define SLOT_NEXT_THREAD 21
#define LEVEL_QUOTA	0x10000UL

static char stacks[CHAIN + 1][2048] __attribute__((aligned(16)));
static volatile l4_word_t arrived;

static l4_word_t stack_of(l4_word_t n)
{
	l4_word_t *top = (l4_word_t *)stacks[n + 1] - 1;

	*top = 0;
	return (l4_word_t)top;
}

/* Sends to the one before it, which the main thread is for the first; then receives. */
static void link_of_chain(l4_word_t n)
{
	l4_cap_t to = n ? SLOT_QUEUE(n - 1) : SLOT_MAIN;
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { n } };

	l4_ipc(to, L4_IPC_SEND | L4_IPC_RECV, &msg);
	arrived += msg.mr[0] == n + 1;
	finish();
}

static const char *chain_of_threads(void)
{
	struct l4_msg msg;

	arrived = 0;
	for (l4_word_t n = 0; n < CHAIN; n++) {
		l4_word_t utcb = WORKER_UTCB + (WORKERS + n) * L4_PAGE_SIZE;

		CHECK_EQ(l4_thread_create(SLOT_CHAIN(n), L4_CAP_TASK, utcb, 0), 0);
		CHECK_EQ(l4_thread_control(SLOT_CHAIN(n), L4_THREAD_PAGER, SLOT_MONITOR), 0);
		CHECK_EQ(l4_thread_control(SLOT_CHAIN(n), L4_THREAD_HANDLER, SLOT_MONITOR), 0);
		CHECK_EQ(l4_thread_control(SLOT_CHAIN(n), L4_THREAD_PRIORITY, WORKER_PRIORITY), 0);
		CHECK_EQ(l4_gate_create(SLOT_QUEUE(n), SLOT_CHAIN(n), n), 0);
		CHECK_EQ(l4_thread_start(SLOT_CHAIN(n), (l4_word_t)link_of_chain, stack_of(n), n), 0);
	}
	/* They queue while nobody takes what they bring. */
	l4_ipc(SLOT_CHAIN(CHAIN - 1), L4_IPC_RECV | L4_IPC_CLOSED |
	       l4_recv_timeout(l4_timeout_us(50 * MS)), &msg);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 0);
	receive_nothing(l4_timeout_us(50 * MS));
	CHECK_EQ(arrived, CHAIN - 1);
	CHECK_EQ(l4_unmap(l4_fpage_cap(1024, 10, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

/* A host changes its upper half, which shows in the views of each of its guests. */
static void worker_has_guests(struct worker *self)
{
	l4_word_t page = l4_fpage_mem(IMAGE_BASE, L4_PAGE_SHIFT, L4_RIGHT_R);

	while (self->result[0] < GUESTS &&
	       !l4_task_create(SLOT_GUEST(self->result[0]), 0, L4_TASK_GUEST))
		self->result[0]++;
	for (l4_word_t n = 0; n < 8; n++)
		self->result[1] += l4_map(SLOT_FREE, page, UPPER + n * UPPER_SIZE);
	for (l4_word_t n = 0; n < 8; n++)
		self->result[2] += !l4_unmap(l4_fpage_mem(UPPER + n * UPPER_SIZE, L4_PAGE_SHIFT,
							  L4_RIGHTS_ALL), L4_UNMAP_SELF);
	tell_main(0);
	finish();
}

static const char *many_guests(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), GUEST_QUOTA));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL),
			(l4_word_t)SLOT_FREE << 12), 1);
	TRY(run_worker(0, SLOT_TASK(0), worker_has_guests));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], GUESTS);
	CHECK_EQ(workers[0].result[1], 8);
	CHECK_EQ(workers[0].result[2], 8);
	return NULL;
}

/* Each task makes the next, until it may not: the last one tells. */
static void level_of_tasks(l4_word_t level)
{
	l4_word_t image = l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL);
	long error = l4_task_create(SLOT_NEXT, (L4_TASK_DEPTH_MAX + 4 - level) * LEVEL_QUOTA, 0);

	if (error) {
		arrived = level;
		tell_main(-error);
		finish();
	}
	l4_map(SLOT_NEXT, image, IMAGE_BASE);
	l4_map(SLOT_NEXT, l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHT_W | L4_RIGHT_R),
	       (l4_word_t)SLOT_MAIN << 12);
	l4_thread_create(SLOT_NEXT_THREAD, SLOT_NEXT, WORKER_UTCB, 0);
	l4_thread_control(SLOT_NEXT_THREAD, L4_THREAD_PRIORITY, WORKER_PRIORITY);
	l4_thread_start(SLOT_NEXT_THREAD, (l4_word_t)level_of_tasks, stack_of(level), level + 1);
	finish();
}

static void worker_nests(struct worker *self)
{
	level_of_tasks(self->arg[0]);
}

/* The first one's end is that of all: their memory is given back at once, up the chain. */
static const char *chain_of_tasks(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), (L4_TASK_DEPTH_MAX + 4) * LEVEL_QUOTA));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	workers[0].arg[0] = 1;
	TRY(start_worker(0, worker_nests));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], L4_EINVAL);
	CHECK_EQ(arrived, L4_TASK_DEPTH_MAX);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

/* It maps a page of its to itself, again and again, and has another page sent to where that one is. */
static void worker_derives(struct worker *self)
{
	l4_word_t page = l4_fpage_mem(LANDING, L4_PAGE_SHIFT, L4_RIGHT_R | L4_RIGHT_W);
	struct l4_msg msg = { 0 };

	while (self->result[0] < DERIVED &&
	       l4_map(SLOT_FREE, page, DERIVED_BASE + self->result[0] * L4_PAGE_SIZE) == 1)
		self->result[0]++;
	self->utcb->window[L4_FPAGE_MEM] = l4_fpage_mem(LANDING, L4_PAGE_SHIFT, L4_RIGHTS_ALL);
	tell_main(0);
	l4_ipc_recv(&msg);
	self->result[1] = l4_tag_items(msg.tag);
	self->result[2] = *(volatile l4_word_t *)LANDING;
	tell_main(1);
	self->result[3] = *(volatile l4_word_t *)(DERIVED_BASE + (DERIVED - 1) * L4_PAGE_SIZE);
	finish();
}

static const char *many_derived(void)
{
	struct l4_msg msg, item = { .tag = l4_tag(0, 1, 0) };

	*(volatile l4_word_t *)MEMORY_PAGE(0) = 1;
	*(volatile l4_word_t *)MEMORY_PAGE(1) = 2;
	TRY(make_task(SLOT_TASK(0), DERIVED_QUOTA));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL),
			(l4_word_t)SLOT_FREE << 12), 1);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(0), L4_PAGE_SHIFT, L4_RIGHTS_ALL),
			LANDING), 1);
	TRY(run_worker(0, SLOT_TASK(0), worker_derives));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], DERIVED);
	l4_first_utcb()->item[0] = (struct l4_item){
		l4_fpage_mem(MEMORY_PAGE(1), L4_PAGE_SHIFT, L4_RIGHTS_ALL), 0,
	};
	CHECK_EQ(l4_ipc(SLOT_GATE(0), L4_IPC_SEND, &item), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[1], 1);
	CHECK_EQ(workers[0].result[2], 2);
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(msg.mr[0], (DERIVED_BASE + (DERIVED - 1) * L4_PAGE_SIZE) | L4_RIGHT_R);
	return NULL;
}

/* Rows of the screen, if there is one that is still ours, are cleared and written. */
static const char *lines_on_the_screen(void)
{
	for (unsigned int i = 0; i < 400; i++)
		CHECK_EQ(l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_PUTC, i % 10 ? '.' : '\n'), 0);
	CHECK_EQ(l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_PUTC, '\n'), 0);
	return NULL;
}

const struct test latency_tests[] = {
	{ "chain of threads", chain_of_threads },
	{ "many guests", many_guests },
	{ "chain of tasks", chain_of_tasks, false, "task_create EINVAL" },
	{ "many derived", many_derived },
	{ "lines on the screen", lines_on_the_screen },
	{ 0 },
};
