/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of kernel-memory quotas: who spends one gets an error, and nobody else notices. */
#include "ktest.h"

static long limit_of(l4_cap_t task)
{
	return l4_task_info(task, L4_INFO_QUOTA_LIMIT);
}

static long used_by(l4_cap_t task)
{
	return l4_task_info(task, L4_INFO_QUOTA_USED);
}

static const char *quota_moves(void)
{
	long limit = limit_of(L4_CAP_TASK), used = used_by(L4_CAP_TASK);

	CHECK_EQ(l4_task_create(SLOT_FREE, L4_TASK_QUOTA_MIN - 1, 0), -L4_EINVAL);
	CHECK_EQ(l4_task_create(SLOT_FREE, limit, 0), -L4_ENOMEM);
	CHECK_EQ(l4_task_create(SLOT_FREE, ~0UL & ~0xfffUL, 0), -L4_ENOMEM);
	CHECK_EQ(l4_task_create(SLOT_FREE, 0x10000, 4), -L4_EINVAL);
	CHECK_EQ(l4_task_create(SLOT_FREE, 0x10000, L4_TASK_GUEST), -L4_EINVAL);
	CHECK_EQ(limit_of(L4_CAP_TASK) - used_by(L4_CAP_TASK), limit - used);
	CHECK_EQ(l4_task_create(SLOT_FREE, 0x10000, 0), 0);
	CHECK_EQ(limit_of(SLOT_FREE), 0x10000);
	CHECK(used_by(SLOT_FREE) > 0 && used_by(SLOT_FREE) <= 0x10000);
	CHECK(limit_of(L4_CAP_TASK) - used_by(L4_CAP_TASK) <= limit - used - 0x10000);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(limit_of(L4_CAP_TASK), limit);
	CHECK_EQ(used_by(L4_CAP_TASK), used);
	return NULL;
}

/* Pages far apart need page tables each, charged to the receiver. */
static const char *mappings_spend_the_receivers(void)
{
	long used = used_by(L4_CAP_TASK), result = 0;
	l4_word_t page = l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHT_R);
	unsigned int mapped = 0;

	CHECK_EQ(l4_task_create(SLOT_FREE, 0x20000, 0), 0);
	used = used_by(L4_CAP_TASK);
	while (result >= 0 && mapped < 1000)
		result = l4_map(SLOT_FREE, page, 0x10000000000UL + ((l4_word_t)mapped++ << 30));
	CHECK_EQ(result, -L4_ENOMEM);
	CHECK(mapped > 2);
	CHECK(used_by(SLOT_FREE) <= limit_of(SLOT_FREE));
	CHECK_EQ(used_by(L4_CAP_TASK), used);
	CHECK_EQ(l4_unmap(page, 0), 0);
	CHECK(used_by(SLOT_FREE) < 0x10000);
	CHECK_EQ(l4_map(SLOT_FREE, page, 0x10000000000UL), 1);
	return NULL;
}

static const char *capability_tables_spend_the_receivers(void)
{
	l4_word_t gate = l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHTS_ALL);
	long result = 1;
	l4_word_t slot = 1;

	CHECK_EQ(l4_task_create(SLOT_FREE, 0x10000, 0), 0);
	for (; result >= 0 && slot < L4_CAP_SLOTS; slot += 37)
		result = l4_map(SLOT_FREE, gate, slot << 12);
	CHECK_EQ(result, -L4_ENOMEM);
	CHECK(used_by(SLOT_FREE) <= 0x10000);
	return NULL;
}

/* Makes objects of each kind until its quota is spent. */
static void spender(struct worker *self)
{
	l4_cap_t slot = 1000;
	long result = 0;

	while (result >= 0 && slot < 20000)
		result = l4_irq_create(slot++, L4_CAP_NONE, L4_IRQ_SOFT);
	self->result[0] = result;
	self->result[1] = l4_task_create(500, L4_TASK_QUOTA_MIN, 0);
	self->result[2] = l4_task_create(501, 0, L4_TASK_GUEST);
	l4_unmap(l4_fpage_cap(1000, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	l4_unmap(l4_fpage_cap(1001, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	self->result[3] = l4_irq_create(1000, L4_CAP_NONE, L4_IRQ_SOFT);
	tell_main(slot);
	finish();
}

static const char *objects_spend_their_creators(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x20000));
	TRY(run_worker(0, SLOT_TASK(0), spender));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_ENOMEM);
	CHECK_EQ(workers[0].result[1], -L4_ENOMEM);
	CHECK_EQ(workers[0].result[2], -L4_ENOMEM);
	CHECK_EQ(workers[0].result[3], 0);
	CHECK(msg.mr[0] > 1010);
	return NULL;
}

static const char *fifty_tasks(void)
{
	for (unsigned int i = 0; i < 50; i++)
		TRY(make_task(SLOT_FREE + i, 0x20000));
	return NULL;
}

static void spend_all(struct worker *self)
{
	l4_cap_t slot = 1000;

	while (!l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT))
		slot++;
	tell_main(0);
	self->result[0] = *(volatile l4_word_t *)self->arg[0];
	finish();
}

/* A page is taken out of a large one that there is no quota to split: the receiver loses all of it. */
static const char *unmap_without_quota(void)
{
	l4_word_t where = 0x30000000000UL;
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_BASE, 21, L4_RIGHT_R), where), 512);
	TRY(make_worker(0, SLOT_TASK(0), 0));
	workers[0].arg[0] = where;
	TRY(start_worker(0, spend_all));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(l4_unmap(l4_fpage_mem(MEMORY_BASE + 0x5000, 12, L4_RIGHTS_ALL), 0), 0);
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(msg.mr[0], where | L4_RIGHT_R);
	return NULL;
}

/* A gate that is deleted is paid for no longer, whoever has it as his pager or handler. */
static const char *gates_that_are_used(void)
{
	long used;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	used = used_by(L4_CAP_TASK);
	for (unsigned int what = L4_THREAD_PAGER; what <= L4_THREAD_HANDLER; what++) {
		CHECK_EQ(l4_gate_create(SLOT_FREE, L4_CAP_THREAD, 1), 0);
		CHECK(used_by(L4_CAP_TASK) > used);
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), what, SLOT_FREE), 0);
		CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
		CHECK_EQ(used_by(L4_CAP_TASK), used);
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), what, SLOT_MONITOR), 0);
	}
	return NULL;
}

const struct test quota_tests[] = {
	{ "moves", quota_moves, false },
	{ "mappings", mappings_spend_the_receivers, false },
	{ "capability tables", capability_tables_spend_the_receivers, false },
	{ "objects", objects_spend_their_creators, false },
	{ "fifty tasks", fifty_tasks, false },
	{ "unmap without quota", unmap_without_quota, false },
	{ "gates that are used", gates_that_are_used, false },
	{ 0 },
};
