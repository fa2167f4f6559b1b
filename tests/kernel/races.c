/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread is in each of the states it can be in, and then it, its task, its
 * partner or what lies between goes, or it is stopped, cancelled or moved: a case for
 * each pair. The one that is left must learn it, and as it should. With several
 * CPUs all that once more, with the two, and who does it, on different ones.
 */
#include "ktest.h"

#define FIRST		1100
#define FIRST_APART	4000
#define PER_STATE	12

/* Of the thread looked at (worker 0), which has worker 1 as its partner. */
enum state {
	STOPPED, RUNNING, SENDING, RECEIVING, CALLING, CLOSED, OWING, FAULTING, FAULT_QUEUED, SLEEPING,
	STATES
};

enum event {
	THREAD, TASK, PARTNER, PARTNER_TASK, BOTH_TASKS, GATE, STOP, CONTINUE, CANCEL, MOVE, MOVE_PARTNER, MOVE_BOTH,
	EVENTS
};

static const char *const state_names[STATES] = {
	"stopped", "running", "sending", "receiving", "calling", "in a closed receive", "owing a reply",
	"waiting for its pager", "queued at its pager", "asleep",
};

static const char *const event_names[EVENTS] = {
	"it is deleted", "its task is deleted", "its partner is deleted", "its partner's task is deleted",
	"both tasks are deleted", "the gate is deleted", "it is stopped", "it is stopped and goes on",
	"it is cancelled", "it moves", "its partner moves", "both move",
};

/* Who does it is on CPU 0. With two CPUs the next and the last are the same. */
enum place { HERE, NEXT, LAST };

static const struct placement {
	const char *name;
	enum place subject, partner;
} placements[] = {
	{ "", HERE, HERE },
	{ ", both elsewhere", NEXT, LAST },
	{ ", its partner elsewhere", HERE, LAST },
	{ ", it elsewhere", NEXT, HERE },
};

#define SLOT_POKE	SLOT_FREE

#define QUIET	1	/* it does not return from what it does */
#define GONE	2	/* there is nobody to return */
#define HALTED	3	/* the kernel has stopped it */

/* What the thread's IPC returns then. */
static const signed char outcome[STATES][EVENTS] = {
	[STOPPED] = { GONE, GONE, HALTED, HALTED, GONE, HALTED, HALTED, HALTED, HALTED, HALTED,
		      HALTED, HALTED },
	[RUNNING] = { GONE, GONE, QUIET, QUIET, GONE, QUIET, HALTED, QUIET, QUIET, QUIET, QUIET,
		      QUIET },
	[SENDING] = { GONE, GONE, -L4_EDEAD, -L4_EDEAD, GONE, QUIET, HALTED, -L4_ECANCELED,
		      -L4_ECANCELED, QUIET, QUIET, QUIET },
	[RECEIVING] = { GONE, GONE, QUIET, QUIET, GONE, QUIET, HALTED, -L4_ECANCELED, -L4_ECANCELED,
			QUIET, QUIET, QUIET },
	[CALLING] = { GONE, GONE, -L4_EDEAD, -L4_EDEAD, GONE, QUIET, HALTED, -L4_ECANCELED,
		      -L4_ECANCELED, QUIET, QUIET, QUIET },
	[CLOSED] = { GONE, GONE, -L4_EDEAD, -L4_EDEAD, GONE, QUIET, HALTED, -L4_ECANCELED,
		     -L4_ECANCELED, QUIET, QUIET, QUIET },
	[OWING] = { GONE, GONE, QUIET, QUIET, GONE, QUIET, HALTED, -L4_ECANCELED, -L4_ECANCELED,
		    QUIET, QUIET, QUIET },
	[FAULTING] = { GONE, GONE, HALTED, HALTED, GONE, QUIET, HALTED, QUIET, QUIET, QUIET, QUIET,
		       QUIET },
	[FAULT_QUEUED] = { GONE, GONE, HALTED, HALTED, GONE, QUIET, HALTED, QUIET, QUIET, QUIET,
			   QUIET, QUIET },
	[SLEEPING] = { GONE, GONE, QUIET, QUIET, GONE, QUIET, HALTED, -L4_ECANCELED, -L4_ECANCELED,
		       QUIET, QUIET, QUIET },
};

