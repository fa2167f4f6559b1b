/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of map, grant, unmap and of map items in messages, for memory, ports and capabilities. */
#include "ktest.h"

#define AT(n)		(0x30000000000UL + (n) * L4_PAGE_SIZE)	/* where workers find things */
#define RIGHTS_RW	(L4_RIGHT_R | L4_RIGHT_W)
#define PAGE(n, rights)	l4_fpage_mem(MEMORY_PAGE(n), L4_PAGE_SHIFT, rights)

static volatile l4_word_t *memory(unsigned int page)
{
	return (volatile l4_word_t *)MEMORY_PAGE(page);
}

/* Reads the word at arg[0], or writes arg[1] there if arg[2] is set, per message, and reports. */
static void toucher(struct worker *self)
{
	struct l4_msg msg = { 0 };

	for (;;) {
		volatile l4_word_t *word;

		l4_ipc_recv(&msg);
		word = (volatile l4_word_t *)self->arg[0];
		if (self->arg[2])
			*word = self->arg[1];
		self->result[0] = *word;
		tell_main(0);
	}
}

static const char *make_toucher(unsigned int n)
{
	TRY(make_task(SLOT_TASK(n), 0x40000));
	return run_worker(n, SLOT_TASK(n), toucher);
}

/* Worker n reads or writes; *faults tells whether it faulted (then it is of no more use). */
static const char *touch(unsigned int n, l4_word_t address, bool write, bool *faults)
{
	struct l4_msg msg = { 0 };

	workers[n].arg[0] = address;
	workers[n].arg[1] = 0x7e57;
	workers[n].arg[2] = write;
	CHECK_EQ(l4_ipc(SLOT_GATE(n), L4_IPC_SEND | l4_send_timeout(l4_timeout_us(PATIENCE)), &msg),
		 0);
	CHECK_EQ(receive(PATIENCE, &msg), 0);
	*faults = msg.label == LABEL_FAULT;
	CHECK_EQ(*faults ? l4_tag_proto(msg.tag) : 0, *faults ? L4_PROTO_PAGE_FAULT : 0);
	return NULL;
}

static const char *expect_word(unsigned int n, l4_word_t address, l4_word_t word)
{
	bool faults;

	TRY(touch(n, address, false, &faults));
	CHECK(!faults);
	CHECK_EQ(workers[n].result[0], word);
	return NULL;
}

static const char *expect_fault(unsigned int n, l4_word_t address, bool write)
{
	bool faults;

	TRY(touch(n, address, write, &faults));
	CHECK(faults);
	return NULL;
}

/* Maps its own page at AT(0) on to worker 2's task, whose capability it has in SLOT_FREE. */
static void mapper(struct worker *self)
{
	self->result[0] = l4_map(SLOT_FREE, l4_fpage_mem(AT(0), L4_PAGE_SHIFT, RIGHTS_RW), AT(5));
	tell_main(1);
	finish();
}

/* Main thread -> task 1 -> task 2. */
static const char *make_chain(void)
{
	struct l4_msg msg;

	memory(0)[0] = 0x1234;
	TRY(make_task(SLOT_TASK(1), 0x40000));
	TRY(make_toucher(2));
	CHECK_EQ(l4_map(SLOT_TASK(1), PAGE(0, RIGHTS_RW), AT(0)), 1);
	CHECK_EQ(l4_map(SLOT_TASK(1), l4_fpage_cap(SLOT_TASK(2), 0, L4_RIGHTS_ALL),
			(l4_word_t)SLOT_FREE << 12), 1);
	TRY(run_worker(1, SLOT_TASK(1), mapper));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[0], 1);
	return expect_word(2, AT(5), 0x1234);
}

static const char *unmap_takes_from_all_derived(void)
{
	TRY(make_chain());
	CHECK_EQ(l4_unmap(PAGE(0, L4_RIGHTS_ALL), 0), 0);
	CHECK_EQ(memory(0)[0], 0x1234);
	return expect_fault(2, AT(5), false);
}

