/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the item of a message arrives: a case for each way in which a flexpage,
 * a hot spot and a window fit together. The receiver finds it in one place, and
 * nothing in another.
 */
#include "ktest.h"

#define FIRST		1300

#define W		0x30000000000UL		/* where windows of memory are */
#define RW		(L4_RIGHT_R | L4_RIGHT_W)
#define MEM(base, order) ((base) | (order) << L4_FPAGE_ORDER_SHIFT | RW)
#define IO(port, order)	((port) << 12 | (order) << L4_FPAGE_ORDER_SHIFT | \
			 L4_FPAGE_IO << L4_FPAGE_TYPE_SHIFT | L4_RIGHTS_ALL)
#define CAP(slot, order) ((slot) << 12 | (order) << L4_FPAGE_ORDER_SHIFT | \
			  L4_FPAGE_CAP << L4_FPAGE_TYPE_SHIFT | L4_RIGHTS_ALL)
#define WHOLE(type)	(L4_FPAGE_ORDER_ALL << L4_FPAGE_ORDER_SHIFT | (type) << L4_FPAGE_TYPE_SHIFT | \
			 L4_RIGHTS_ALL)
#define SENT(page)	(MEMORY_BASE + (page) * 0x1000UL)
#define PAGES(page, order) MEM(SENT(page), order)
#define NOTHING		0UL
#define SENT_GATE	((l4_word_t)SLOT_GATE(2))	/* and the one behind it: to threads that do not run */

struct item_case {
	const char *name;
	l4_word_t what, where, window;
	l4_word_t at, absent;		/* there it is, and there it is not */
	l4_word_t page;			/* of memory: which one it is */
	long error;
};

static const struct item_case cases[] = {
	{ "page in a window of a page", PAGES(3UL, 12UL), 0, MEM(W, 12UL), W, W + 0x1000, 3 },
	{ "hot spot in the window", PAGES(3UL, 12UL), 0x5000, MEM(W, 15UL), W + 0x5000, W, 3 },
	{ "hot spot beyond the window", PAGES(3UL, 12UL), 0x4d000, MEM(W, 15UL), W + 0x5000, W, 3 },
	{ "hot spot within a page", PAGES(3UL, 12UL), 0x5fff, MEM(W, 15UL), W + 0x5000, W, 3 },
	{ "hot spot below its size", PAGES(4UL, 13UL), 0x3000, MEM(W, 15UL), W + 0x3000, W + 0x4000, 5 },
	{ "as large as the window", PAGES(8UL, 15UL), 0, MEM(W, 15UL), W + 0x7000, W + 0x8000, 15 },
	{ "larger than the window", PAGES(8UL, 15UL), 0x6000, MEM(W, 12UL), W, W + 0x1000, 14 },
	{ "larger, part of two pages", PAGES(8UL, 15UL), 0x7000, MEM(W, 13UL), W, W + 0x2000, 14 },
	{ "a large page in its window", PAGES(0UL, 21UL), 0, MEM(W, 21UL), W + 0x1ff000, W + 0x200000, 511 },
	{ "part of a large page", PAGES(0UL, 21UL), 0x105000, MEM(W, 14UL), W + 0x1000, W + 0x4000, 0x105 },
	{ "the whole space as window", PAGES(3UL, 12UL), W + 0x9000, WHOLE(L4_FPAGE_MEM), W + 0x9000, W, 3 },
	{ "whole space, below its size", PAGES(4UL, 13UL), W + 0x9000, WHOLE(L4_FPAGE_MEM), W + 0x8000, W + 0xa000, 4 },
	{ "no window", PAGES(3UL, 12UL), 0, NOTHING, 0, W, 0, -L4_EOVERFLOW },
	{ "window misaligned", PAGES(3UL, 12UL), 0, MEM(W + 0x1000, 13UL), 0, W + 0x1000, 0, -L4_EOVERFLOW },
	{ "window of order 11", PAGES(3UL, 12UL), 0, MEM(W, 11UL), 0, W, 0, -L4_EOVERFLOW },
	{ "window in the kernel's slot", PAGES(3UL, 12UL), 0, MEM(0xffff800000000000UL, 12UL), 0, W, 0, -L4_EOVERFLOW },
	{ "window not canonical", PAGES(3UL, 12UL), 0, MEM(0x0000800000000000UL, 12UL), 0, W, 0, -L4_EOVERFLOW },
	{ "whole space, hot spot of the kernel", PAGES(3UL, 12UL), 0xffff800000000000UL, WHOLE(L4_FPAGE_MEM), 0, W, 0, -L4_EINVAL },
	{ "window of another type", PAGES(3UL, 12UL), 0, CAP(64UL, 6UL), 0, W, 0, -L4_EOVERFLOW },
	{ "granted page", PAGES(3UL, 12UL) | L4_FPAGE_GRANT, 0, MEM(W, 12UL), W, W + 0x1000, 3 },
	{ "a port", IO(0x80UL, 0UL), 0, WHOLE(L4_FPAGE_IO), 0x80, 0x81 },
	{ "ports keep their numbers", IO(0x80UL, 2UL), 0x300UL << 12, WHOLE(L4_FPAGE_IO), 0x83, 0x84 },
	{ "ports in a window that has them", IO(0x80UL, 2UL), 0, IO(0x80UL, 3UL), 0x82, 0x84 },
	{ "ports larger than the window", IO(0x80UL, 3UL), 0x84UL << 12, IO(0x84UL, 1UL), 0x85, 0x86 },
	{ "no window of ports", IO(0x80UL, 0UL), 0, NOTHING, 0, 0x80, 0, -L4_EOVERFLOW },
	{ "a capability", CAP(SENT_GATE, 0UL), 0, CAP(64UL, 0UL), 64, 65 },
	{ "a capability, hot spot", CAP(SENT_GATE, 0UL), 5UL << 12, CAP(64UL, 3UL), 69, 64 },
	{ "two capabilities", CAP(SENT_GATE, 1UL), 6UL << 12, CAP(64UL, 3UL), 71, 64 },
	{ "of two the one that fits", CAP(SENT_GATE, 1UL), 1UL << 12, CAP(64UL, 0UL), 64, 65 },
	{ "all slots as window", CAP(SENT_GATE, 0UL), 99UL << 12, WHOLE(L4_FPAGE_CAP), 99, 98 },
	{ "window of slots misaligned", CAP(SENT_GATE, 0UL), 0, CAP(65UL, 1UL), 0, 65, 0, -L4_EOVERFLOW },
	{ "window of slots beyond the last", CAP(SENT_GATE, 0UL), 0, CAP(65536UL, 0UL), 0, 65, 0, -L4_EOVERFLOW },
	{ "a slot in use", CAP(SENT_GATE, 0UL), (l4_word_t)SLOT_MONITOR << 12, WHOLE(L4_FPAGE_CAP), 0, 65, 0, -L4_EEXIST },
};

