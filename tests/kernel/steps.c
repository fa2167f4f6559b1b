/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long calls are done in steps, and broken off when a better thread is to run:
 * while one works, another of a higher priority changes the same mappings. What
 * the call was to do must be done at its end all the same.
 */
#include "ktest.h"

#define COPIES		3000UL
#define COPY(n)		(0x30000000000UL + (n) * 0x10000UL)	/* in the task that got them */
#define CHANGED		0x38000000000UL
#define CHANGES		200
#define SLOT_GUEST	400
#define RW		(L4_RIGHT_R | L4_RIGHT_W)
#define LOW_PRIORITY	60

/* Copies with even numbers are of the first page, with odd ones of the second: children of one mapping. */
static l4_word_t page(l4_word_t number, l4_word_t rights)
{
	return l4_fpage_mem(MEMORY_PAGE(number), L4_PAGE_SHIFT, rights);
}

/* Worker 0: the long call, arg 0 and 1 of it. */
static void worker_unmaps(struct worker *self)
{
	self->result[0] = l4_unmap(self->arg[0], self->arg[1]);
	self->result[2] = 1;
	tell_main(0);
	finish();
}

static void worker_deletes(struct worker *self)
{
	self->result[0] = l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	tell_main(0);
	finish();
}

/* Worker 1, in between: maps the same page once more, and takes rights away; result 0: how often. */
static void worker_changes(struct worker *self)
{
	while (self->result[0] < CHANGES) {
		receive_nothing(l4_timeout_us(20));
		l4_map(SLOT_TASK(1), page(0, RW), CHANGED);
		l4_unmap(page(0, L4_RIGHT_W), 0);
		self->result[0]++;
	}
	finish();
}