static enum state state;
static enum event event;
static const struct placement *placement;
static unsigned int home[2];	/* of the subject and its partner */

__attribute__((noreturn)) static void report(struct worker *self, long result)
{
	struct l4_msg msg = { .tag = l4_tag(3, 0, 0), .mr = { self - workers, result, here() } };

	l4_ipc_send(SLOT_MAIN, &msg);
	finish();
}

static void subject(struct worker *self)
{
	struct l4_msg msg = { 0 }, other = { 0 };

	switch (state) {
	case RUNNING:
		for (;; self->result[0]++)
			self->result[2] = here();
	case SENDING:
		report(self, l4_ipc_send(SLOT_GATE(1), &msg));
	case RECEIVING:
		report(self, l4_ipc_recv(&msg));
	case CALLING:
		report(self, l4_ipc_call(SLOT_GATE(1), &msg));
	case CLOSED:
		report(self, l4_ipc(SLOT_GATE(1), L4_IPC_RECV | L4_IPC_CLOSED, &msg));
	case OWING:
		l4_ipc_recv(&msg);
		self->result[0] = 1;
		report(self, l4_ipc_recv(&other));
	case SLEEPING:
		report(self, receive_nothing(l4_timeout_us(PATIENCE)));
	default:
		self->result[0] = *(volatile l4_word_t *)0x1000;
		report(self, 0);
	}
}

/* Calls the subject, or takes its message and answers it when the main thread says so. */
static void partner(struct worker *self)
{
	struct l4_msg msg = { 0 }, poke = { 0 };

	if (state == OWING)
		report(self, l4_ipc_call(SLOT_GATE(0), &msg));
	l4_ipc_recv(&msg);
	self->result[0] = 1;
	l4_ipc_recv(&poke);
	msg.tag = 0;
	report(self, l4_ipc_reply(&msg));
}

static void run_once(struct worker *self)
{
	self->result[2] = here();
	self->result[1] = 77;
	finish();
}

static bool partner_acts(void)
{
	return state == CALLING || state == OWING || state == FAULTING;
}

const char *let_them_run(void)
{
	struct l4_msg msg;

	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

bool is_in_call(unsigned int n)
{
	struct l4_thread_regs *regs = l4_utcb_regs(l4_first_utcb());

	return l4_thread_regs(SLOT_THREAD(n), L4_REGS_READ) == 0 &&
	       !memcmp((void *)(regs->frame.ip - 2), "\x0f\x05", 2);
}

/* Registers can be set, to what they are, once the kernel has begun to tell of its fault. */
static bool has_faulted(void)
{
	return l4_thread_regs(SLOT_THREAD(0), L4_REGS_READ) == 0 &&
	       l4_thread_regs(SLOT_THREAD(0), L4_REGS_WRITE) == 0;
}

static bool is_reached(void)
{
	switch (state) {
	case STOPPED:
		return true;
	case RUNNING:
		return workers[0].result[0] > 0;
	case CALLING: case FAULTING:
		return workers[1].result[0] > 0;
	case OWING:
		return workers[0].result[0] > 0 && is_in_call(0);
	case FAULT_QUEUED:
		return has_faulted();
	default:
		return is_in_call(0);
	}
}

static bool ran_once(void)
{
	return workers[0].result[1] == 77;
}

static bool runs_at_home(void)
{
	return workers[0].result[2] == home[0];
}

const char *wait_until(bool (*is_so)(void))
{
	l4_word_t end = microseconds() + PATIENCE;

	while (!is_so()) {
		CHECK(microseconds() < end);
		TRY(let_them_run());
	}
	return NULL;
}

static const char *put(unsigned int n, unsigned int cpu)
{
	home[n] = cpu;
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_CPU, cpu), 0);
	return NULL;
}