static const char *unmap_can_take_write_only(void)
{
	TRY(make_chain());
	CHECK_EQ(l4_unmap(PAGE(0, L4_RIGHT_W), 0), 0);
	TRY(expect_word(2, AT(5), 0x1234));
	memory(0)[0] = 0x4321;
	TRY(expect_word(2, AT(5), 0x4321));
	return expect_fault(2, AT(5), true);
}

static const char *deleting_the_middle_takes_the_end(void)
{
	TRY(make_chain());
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return expect_fault(2, AT(5), false);
}

static const char *rights_are_reduced(void)
{
	memory(1)[0] = 5;
	TRY(make_toucher(0));
	CHECK_EQ(l4_map(SLOT_TASK(0), PAGE(1, L4_RIGHT_R), AT(1)), 1);
	TRY(expect_word(0, AT(1), 5));
	TRY(expect_fault(0, AT(1), true));
	CHECK_EQ(memory(1)[0], 5);
	return NULL;
}

static const char *map_replaces(void)
{
	memory(0)[0] = 10;
	memory(1)[0] = 11;
	TRY(make_toucher(0));
	CHECK_EQ(l4_map(SLOT_TASK(0), PAGE(0, RIGHTS_RW), AT(0)), 1);
	TRY(expect_word(0, AT(0), 10));
	CHECK_EQ(l4_map(SLOT_TASK(0), PAGE(1, RIGHTS_RW), AT(0)), 1);
	TRY(expect_word(0, AT(0), 11));
	CHECK_EQ(l4_unmap(PAGE(0, L4_RIGHTS_ALL), 0), 0);
	TRY(expect_word(0, AT(0), 11));
	CHECK_EQ(l4_unmap(PAGE(1, L4_RIGHTS_ALL), 0), 0);
	return expect_fault(0, AT(0), false);
}

static const char *grant_moves(void)
{
	l4_word_t granted = l4_fpage_mem(AT(0), L4_PAGE_SHIFT, RIGHTS_RW);

	memory(0)[0] = 21;
	TRY(make_toucher(0));
	CHECK_EQ(l4_map(L4_CAP_TASK, PAGE(0, RIGHTS_RW), AT(0)), 1);
	CHECK_EQ(l4_map(SLOT_TASK(0), granted | L4_FPAGE_GRANT, AT(7)), 1);
	TRY(expect_word(0, AT(7), 21));
	CHECK_EQ(l4_map(SLOT_TASK(0), granted, AT(8)), -L4_EFAULT);
	CHECK_EQ(l4_unmap(PAGE(0, L4_RIGHTS_ALL), 0), 0);
	return expect_fault(0, AT(7), false);
}

static const char *part_of_a_large_page(void)
{
	l4_word_t large = l4_fpage_mem(MEMORY_BASE, 21, RIGHTS_RW);
	l4_word_t where = 0x30000000000UL;

	for (unsigned int page = 0; page < 512; page++)
		memory(page)[0] = page;
	TRY(make_toucher(0));
	CHECK_EQ(l4_map(SLOT_TASK(0), large, where), 512);
	TRY(expect_word(0, where + 511 * L4_PAGE_SIZE, 511));
	CHECK_EQ(l4_unmap(PAGE(100, L4_RIGHTS_ALL), 0), 0);
	TRY(expect_word(0, where + 99 * L4_PAGE_SIZE, 99));
	TRY(expect_word(0, where + 101 * L4_PAGE_SIZE, 101));
	return expect_fault(0, where + 100 * L4_PAGE_SIZE, false);
}

static const char *thousand_pages(void)
{
	TRY(make_task(SLOT_TASK(0), 0x100000));
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 1000; i++)
			CHECK_EQ(l4_map(SLOT_TASK(0), PAGE(i, L4_RIGHT_R), AT(3 * i)), 1);
		CHECK_EQ(l4_unmap(l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL), 0), 0);
	}
	return NULL;
}