/* The same, in the task with the copies: gives up odd ones, the last first, which is their order. */
static void worker_gives_up(struct worker *self)
{
	for (l4_word_t n = COPIES - 1; self->result[0] < CHANGES; n -= 2) {
		receive_nothing(l4_timeout_us(20));
		l4_unmap(l4_fpage_mem(COPY(n), L4_PAGE_SHIFT, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		self->result[0]++;
	}
	finish();
}

/*
 * Worker 2, in the task with the copies: how many of the even ones can be read
 * and written (result 0, 1), and of the odd ones (2, 3). A guest gets what its
 * host has, and nothing else.
 */
static void worker_counts(struct worker *self)
{
	l4_task_create(SLOT_GUEST, 0, L4_TASK_GUEST);
	for (l4_word_t n = 0; n < COPIES; n++) {
		struct l4_batch_entry *entry = &self->utcb->batch[0];

		*entry = (struct l4_batch_entry){ 0x400000 | L4_RIGHT_R, COPY(n), 1 };
		self->result[n % 2 * 2] += !l4_guest_update(SLOT_GUEST, 1);
		entry->guest_va |= L4_RIGHT_W;
		self->result[n % 2 * 2 + 1] += !l4_guest_update(SLOT_GUEST, 1);
	}
	self->utcb->batch[0] = (struct l4_batch_entry){ 0x400000 | L4_RIGHT_R, COPY(COPIES), 1 };
	self->result[4] = !l4_guest_update(SLOT_GUEST, 1);
	tell_main(0);
	finish();
}

/* The first of all, and so the last that is looked at, is of the third page. */
static const char *make_copies(void)
{
	TRY(make_task(SLOT_TASK(0), 0x800000));
	TRY(make_task(SLOT_TASK(1), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), page(2, RW), COPY(COPIES)), 1);
	for (l4_word_t n = 0; n < COPIES; n++)
		CHECK_EQ(l4_map(SLOT_TASK(0), page(n % 2, RW), COPY(n)), 1);
	return NULL;
}

/* Counts how often it wakes: the deletion of a large task does not keep it from that. */
static void worker_wakes(struct worker *self)
{
	while (self->result[0] < 100000) {
		receive_nothing(l4_timeout_us(20));
		self->result[0]++;
	}
	finish();
}

/* The long call of worker 0, with worker 1 beside it in some task. */
static const char *work(void (*entry)(struct worker *self), l4_word_t a, l4_word_t b, l4_cap_t task,
			void (*beside)(struct worker *self))
{
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	TRY(make_worker(1, task, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, LOW_PRIORITY), 0);
	workers[0].arg[0] = a;
	workers[0].arg[1] = b;
	TRY(start_worker(0, entry));
	TRY(start_worker(1, beside));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	CHECK(workers[1].result[0] > 1);	/* it was let in */
	return NULL;
}

static const char *count_copies(void)
{
	struct l4_msg msg;

	TRY(run_worker(2, SLOT_TASK(0), worker_counts));
	return await(LABEL_MAIN, &msg);
}

/* The even copies are gone, the odd ones are not. */
static const char *expect_even_gone(void)
{
	TRY(count_copies());
	CHECK_EQ(workers[2].result[0], 0);
	CHECK_EQ(workers[2].result[2], COPIES / 2);
	CHECK_EQ(workers[2].result[3], COPIES / 2);
	CHECK_EQ(workers[2].result[4], 1);
	return NULL;
}

static const char *unmap_all(void)
{
	TRY(make_copies());
	TRY(work(worker_unmaps, page(0, L4_RIGHTS_ALL), 0, L4_CAP_TASK, worker_changes));
	return expect_even_gone();
}

static const char *unmap_write(void)
{
	TRY(make_copies());
	TRY(work(worker_unmaps, page(0, L4_RIGHT_W), 0, L4_CAP_TASK, worker_changes));
	TRY(count_copies());
	CHECK_EQ(workers[2].result[0], COPIES / 2);
	CHECK_EQ(workers[2].result[1], 0);
	CHECK_EQ(workers[2].result[3], COPIES / 2);
	return NULL;
}

static const char *unmap_all_while_others_go(void)
{
	TRY(make_copies());
	TRY(work(worker_unmaps, page(0, L4_RIGHTS_ALL), 0, SLOT_TASK(0), worker_gives_up));
	TRY(count_copies());
	CHECK_EQ(workers[2].result[0], 0);
	return NULL;
}

static const char *unmap_write_while_others_go(void)
{
	TRY(make_copies());
	TRY(work(worker_unmaps, page(0, L4_RIGHT_W), 0, SLOT_TASK(0), worker_gives_up));
	TRY(count_copies());
	CHECK_EQ(workers[2].result[0], COPIES / 2);
	CHECK_EQ(workers[2].result[1], 0);
	return NULL;
}

static const char *unmap_the_last_looked_at(void)
{
	TRY(make_copies());
	TRY(work(worker_unmaps, page(2, L4_RIGHTS_ALL), 0, L4_CAP_TASK, worker_wakes));
	TRY(count_copies());
	CHECK_EQ(workers[2].result[0] + workers[2].result[2], COPIES);
	CHECK_EQ(workers[2].result[4], 0);
	return NULL;
}

static const char *delete_task(void)
{
	TRY(make_copies());
	TRY(work(worker_deletes, 0, 0, L4_CAP_TASK, worker_wakes));
	CHECK_EQ(l4_map(SLOT_TASK(0), page(0, RW), 0), -L4_ENOCAP);
	return NULL;
}

static void worker_maps(struct worker *self)
{
	self->result[0] = l4_map(SLOT_TASK(0), self->arg[0], self->arg[1]) - 1024;
	tell_main(0);
	finish();
}

/* Pages one by one, as the source has them with different rights. */
static const char *map_in_steps(void)
{
	l4_word_t source = 0x39000000000UL;

	TRY(make_task(SLOT_TASK(0), 0x800000));
	for (l4_word_t n = 0; n < 1024; n++)
		CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_PAGE(n ^ 1), L4_PAGE_SHIFT, RW),
				source + n * L4_PAGE_SIZE), 1);
	return work(worker_maps, l4_fpage_mem(source, MEMORY_ORDER, RW), COPY(0) & ~0x3fffffUL,
		    L4_CAP_TASK, worker_wakes);
}

/* Worker 0 is in the middle of an unmap, which main has broken off. */
static const char *broken_off_unmap(void)
{
	struct l4_msg msg;

	TRY(make_copies());
	TRY(make_worker(0, L4_CAP_TASK, 0));
	workers[0].arg[0] = page(0, L4_RIGHTS_ALL);
	TRY(start_worker(0, worker_unmaps));
	CHECK_EQ(receive(100, &msg), -L4_ETIMEDOUT);
	return NULL;
}

/* The caller is stopped in the middle: what it does is done in part, nothing is left over. */
static const char *stopped_in_the_middle(void)
{
	struct l4_msg msg;

	TRY(broken_off_unmap());
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[2], 0);
	workers[0].arg[0] = page(0, L4_RIGHTS_ALL);
	TRY(start_worker(0, worker_unmaps));
	TRY(await(LABEL_MAIN, &msg));
	return expect_even_gone();
}

/* Continued, it goes on with the call as if nothing had been. */
static const char *continued_in_the_middle(void)
{
	struct l4_msg msg;

	TRY(broken_off_unmap());
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return expect_even_gone();
}

static const char *deleted_in_the_middle(void)
{
	struct l4_msg msg;

	TRY(broken_off_unmap());
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[2], 0);
	return NULL;
}

