/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of what others notice of a task that does its worst: of the kernel's
 * longest calls a thread of higher priority notices nothing but a bounded
 * delay, and one of the same priority has its turns; a task without
 * capabilities reaches nobody; a quota is spent alone.
 *
 * The attacker is worker 0. The victim is the main thread, or worker 1: it
 * sleeps for a short time again and again, and notes how late it was woken. With
 * QEMU's instruction counter a tick of the TSC is an instruction.
 */
#include "ktest.h"

#define LATE_MAX	20000	/* instructions, from the alarm to the victim's next one */
#define NAP_US		100
#define ATTACKER_QUOTA	(6UL << 20)
#define SLOT_OWN	1000	/* of the attacker's own table */
#define OWN_TASK	(SLOT_OWN - 1)
#define CAPS		(1UL << 12)
#define PAGE		(MEMORY_BASE + (64 << 10))	/* the attacker's page */
#define BASE		0x100000000000UL		/* free addresses of it */

static bool counted(void)
{
	return l4_kip()->tsc_khz > 995000 && l4_kip()->tsc_khz < 1005000;
}

/* Without it the bounds mean nothing; but tests/run says that it counts, and then it must. */
static const char *check_counting(void)
{
	CHECK(counted() || !has_argument("counted"));
	if (!counted())
		printf("# QEMU counts no instructions: how late is not checked\n");
	return NULL;
}

/* How late the thread is after a nap, in ticks. */
static long nap(void)
{
	l4_word_t begin = l4_rdtsc(), ticks = NAP_US * l4_kip()->tsc_khz / 1000;
	struct l4_msg msg;

	receive(NAP_US, &msg);
	return l4_rdtsc() - begin - ticks;
}

/* The attacker's work; each way is done as often as the victim lets it. */
static volatile bool over;

static void unmap_all(l4_word_t address, unsigned int order)
{
	l4_unmap(l4_fpage_mem(address, order, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

static void delete(l4_cap_t slot)
{
	l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

/* Thousands of objects and capabilities, gone with the task that has them. */
static void task_of_capabilities(void)
{
	l4_task_create(OWN_TASK, ATTACKER_QUOTA / 2, 0);
	for (l4_word_t slot = 4096; slot < 8192; slot++)
		if (l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT))
			break;
	for (l4_word_t to = CAPS; to < 8 * CAPS; to += CAPS)
		l4_map(OWN_TASK, l4_fpage_cap(4096, 12, L4_RIGHTS_ALL), to << 12);
	l4_unmap(l4_fpage_cap(4096, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	delete(OWN_TASK);
}

/* Page tables by the hundred: a page, a GiB apart each time. */
static void task_of_tables(void)
{
	l4_task_create(OWN_TASK, ATTACKER_QUOTA / 2, 0);
	for (l4_word_t n = 0; n < 4000; n++)
		if (l4_map(OWN_TASK, l4_fpage_mem(PAGE, 12, L4_RIGHTS_ALL), BASE + (n << 30)) < 0)
			break;
	delete(OWN_TASK);
}

/* The same in its own space, then a search through all of it. */
static void sparse_space(void)
{
	for (l4_word_t n = 0; n < 300; n++)
		l4_map(L4_CAP_TASK, l4_fpage_mem(PAGE, 12, L4_RIGHTS_ALL), BASE + (n << 30));
	l4_unmap(l4_fpage_mem(BASE, 44, L4_RIGHT_W), L4_UNMAP_SELF);
	unmap_all(BASE, 44);
}

/* A page that ten thousand have got, from each other and from one. */
static void many_nodes(void)
{
	for (l4_word_t n = 0; n < 10000; n++)
		if (l4_map(L4_CAP_TASK, l4_fpage_mem(n & 1 ? BASE + (n / 2 << 12) : PAGE, 12, L4_RIGHTS_ALL),
			   BASE + (n << 12)) < 0)
			break;
	l4_unmap(l4_fpage_mem(PAGE, 12, L4_RIGHT_W), 0);
	l4_unmap(l4_fpage_mem(PAGE, 12, L4_RIGHTS_ALL), 0);
}

/* Large flexpages, mapped again over themselves. */
static void many_pages(void)
{
	for (unsigned int n = 0; n < 4; n++)
		l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL),
		       BASE + ((n % 2) << MEMORY_ORDER));
	for (unsigned int n = 0; n < 64; n++)
		l4_unmap(l4_fpage_mem(MEMORY_BASE + n * 0x2000, 12, L4_RIGHTS_ALL), 0);
	unmap_all(BASE, 40);
}

/* A guest with as many pages as a batch can name, and its end. */
static void guests(void)
{
	struct l4_utcb *utcb = workers[0].utcb;

	l4_task_create(OWN_TASK, 0, L4_TASK_GUEST);
	for (unsigned int n = 0; n < L4_BATCH_MAX; n++)
		utcb->batch[n] = (struct l4_batch_entry){
			(n << 22) | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_W, MEMORY_BASE, 1024 };
	l4_guest_update(OWN_TASK, L4_BATCH_MAX);
	utcb->batch[0] = (struct l4_batch_entry){ 0 | L4_BATCH_UNMAP | L4_RIGHT_W, 0, 1UL << 35 };
	l4_guest_update(OWN_TASK, 1);
	delete(OWN_TASK);
}

/*
 * Many guests have a page; the kernel looks for it in the tables of all: when they are to
 * lose it, and when another mapping of it is asked about, loses a right, and goes.
 */
static void taken_from_guests(void)
{
	l4_word_t page = l4_fpage_mem(PAGE, 12, L4_RIGHTS_ALL);
	struct l4_utcb *utcb = workers[0].utcb;

	for (unsigned int guest = 0; guest < 4; guest++) {
		l4_task_create(SLOT_OWN + guest, 0, L4_TASK_GUEST);
		for (unsigned int n = 0; n < L4_BATCH_MAX; n++)
			utcb->batch[n] = (struct l4_batch_entry){
				(n << 22) | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_W, MEMORY_BASE, 1024 };
		l4_guest_update(SLOT_OWN + guest, L4_BATCH_MAX);
	}
	l4_unmap(page, 0);
	l4_map(L4_CAP_TASK, page, BASE);
	l4_unmap(l4_fpage_mem(BASE, 12, 0), L4_UNMAP_STATUS);
	l4_unmap(l4_fpage_mem(BASE, 12, L4_RIGHT_W), L4_UNMAP_SELF);
	unmap_all(BASE, 12);
	for (unsigned int guest = 0; guest < 4; guest++)
		delete(SLOT_OWN + guest);
}

static void (*const ways[])(void) = {
	task_of_capabilities, task_of_tables, sparse_space, many_nodes, many_pages, guests,
	taken_from_guests,
};

static void attack(struct worker *self)
{
	void (*way)(void) = ways[self->arg[0]];

	do {
		way();
		self->result[0]++;
	} while (!over);
	tell_main(0);
	finish();
}

/* Its own task, with a system's quota and memory of its own, may do what it wants. */
static const char *start_attacker(void (*entry)(struct worker *self), l4_word_t first, l4_word_t second)
{
	TRY(make_task(SLOT_TASK(0), ATTACKER_QUOTA));
	CHECK(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL),
		     MEMORY_BASE) > 0);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL),
			(l4_word_t)L4_CAP_TASK << 12), 1);
	TRY(make_worker(0, SLOT_TASK(0), 0));
	workers[0].arg[0] = first;
	workers[0].arg[1] = second;
	workers[0].result[0] = 0;
	return start_worker(0, entry);
}