static const char *move(unsigned int n)
{
	return put(n, (home[n] + 1) % l4_kip()->cpus);
}

static unsigned int cpu_at(enum place place)
{
	return place == HERE ? 0 : place == NEXT ? 1 : l4_kip()->cpus - 1;
}

static const char *make_both(void)
{
	for (unsigned int n = 0; n < 2; n++) {
		TRY(make_task(SLOT_TASK(n), 0x40000));
		TRY(make_worker(n, SLOT_TASK(n), 0));
		TRY(put(n, cpu_at(n ? placement->partner : placement->subject)));
	}
	return NULL;
}

static const char *set_up(void)
{
	TRY(make_both());
	for (unsigned int n = 0; n < 2; n++)
		CHECK_EQ(l4_map(SLOT_TASK(n), l4_fpage_cap(SLOT_GATE(0), 1, L4_RIGHT_W | L4_RIGHT_R),
				(l4_word_t)SLOT_GATE(0) << 12), 2);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_GATE(1)), 0);
	CHECK_EQ(l4_gate_create(SLOT_POKE, SLOT_THREAD(1), 0), 0);
	if (state != STOPPED)
		TRY(start_worker(0, subject));
	if (partner_acts())
		TRY(start_worker(1, partner));
	TRY(wait_until(is_reached));
	return let_them_run();
}

static const char *delete(l4_cap_t slot, unsigned int order)
{
	CHECK_EQ(l4_unmap(l4_fpage_cap(slot, order, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

static const char *stop(void)
{
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	return NULL;
}

static const char *happen(void)
{
	bool in_ipc = outcome[state][CANCEL] < 0;

	switch (event) {
	case THREAD:
		return delete(SLOT_THREAD(0), 0);
	case TASK:
		return delete(SLOT_TASK(0), 0);
	case PARTNER:
		return delete(SLOT_THREAD(1), 0);
	case PARTNER_TASK:
		return delete(SLOT_TASK(1), 0);
	case BOTH_TASKS:
		return delete(SLOT_TASK(0), 1);
	case GATE:
		return delete(SLOT_GATE(1), 0);
	case STOP:
		return stop();
	case CONTINUE:
		TRY(stop());
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0),
			 state == STOPPED ? -L4_EINVAL : 0);
		return NULL;
	case MOVE:
		return move(0);
	case MOVE_PARTNER:
		return move(1);
	case MOVE_BOTH:
		TRY(move(0));
		return move(1);
	default:
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CANCEL, 0),
			 in_ipc ? 0 : -L4_EBUSY);
		return NULL;
	}
}

static const char *expect_report(unsigned int n, long result)
{
	struct l4_msg msg;

	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], n);
	CHECK_EQ(msg.mr[1], result);
	CHECK_EQ(msg.mr[2], home[n]);
	return NULL;
}

/* Who answers and who is answered run on two CPUs: either may be first. */
static const char *expect_both(void)
{
	bool came[2] = { false, false };
	struct l4_msg msg;

	for (unsigned int n = 0; n < 2; n++) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK(msg.mr[0] < 2 && !came[msg.mr[0]]);
		came[msg.mr[0]] = true;
		CHECK_EQ(msg.mr[1], 0);
		CHECK_EQ(msg.mr[2], home[msg.mr[0]]);
	}
	return NULL;
}

static const char *check_running(l4_word_t before)
{
	for (l4_word_t end = microseconds() + PATIENCE; workers[0].result[0] == before;) {
		CHECK(microseconds() < end);
		TRY(let_them_run());
	}
	return wait_until(runs_at_home);
}

static const char *check_halted(l4_word_t before)
{
	CHECK_EQ(workers[0].result[0], before);
	TRY(start_worker(0, run_once));
	TRY(wait_until(ran_once));
	CHECK(runs_at_home());
	return NULL;
}