/* What a call works on is deleted while it is broken off. */
static const char *target_is_deleted(void)
{
	struct l4_msg msg;

	TRY(broken_off_unmap());
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* Two delete the same: each call returns, and nothing is done twice. */
static const char *deleted_by_two(void)
{
	struct l4_msg msg;

	TRY(make_copies());
	for (unsigned int n = 0; n < 2; n++) {
		TRY(make_worker(n, L4_CAP_TASK, 0));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_TIMESLICE, 100), 0);
		TRY(start_worker(n, worker_deletes));
	}
	for (unsigned int n = 0; n < 2; n++) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(workers[n].result[0], 0);
	}
	return NULL;
}

#define ROOM		0x3a000000000UL	/* here, with copies of it in another task */

static void worker_writes(struct worker *self)
{
	*(volatile l4_word_t *)ROOM = 1;
	self->result[0] = 1;
	tell_main(0);
	finish();
}

/* Worker 2, a pager: gives a page to where one is; result 0: how often the better one ran meanwhile. */
static void worker_answers(struct worker *self)
{
	struct l4_msg msg = { 0 };
	l4_word_t before;

	l4_ipc_recv(&msg);
	self->utcb->item[0] = (struct l4_item){ page(4, RW), ROOM };
	msg = (struct l4_msg){ .tag = l4_tag(0, 1, 0) };
	before = workers[1].result[0];
	self->result[1] = l4_ipc_reply(&msg);
	self->result[0] = workers[1].result[0] - before;
	tell_main(2);
	finish();
}

static const char *make_answer(void)
{
	TRY(make_task(SLOT_TASK(0), 0x800000));
	CHECK_EQ(l4_map(L4_CAP_TASK, page(4, L4_RIGHT_R), ROOM), 1);
	for (l4_word_t n = 0; n < COPIES; n++)
		CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(ROOM, L4_PAGE_SHIFT, L4_RIGHT_R), COPY(n)), 1);
	for (unsigned int n = 0; n < 3; n++)
		TRY(make_worker(n, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, LOW_PRIORITY), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_GATE(2)), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, LOW_PRIORITY), 0);
	TRY(start_worker(1, worker_wakes));
	TRY(start_worker(2, worker_answers));
	return start_worker(0, worker_writes);
}

static const char *end_answer(void)
{
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_unmap(l4_fpage_mem(ROOM, L4_PAGE_SHIFT, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

/* The answer to a fault takes the place of a page that many got: others run meanwhile. */
static const char *answer_in_steps(void)
{
	struct l4_msg msg;

	TRY(make_answer());
	TRY(await(LABEL_MAIN, &msg));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[2].result[1], 0);
	CHECK(workers[2].result[0] >= 3);
	CHECK_EQ(*(volatile l4_word_t *)MEMORY_PAGE(4), 1);
	return end_answer();
}

/* Who waits for the answer is stopped meanwhile: the pager is told. */
static const char *stopped_before_the_answer(void)
{
	struct l4_msg msg;

	TRY(make_answer());
	while (receive(50, &msg) == -L4_ETIMEDOUT && !workers[2].utcb->item[0].what)
		;
	CHECK_EQ(receive(200, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[2].result[1], -L4_EDEAD);
	return end_answer();
}

/* And the pager: the one who waits has no answer, and stays where it is. */
static const char *pager_stopped_meanwhile(void)
{
	struct l4_msg msg;

	TRY(make_answer());
	while (receive(50, &msg) == -L4_ETIMEDOUT && !workers[2].utcb->item[0].what)
		;
	CHECK_EQ(receive(200, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_CONTINUE, 0), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[2].result[1], -L4_ECANCELED);
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	return end_answer();
}

const struct test steps_tests[] = {
	{ "unmap all while mappings change", unmap_all },
	{ "unmap write while mappings change", unmap_write },
	{ "unmap all while others go", unmap_all_while_others_go },
	{ "unmap write while others go", unmap_write_while_others_go },
	{ "delete a large task", delete_task },
	{ "map page by page", map_in_steps },
	{ "stopped in the middle", stopped_in_the_middle },
	{ "continued in the middle", continued_in_the_middle },
	{ "deleted in the middle", deleted_in_the_middle },
	{ "its target is deleted", target_is_deleted },
	{ "deleted by two", deleted_by_two },
	{ "unmap the last that is looked at", unmap_the_last_looked_at },
	{ "answer in steps", answer_in_steps },
	{ "stopped before the answer", stopped_before_the_answer },
	{ "pager stopped meanwhile", pager_stopped_meanwhile },
	{ 0 },
};