static const char *start_attack(unsigned int way)
{
	over = false;
	return start_attacker(attack, way, 0);
}

static const char *end_attack(void)
{
	struct l4_msg msg;

	over = true;
	return await(LABEL_MAIN, &msg);
}

static const char *higher_priority(void)
{
	TRY(check_counting());
	for (unsigned int way = 0; way < ARRAY_SIZE(ways); way++) {
		long latest = 0, late;

		TRY(start_attack(way));
		for (unsigned int naps = 0; naps < 100 || (!workers[0].result[0] && naps < 20000); naps++) {
			late = nap();
			latest = late > latest ? late : latest;
		}
		CHECK(workers[0].result[0]);
		printf("# way %u: done %lu times, at most %ld ticks late\n", way,
		       workers[0].result[0], latest);
		if (counted())
			CHECK(latest < LATE_MAX);
		TRY(end_attack());
		delete(SLOT_THREAD(0));
		delete(SLOT_GATE(0));
		delete(SLOT_TASK(0));
	}
	return NULL;
}

/* Of two of the same priority the other one has half of the time, whatever is done in its half. */
static const char *same_priority(void)
{
	struct l4_msg msg;

	TRY(check_counting());
	TRY(make_worker(1, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_TIMESLICE, 1 * MS), 0);
	TRY(start_worker(1, count_for_ever));
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	for (unsigned int way = 0; way < ARRAY_SIZE(ways); way++) {
		l4_word_t alone, together;

		alone = workers[1].result[0];
		CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
		alone = workers[1].result[0] - alone;
		TRY(start_attack(way));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_TIMESLICE, 1 * MS), 0);
		together = workers[1].result[0];
		CHECK_EQ(receive(40 * MS, &msg), -L4_ETIMEDOUT);
		together = workers[1].result[0] - together;
		if (counted())
			CHECK(together > alone * 8 / 10 && together < alone * 12 / 10);
		TRY(end_attack());
		delete(SLOT_THREAD(0));
		delete(SLOT_GATE(0));
		delete(SLOT_TASK(0));
	}
	return NULL;
}

/* Who deletes is deleted meanwhile: the rest is done all the same. */
static const char *deleter_goes(void)
{
	long used = l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED);
	struct l4_msg msg;

	for (unsigned int round = 0; round < 20; round++) {
		TRY(start_attack(round % 2));
		CHECK_EQ(receive(1 * MS + round * 777, &msg), -L4_ETIMEDOUT);
		if (round % 4 < 2)
			CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
		delete(SLOT_TASK(0));
		delete(SLOT_THREAD(0));
		delete(SLOT_GATE(0));
		/* The reaper has the attacker's priority. */
		CHECK_EQ(receive(50 * MS, &msg), -L4_ETIMEDOUT);
		CHECK_EQ(l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED), used);
	}
	return NULL;
}

