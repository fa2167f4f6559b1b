/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of CPU time: whose it was, and what a vCPU is told of it. */
#include "vcpu.h"

static l4_word_t ms;		/* ticks; a vCPU's task has no info page */

static void sleep_and_end(struct worker *self)
{
	struct l4_msg msg;

	(void)self;
	receive(2 * MS, &msg);
	finish();
}

static l4_word_t time_of(l4_cap_t thread)
{
	return l4_thread_control(thread, L4_THREAD_TIME, 0);
}

/* Who runs has all of the time but for the other's; who sleeps has none. */
static const char *time_is_counted(void)
{
	l4_word_t start, own, passed;

	ms = l4_kip()->tsc_khz;
	TRY(run_worker(0, L4_CAP_TASK, count_for_ever));
	TRY(run_worker(1, L4_CAP_TASK, sleep_and_end));
	CHECK_EQ(time_of(SLOT_THREAD(0)), 0);
	start = l4_rdtsc();
	own = time_of(L4_CAP_THREAD);
	l4_ipc_sleep(l4_timeout_us(20 * MS));
	CHECK(time_of(SLOT_THREAD(0)) >= 15 * ms);
	CHECK(time_of(SLOT_THREAD(1)) < 2 * ms);
	CHECK(time_of(L4_CAP_THREAD) - own < 2 * ms);
	while (time_of(L4_CAP_THREAD) - own < 5 * ms)
		;
	passed = l4_rdtsc() - start;
	CHECK(time_of(SLOT_THREAD(0)) + 5 * ms <= passed);
	CHECK(time_of(SLOT_THREAD(0)) + time_of(L4_CAP_THREAD) - own >= passed - 2 * ms);
	return NULL;
}

/* With nobody to run the last one is not charged for it. */
static const char *idle_time_is_nobodys(void)
{
	l4_word_t own = time_of(L4_CAP_THREAD);

	ms = l4_kip()->tsc_khz;
	l4_ipc_sleep(l4_timeout_us(20 * MS));
	CHECK(time_of(L4_CAP_THREAD) - own < 5 * ms);
	return NULL;
}

static l4_word_t own_time(void)
{
	const volatile struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	return vcpu->run_time + (l4_rdtsc() - vcpu->run_since);
}

static const char *spin_while_others_run(void)
{
	l4_word_t start = l4_rdtsc(), own = own_time(), told;

	while (l4_rdtsc() - start < 40 * ms)
		;
	own = own_time() - own;
	CHECK(own < 30 * ms);
	CHECK(own > 10 * ms);
	own = own_time();
	told = l4_thread_control(HOST_THREAD, L4_THREAD_TIME, 0);
	CHECK(told + ms > own);
	CHECK(told < own + ms);
	return NULL;
}

static volatile l4_word_t looks, seen;

static void look_at_the_vcpu(void)
{
	struct l4_msg msg = { 0 };

	do {
		seen += vcpu_utcb()->vcpu.preempted;
		looks++;
	} while (l4_ipc(HOST_THREAD, L4_IPC_RECV | L4_IPC_CLOSED | l4_recv_timeout(l4_timeout_us(MS)),
			&msg) == -L4_ETIMEDOUT);
	for (;;)
		;
}

static const char *start_looking(void)
{
	l4_word_t stack = (l4_word_t)workers[0].stack + STACK_SIZE - 8;

	looks = seen = 0;
	CHECK_EQ(l4_thread_create(SLOT_THREAD(0), SLOT_TASK(VCPU_WORKER), VCPU_UTCB - 0x100000, 0), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), in_host((l4_word_t)look_at_the_vcpu), in_host(stack), 0), 0);
	return NULL;
}

/* It is told what it had; and others are that it is ready, as long as it is. */
static const char *time_of_a_vcpu(void)
{
	l4_word_t before;

	ms = l4_kip()->tsc_khz;
	TRY(start_vcpu(spin_while_others_run));
	TRY(start_looking());
	for (int i = 0; i < 5; i++) {
		l4_word_t start;

		l4_ipc_sleep(l4_timeout_us(3 * MS));
		start = microseconds();
		while (microseconds() - start < 3 * MS)
			;
	}
	TRY(await_vcpu());
	CHECK(seen > 5);
	before = seen;
	looks = 0;
	l4_ipc_sleep(l4_timeout_us(10 * MS));
	CHECK(looks > 5);
	CHECK_EQ(seen, before);
	return NULL;
}

static void answer(struct worker *self)
{
	struct l4_msg msg = { 0 };

	(void)self;
	l4_ipc_recv(&msg);
	for (;;)
		l4_ipc_reply_wait(&msg);
}

static const char *spin_and_call(void)
{
	l4_word_t start = l4_rdtsc(), own = own_time();

	while (l4_rdtsc() - start < 20 * ms)
		if (own_time() - own > 5 * ms)
			break;
	for (int i = 0; i < 3; i++) {
		struct l4_msg msg = { 0 };

		CHECK_EQ(l4_ipc_call(SLOT_GATE(0), &msg), 0);
	}
	CHECK(own_time() - own >= 5 * ms);
	return NULL;
}

/* What it had before it calls somebody stays its own. */
static const char *time_before_a_call(void)
{
	ms = l4_kip()->tsc_khz;
	TRY(run_worker(0, L4_CAP_TASK, answer));
	TRY(start_vcpu(spin_and_call));
	CHECK_EQ(l4_map(SLOT_TASK(VCPU_WORKER), l4_fpage_cap(SLOT_GATE(0), 1, L4_RIGHT_W),
			(l4_word_t)SLOT_GATE(0) << 12), 1);
	TRY(await_vcpu());
	CHECK(time_of(SLOT_THREAD(0)) < 2 * ms);
	return NULL;
}

const struct test time_tests[] = {
	{ "time is counted", time_is_counted },
	{ "idle time is nobody's", idle_time_is_nobodys },
	{ "time of a vCPU", time_of_a_vcpu },
	{ "time before a call", time_before_a_call },
	{ 0 },
};