static const char *check_subject(void)
{
	long result = outcome[state][event];
	l4_word_t before = workers[0].result[0];

	if (result < 0)
		return expect_report(0, result);
	if (result == GONE) {
		CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0x1000, 0, 0),
			 event == THREAD ? -L4_ENOCAP : -L4_EDEAD);
		return NULL;
	}
	TRY(let_them_run());
	if (result == QUIET) {
		CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0x1000, 0, 0), -L4_EBUSY);
		return state == RUNNING ? check_running(before) : NULL;
	}
	return check_halted(before);
}

static const char *tell_partner_to_answer(void)
{
	struct l4_msg msg = { 0 };

	CHECK_EQ(workers[1].result[0], 1);
	CHECK_EQ(l4_ipc(SLOT_POKE, L4_IPC_SEND | l4_send_timeout(l4_timeout_us(PATIENCE)), &msg), 0);
	return NULL;
}

/* The subject had its call: it learns of the end only, for a stopped thread owes on. */
static const char *check_caller(void)
{
	if (event == THREAD || event == TASK)
		return expect_report(1, -L4_EDEAD);
	return NULL;
}

/* It had the subject's call or fault: its answer comes too late, or in time. */
static const char *check_server(void)
{
	bool late = event == THREAD || event == TASK || event == STOP || event == CONTINUE ||
		    (event == CANCEL && state == CALLING);

	/* A fault that happens again is what it waits for now. */
	if (event == CONTINUE && state == FAULTING)
		return expect_report(1, 0);
	TRY(tell_partner_to_answer());
	if (!late && state == CALLING)
		return expect_both();
	return expect_report(1, late ? -L4_EDEAD : 0);
}

static const char *check_partner(void)
{
	if (!partner_acts() || event == PARTNER || event == PARTNER_TASK || event == BOTH_TASKS)
		return NULL;
	return state == OWING ? check_caller() : check_server();
}

/* One that has moved and still waits goes on where it is now. */
static const char *check_moved(void)
{
	bool answered = state == CALLING;

	if (event < MOVE || answered || outcome[state][CANCEL] >= 0)
		return NULL;
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CANCEL, 0), 0);
	return expect_report(0, -L4_ECANCELED);
}

static const char *run_case(void)
{
	struct l4_msg msg;

	TRY(set_up());
	TRY(happen());
	if (event == CONTINUE && state == FAULTING)
		TRY(check_partner());
	TRY(check_subject());
	if (event != CONTINUE || state != FAULTING)
		TRY(check_partner());
	TRY(check_moved());
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

void run_pairs(const struct pairs *pairs, const char *where, const char *group, unsigned int first)
{
	static char name[100];

	for (unsigned int state = 0; state < pairs->states; state++) {
		for (unsigned int event = 0; event < pairs->events; event++) {
			struct test test = { name, pairs->run, false };
			unsigned int number = first + pairs->per_state * state + event;

			*pairs->state = state;
			*pairs->event = event;
			snprintf(name, sizeof(name), "%s, %s%s", pairs->state_names[state],
				 pairs->event_names[event], where);
			if (is_chosen(group, number))
				run_test(group, number, &test);
		}
	}
}

static void run_cases(const char *group, unsigned int first)
{
	static const struct pairs pairs = {
		&state, &event, STATES, EVENTS, PER_STATE, state_names, event_names, run_case,
	};

	run_pairs(&pairs, placement->name, group, first);
}

void run_race_cases(void)
{
	placement = &placements[0];
	run_cases("races", FIRST);
}

void run_race_cases_apart(void)
{
	if (l4_kip()->cpus == 1)
		return;
	for (unsigned int i = 1; i < ARRAY_SIZE(placements); i++) {
		placement = &placements[i];
		run_cases("races_apart", FIRST_APART + PER_STATE * STATES * (i - 1));
	}
}