/*
 * Pages of their own, each of which is looked for in all tables of a guest, as one: to be
 * asked about; or to lose a right, which is found at the very end.
 */
static void search_for_pages(struct worker *self)
{
	l4_word_t pages = self->arg[0], last = L4_BATCH_MAX - 1;

	l4_task_create(OWN_TASK, 0, L4_TASK_GUEST);
	for (unsigned int n = 0; n < L4_BATCH_MAX; n++)
		self->utcb->batch[n] = (struct l4_batch_entry){
			(n << 22) | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_W, MEMORY_BASE,
			n == last ? (PAGE - MEMORY_BASE) / L4_PAGE_SIZE + 1 : 1024 };
	l4_guest_update(OWN_TASK, L4_BATCH_MAX);
	self->utcb->batch[0] = self->utcb->batch[last];
	for (l4_word_t n = 0; n < pages; n++)
		l4_map(L4_CAP_TASK, l4_fpage_mem(PAGE, 12, L4_RIGHTS_ALL), BASE + (n << 12));
	for (;; self->result[0]++) {
		if (self->arg[1])
			l4_guest_update(OWN_TASK, 1);
		l4_unmap(l4_fpage_mem(BASE, 18, self->arg[1]), self->arg[1] ? L4_UNMAP_SELF : L4_UNMAP_STATUS);
	}
}

static const char *search_for(l4_word_t pages, l4_word_t rights, long *latest)
{
	TRY(start_attacker(search_for_pages, pages, rights));
	*latest = 0;
	for (unsigned int naps = 0; workers[0].result[0] < 3 && naps < 20000; naps++) {
		long late = nap();

		*latest = late > *latest ? late : *latest;
	}
	CHECK(workers[0].result[0] >= 3);
	delete(SLOT_THREAD(0));
	delete(SLOT_GATE(0));
	delete(SLOT_TASK(0));
	return NULL;
}

/* A search through a guest is broken off, and there is an end after each. */
static const char *page_by_page(void)
{
	long one, many;

	TRY(check_counting());
	for (l4_word_t rights = 0; rights <= L4_RIGHT_W; rights += L4_RIGHT_W) {
		TRY(search_for(1, rights, &one));
		TRY(search_for(16, rights, &many));
		printf("# %s one page: at most %ld ticks late; 16: %ld\n",
		       rights ? "a right to" : "asked about", one, many);
		if (counted())
			CHECK(one < LATE_MAX && many < LATE_MAX);
	}
	return NULL;
}

/* Of all that a call can name it has nothing; what it did not do it says in its results. */
static void try_everything(struct worker *self)
{
	struct l4_msg msg;

	self->result[1] = 0;
	for (l4_word_t slot = 0; slot < 2000; slot++) {
		msg = (struct l4_msg){ 0 };
		self->result[1] += l4_ipc_call(slot, &msg) != -L4_ENOCAP;
		for (l4_word_t number = 1; number <= L4_CALL_THREAD_REGS; number++) {
			/* Those that name nothing, and a task of its own quota. */
			if (number == L4_CALL_TASK_CREATE || number == L4_CALL_UNMAP ||
			    number == L4_CALL_VCPU_RESUME || number == L4_CALL_VCPU_CONTROL ||
			    (number == L4_CALL_YIELD && !slot))
				continue;
			if (number == L4_CALL_THREAD_CREATE || number == L4_CALL_GATE_CREATE ||
			    number == L4_CALL_IRQ_CREATE)
				self->result[1] += l4_syscall4(number, 100, slot, 0x1000, 0) != -L4_ENOCAP;
			else if (number == L4_CALL_GUEST_UPDATE)
				self->result[1] += l4_syscall4(number, slot, 1, 0, 0) != -L4_ENOCAP;
			else
				self->result[1] += l4_syscall4(number, slot, 0, 0, 0) != -L4_ENOCAP;
		}
	}
	self->result[0] = 1;
	for (;;)
		;
}

static const char *nothing_in_hand(void)
{
	struct l4_msg msg;

	CHECK_EQ(l4_task_create(SLOT_TASK(0), ATTACKER_QUOTA, 0), 0);
	CHECK(l4_map(SLOT_TASK(0), l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL), IMAGE_BASE) > 0);
	TRY(run_worker(0, SLOT_TASK(0), try_everything));
	CHECK_EQ(receive(100 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[0], 1);
	CHECK_EQ(workers[0].result[1], 0);
	return NULL;
}

const struct test isolation_tests[] = {
	{ "higher priority", higher_priority, false },
	{ "same priority", same_priority, false },
	{ "who deletes is deleted", deleter_goes, false },
	{ "nothing in hand", nothing_in_hand, false },
	{ "others run between two pages", page_by_page, false },
	{ 0 },
};