static const char *map_errors(void)
{
	l4_word_t page = PAGE(0, RIGHTS_RW);

	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), page, AT(0) + 1), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), page, 0xffff800000000000UL), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), page, 0x0000800000000000UL), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(0xffff800000000000UL, 12, RIGHTS_RW), AT(0)),
		 -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(1), 13, RIGHTS_RW), AT(2)), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(0), 13, RIGHTS_RW), AT(1)), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_BASE, 11, RIGHTS_RW), AT(0)), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), page | 3UL << L4_FPAGE_TYPE_SHIFT, AT(0)), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(AT(0), 12, RIGHTS_RW), AT(0)), -L4_EFAULT);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(L4_UTCB_ADDRESS, 12, RIGHTS_RW), AT(0)), -L4_EFAULT);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_io(8, 3, L4_RIGHTS_ALL), 0), -L4_EINVAL);
	CHECK_EQ(l4_map(SLOT_FREE, page, AT(0)), -L4_ENOCAP);
	CHECK_EQ(l4_map(L4_CAP_THREAD, page, AT(0)), -L4_ENOCAP);
	CHECK_EQ(l4_unmap(page, 4), -L4_EINVAL);
	CHECK_EQ(l4_unmap(l4_fpage_mem(0xffff800000000000UL, 12, RIGHTS_RW), 0), -L4_EINVAL);
	CHECK_EQ(l4_unmap(l4_fpage_mem(0x5000, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

static const char *capabilities(void)
{
	l4_word_t gate = l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHTS_ALL);
	l4_word_t to = (l4_word_t)SLOT_FREE << 12;
	struct l4_msg msg = { 0 };

	CHECK_EQ(l4_map(L4_CAP_TASK, gate, to), 1);
	CHECK_EQ(l4_map(L4_CAP_TASK, gate, to), -L4_EEXIST);
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_FREE, 0, L4_RIGHT_W), to + (1 << 12)), 1);
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_FREE + 1, 0, L4_RIGHT_W), to + (2 << 12)),
		 -L4_EFAULT);
	CHECK_EQ(l4_ipc(SLOT_FREE + 1, L4_IPC_SEND | l4_send_timeout(L4_TIMEOUT_ZERO), &msg),
		 -L4_EINVAL);
	CHECK_EQ(l4_unmap(gate, 0), 0);
	msg.tag = 0;
	CHECK_EQ(l4_ipc_send(SLOT_FREE + 1, &msg), -L4_ENOCAP);
	CHECK_EQ(l4_ipc_send(SLOT_FREE, &msg), -L4_ENOCAP);
	CHECK_EQ(l4_gate_create(SLOT_MAIN, L4_CAP_THREAD, 0), -L4_EEXIST);
	CHECK_EQ(l4_gate_create(1 << 16, L4_CAP_THREAD, 0), -L4_EINVAL);
	CHECK_EQ(l4_gate_create(L4_CAP_NONE, L4_CAP_THREAD, 0), -L4_EINVAL);
	return NULL;
}

/* Waits for items in the window that is arg[0]; reports the items' words and what is at AT(2). */
static void item_receiver(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->utcb->window[L4_FPAGE_MEM] = self->arg[0];
	self->utcb->window[L4_FPAGE_CAP] = self->arg[1];
	l4_ipc_recv(&msg);
	self->result[0] = l4_tag_items(msg.tag);
	self->result[1] = self->arg[2] ? *(volatile l4_word_t *)self->arg[2] : 0;
	tell_main(1);
	finish();
}

