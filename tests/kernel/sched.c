/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of yield to a thread: who runs next, and for how long. */
#include "ktest.h"

/* Who ran, in their order: workers note their letters. */
static char order[16];
static volatile unsigned int noted;

static void note(char letter)
{
	if (noted < sizeof(order) - 1)
		order[noted++] = letter;
}

/* arg[0]: its letter; arg[1]: whom it yields to; then it notes the letter in lower case. */
static void note_and_yield(struct worker *self)
{
	note((char)self->arg[0]);
	self->result[0] = l4_yield_to(self->arg[1]);
	note((char)(self->arg[0] | 0x20));
	finish();
}

static void note_and_end(struct worker *self)
{
	note((char)self->arg[0]);
	finish();
}

static const char *start_noting(unsigned int n, void (*entry)(struct worker *self), l4_cap_t to)
{
	workers[n].arg[0] = 'A' + n;
	workers[n].arg[1] = to;
	TRY(make_worker(n, L4_CAP_TASK, 0));
	return start_worker(n, entry);
}

/* The workers run while the main thread waits. */
static const char *runs_as(const char *expected)
{
	struct l4_msg msg;

	noted = 0;
	memset(order, 0, sizeof(order));
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	if (strcmp(order, expected)) {
		printf("# order: %s\n", order);
		return "the order is another one";
	}
	return NULL;
}

static const char *to_an_equal(void)
{
	TRY(start_noting(0, note_and_yield, SLOT_THREAD(2)));
	TRY(start_noting(1, note_and_end, 0));
	TRY(start_noting(2, note_and_end, 0));
	TRY(runs_as("ACBa"));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

static const char *to_nobody(void)
{
	TRY(start_noting(0, note_and_yield, L4_CAP_NONE));
	TRY(start_noting(1, note_and_end, 0));
	TRY(start_noting(2, note_and_end, 0));
	return runs_as("ABCa");
}

/* It waits (worker 2 was not started) or it is oneself: as if to nobody. */
static const char *to_one_not_ready(void)
{
	TRY(start_noting(0, note_and_yield, SLOT_THREAD(2)));
	TRY(start_noting(1, note_and_yield, SLOT_THREAD(1)));
	TRY(make_worker(2, L4_CAP_TASK, 0));
	TRY(start_noting(3, note_and_end, 0));
	TRY(runs_as("ABDab"));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* Of a lower priority: it runs before the others, until it waits. */
static const char *to_a_lower_one(void)
{
	TRY(start_noting(0, note_and_yield, SLOT_THREAD(2)));
	TRY(start_noting(1, note_and_end, 0));
	TRY(start_noting(2, note_and_end, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, WORKER_PRIORITY - 1), 0);
	return runs_as("ACBa");
}

/* Of a lower priority, and it does not wait: it has the slice, not more. */
static const char *lower_one_has_the_slice(void)
{
	workers[0].arg[0] = 'A';
	workers[0].arg[1] = SLOT_THREAD(1);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_TIMESLICE, 2 * MS), 0);
	TRY(start_worker(0, note_and_yield));
	TRY(start_noting(1, count_for_ever, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PRIORITY, WORKER_PRIORITY - 1), 0);
	TRY(runs_as("Aa"));
	CHECK(workers[1].result[0] > 0);
	return NULL;
}

/* A yields to the lower C; D waits for a timeout within the slice and is above C, so it goes on. */
static void sleep_and_note(struct worker *self)
{
	struct l4_msg msg;

	receive(2 * MS, &msg);
	note_and_end(self);
}

static const char *higher_one_preempts_it(void)
{
	TRY(start_noting(3, sleep_and_note, 0));
	TRY(start_noting(0, note_and_yield, SLOT_THREAD(2)));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_TIMESLICE, 10 * MS), 0);
	TRY(start_noting(2, count_for_ever, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, WORKER_PRIORITY - 1), 0);
	TRY(runs_as("AaD"));
	CHECK(workers[2].result[0] > 0);
	return NULL;
}

const struct test sched_tests[] = {
	{ "yield to an equal", to_an_equal, .covers = "yield good" },
	{ "yield to nobody", to_nobody },
	{ "yield to one that is not ready", to_one_not_ready },
	{ "yield to a lower priority", to_a_lower_one },
	{ "a lower priority has the slice only", lower_one_has_the_slice },
	{ "a higher priority preempts it", higher_one_preempts_it },
	{ 0 },
};