static struct item_case current;

/* What is there: a page's word, whether a port answers, whether a slot names something. */
static l4_word_t probe(l4_word_t where)
{
	struct l4_msg msg = { 0 };

	switch (l4_fpage_type(current.what)) {
	case L4_FPAGE_MEM:
		return *(volatile l4_word_t *)where;
	case L4_FPAGE_IO:
		l4_port_out8(where, 0);
		return 0;
	default:
		return l4_ipc(where, L4_IPC_SEND | l4_send_timeout(L4_TIMEOUT_ZERO), &msg) == -L4_ENOCAP;
	}
}

static void receiver(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->utcb->window[l4_fpage_type(current.what)] = current.window;
	l4_ipc_recv(&msg);
	self->result[0] = l4_tag_items(msg.tag);
	if (current.at)
		self->result[1] = probe(current.at);
	tell_main(0);
	self->result[2] = probe(current.absent);
	tell_main(1);
	finish();
}

/* Memory and ports that are not there fault; a slot is empty. */
static const char *expect_absent(void)
{
	struct l4_msg msg;

	if (l4_fpage_type(current.what) == L4_FPAGE_CAP) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(workers[0].result[2], 1);
		return NULL;
	}
	return await(LABEL_FAULT, &msg);
}

/* A granted page is the sender's no longer: it has another one of that frame for it. */
static l4_word_t sent_page(void)
{
	l4_word_t copy = MEMORY_BASE + (1UL << 30);

	if (!(current.what & L4_FPAGE_GRANT))
		return current.what;
	l4_map(L4_CAP_TASK, current.what & ~L4_FPAGE_GRANT, copy);
	return MEM(copy, 12UL) | L4_FPAGE_GRANT;
}

static const char *run_case(void)
{
	struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };
	l4_word_t what = sent_page();
	long arrived = !current.error;

	for (l4_word_t page = 0; page < 512; page++)
		*(volatile l4_word_t *)MEMORY_PAGE(page) = 1000 + page;
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(2, L4_CAP_TASK, 0));
	TRY(make_worker(3, L4_CAP_TASK, 0));
	TRY(run_worker(0, SLOT_TASK(0), receiver));
	l4_first_utcb()->item[0] = (struct l4_item){ what, current.where };
	CHECK_EQ(l4_ipc(SLOT_GATE(0), L4_IPC_SEND | l4_send_timeout(l4_timeout_us(PATIENCE)), &msg),
		 current.error);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], arrived);
	if (current.at)
		CHECK_EQ(workers[0].result[1], l4_fpage_type(what) == L4_FPAGE_MEM ? 1000 + current.page : 0);
	TRY(expect_absent());
	if (what & L4_FPAGE_GRANT)
		CHECK_EQ(l4_map(L4_CAP_TASK, what & ~L4_FPAGE_GRANT, W), -L4_EFAULT);
	return NULL;
}

void run_item_cases(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test test = { cases[i].name, run_case, false };

		current = cases[i];
		run_test("items", FIRST + i, &test);
	}
}