static const char *send_items(unsigned int count, l4_word_t mem_window, l4_word_t cap_window,
			      l4_word_t look_at, long *error)
{
	struct l4_msg msg = { .tag = l4_tag(0, count, 0) };

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	workers[0].arg[0] = mem_window;
	workers[0].arg[1] = cap_window;
	workers[0].arg[2] = look_at;
	TRY(start_worker(0, item_receiver));
	*error = l4_ipc(SLOT_GATE(0), L4_IPC_SEND | l4_send_timeout(l4_timeout_us(PATIENCE)), &msg);
	return await(LABEL_MAIN, &msg);
}

static const char *items_arrive_in_the_window(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error;

	memory(3)[0] = 33;
	utcb->item[0] = (struct l4_item){ PAGE(3, L4_RIGHT_R), 2 * L4_PAGE_SIZE };
	TRY(send_items(1, l4_fpage_mem(AT(0), 14, L4_RIGHTS_ALL), L4_FPAGE_NONE, AT(2), &error));
	CHECK_EQ(error, 0);
	CHECK_EQ(workers[0].result[0], 1);
	CHECK_EQ(workers[0].result[1], 33);
	return NULL;
}

static const char *small_window_takes_part(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error;

	for (unsigned int page = 0; page < 8; page++)
		memory(page)[0] = 70 + page;
	utcb->item[0] = (struct l4_item){ l4_fpage_mem(MEMORY_BASE, 15, L4_RIGHT_R),
					  5 * L4_PAGE_SIZE };
	TRY(send_items(1, l4_fpage_mem(AT(2), 12, L4_RIGHTS_ALL), L4_FPAGE_NONE, AT(2), &error));
	CHECK_EQ(error, 0);
	CHECK_EQ(workers[0].result[1], 75);
	return NULL;
}

static const char *eight_items(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error;

	memory(15)[0] = 15;
	for (unsigned int i = 0; i < L4_MSG_ITEMS; i++)
		utcb->item[i] = (struct l4_item){ PAGE(8 + i, L4_RIGHT_R), i * L4_PAGE_SIZE };
	TRY(send_items(8, l4_fpage_mem(AT(0), 16, L4_RIGHTS_ALL), L4_FPAGE_NONE, AT(7), &error));
	CHECK_EQ(error, 0);
	CHECK_EQ(workers[0].result[0], 8);
	CHECK_EQ(workers[0].result[1], 15);
	return NULL;
}

static const char *no_window_no_item(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error;

	utcb->item[0] = (struct l4_item){ PAGE(3, L4_RIGHT_R), 0 };
	TRY(send_items(1, L4_FPAGE_NONE, L4_FPAGE_NONE, 0, &error));
	CHECK_EQ(error, -L4_EOVERFLOW);
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

static const char *capability_items(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error;

	utcb->item[0] = (struct l4_item){ l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHT_W), 0 };
	utcb->item[1] = (struct l4_item){ l4_fpage_cap(SLOT_FREE, 0, L4_RIGHT_W), 1 << 12 };
	TRY(send_items(2, L4_FPAGE_NONE, l4_fpage_cap(512, 3, L4_RIGHTS_ALL), 0, &error));
	CHECK_EQ(error, -L4_EFAULT);
	CHECK_EQ(workers[0].result[0], 1);
	return NULL;
}

const struct test map_tests[] = {
	{ "unmap takes all derived", unmap_takes_from_all_derived, false },
	{ "unmap write only", unmap_can_take_write_only, false },
	{ "deleting the middle", deleting_the_middle_takes_the_end, false },
	{ "rights are reduced", rights_are_reduced, false },
	{ "replaces", map_replaces, false },
	{ "grant moves", grant_moves, false },
	{ "part of a large page", part_of_a_large_page, false },
	{ "thousand pages", thousand_pages, false },
	{ "errors", map_errors, false },
	{ "capabilities", capabilities, false },
	{ "item in window", items_arrive_in_the_window, false },
	{ "item small window", small_window_takes_part, false },
	{ "item eight", eight_items, false },
	{ "item no window", no_window_no_item, false },
	{ "item capabilities", capability_items, false },
	{ 0 },
};
