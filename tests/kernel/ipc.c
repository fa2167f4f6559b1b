/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of IPC: words, timeouts, replies, errors. Map items are tested in item.c. */
#include "ktest.h"

/* Answers every call with its words inverted, and the label in mr0's place if mr0 is ASK_LABEL. */
#define ASK_LABEL	0x1abe1UL

static void echo_server(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	for (;;) {
		unsigned int words = l4_tag_words(msg.tag);

		for (unsigned int i = 0; i < L4_MSG_REGS; i++)
			msg.mr[i] = msg.mr[i] == ASK_LABEL ? msg.label : ~msg.mr[i];
		for (unsigned int i = L4_MSG_REGS; i < words; i++)
			self->utcb->mr[i] = ~self->utcb->mr[i];
		l4_ipc_reply_wait(&msg);
	}
}

static const char *check_registers(void)
{
	struct l4_msg msg = { .tag = l4_tag(4, 0, 0x123) | 0x7ffUL << L4_TAG_USER_SHIFT,
			      .mr = { 1, ASK_LABEL, 3, 4 } };
	l4_word_t tag = msg.tag;

	CHECK_EQ(call(SLOT_GATE(0), &msg), 0);
	CHECK_EQ(msg.tag, tag);
	CHECK_EQ(msg.label, 0);
	CHECK_EQ(msg.mr[0], ~1UL);
	CHECK_EQ(msg.mr[1], LABEL_GATE(0));
	CHECK_EQ(msg.mr[2], ~3UL);
	CHECK_EQ(msg.mr[3], ~4UL);
	return NULL;
}

static const char *call_within_a_task(void)
{
	TRY(run_worker(0, L4_CAP_TASK, echo_server));
	return check_registers();
}

static const char *call_across_tasks(void)
{
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), echo_server));
	TRY(check_registers());
	return check_registers();
}

static const char *words_0_to_64(void)
{
	struct l4_utcb *utcb = l4_first_utcb();

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), echo_server));
	for (unsigned int words = 0; words <= L4_MSG_WORDS; words++) {
		struct l4_msg msg = { .tag = l4_tag(words, 0, 0), .mr = { 100, 101, 102, 103 } };

		for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++)
			utcb->mr[i] = words * 1000 + i;
		CHECK_EQ(call(SLOT_GATE(0), &msg), 0);
		CHECK_EQ(l4_tag_words(msg.tag), words);
		CHECK_EQ(msg.mr[3], ~103UL);
		for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++) {
			l4_word_t sent = words * 1000 + i;

			CHECK_EQ(utcb->mr[i], i < words ? ~sent : sent);
		}
	}
	return NULL;
}

static void sender(struct worker *self)
{
	tell_main(self->arg[0]);
	finish();
}

static const char *sender_waits(void)
{
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	workers[0].arg[0] = 77;
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, MAIN_PRIORITY), 0);
	TRY(start_worker(0, sender));
	l4_yield();
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 77);
	return NULL;
}

static const char *timeouts(void)
{
	struct l4_msg msg = { 0 };
	l4_word_t start = microseconds(), elapsed;

	CHECK_EQ(receive(0, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	elapsed = microseconds() - start;
	CHECK(elapsed >= 20 * MS && elapsed < PATIENCE);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc(SLOT_GATE(0), L4_IPC_SEND | l4_send_timeout(L4_TIMEOUT_ZERO), &msg),
		 -L4_ETIMEDOUT);
	start = microseconds();
	CHECK_EQ(l4_ipc(SLOT_GATE(0), L4_IPC_SEND | l4_send_timeout(l4_timeout_us(20 * MS)), &msg),
		 -L4_ETIMEDOUT);
	CHECK(microseconds() - start >= 20 * MS);
	return NULL;
}

static void receive_and_sleep(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	self->result[0] = 1;
	receive_nothing(l4_timeout_us(PATIENCE));
	finish();
}

static const char *reply_timeout(void)
{
	struct l4_msg msg = { 0 };
	l4_word_t flags = L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL;

	TRY(run_worker(0, L4_CAP_TASK, receive_and_sleep));
	CHECK_EQ(l4_ipc(SLOT_GATE(0), flags | l4_recv_timeout(l4_timeout_us(10 * MS)), &msg),
		 -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[0], 1);
	return NULL;
}

static const char *malformed_requests(void)
{
	struct l4_msg msg = { .tag = L4_MSG_WORDS + 1 };

	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND, &msg), -L4_EINVAL);
	msg.tag = 9UL << L4_TAG_ITEMS_SHIFT;
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND, &msg), -L4_EINVAL);
	msg.tag = 1UL << 63;
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND, &msg), -L4_EINVAL);
	msg.tag = 0;
	CHECK_EQ(l4_ipc(SLOT_MAIN, 0, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND | L4_IPC_REPLY, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_RECV | L4_IPC_CALL, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND | L4_IPC_CALL, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND | 1UL << 5, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND, &msg), -L4_EINVAL);	/* to oneself */
	return NULL;
}

static const char *bad_destinations(void)
{
	struct l4_msg msg = { 0 };

	CHECK_EQ(l4_ipc(SLOT_FREE, L4_IPC_SEND, &msg), -L4_ENOCAP);
	CHECK_EQ(l4_ipc(L4_CAP_NONE, L4_IPC_SEND, &msg), -L4_ENOCAP);
	CHECK_EQ(l4_ipc(~0U, L4_IPC_SEND, &msg), -L4_ENOCAP);
	CHECK_EQ(l4_ipc(L4_CAP_TASK, L4_IPC_SEND, &msg), -L4_ENOCAP);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHT_R),
			(l4_word_t)SLOT_FREE << 12), 1);
	CHECK_EQ(l4_ipc(SLOT_FREE, L4_IPC_SEND, &msg), -L4_ERIGHTS);
	CHECK_EQ(l4_ipc(L4_CAP_NONE, L4_IPC_REPLY, &msg), -L4_EDEAD);
	return NULL;
}

static void take_call_and_die(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	self->result[0] = 1;
	l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	finish();
}

static const char *partner_dies_before_its_reply(void)
{
	struct l4_msg msg = { 0 };

	TRY(run_worker(0, L4_CAP_TASK, take_call_and_die));
	CHECK_EQ(call(SLOT_GATE(0), &msg), -L4_EDEAD);
	CHECK_EQ(workers[0].result[0], 1);
	msg.tag = 0;
	CHECK_EQ(l4_ipc_send(SLOT_GATE(0), &msg), -L4_EDEAD);
	return NULL;
}

static void call_worker_1(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { self - workers } };

	self->result[0] = l4_ipc_call(SLOT_GATE(1), &msg);
	self->result[1] = 1;
	tell_main(1);
	finish();
}

static const char *partner_dies_before_it_receives(void)
{
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	TRY(run_worker(0, L4_CAP_TASK, call_worker_1));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_EDEAD);
	return NULL;
}

static const char *stop_cancels(void)
{
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	TRY(run_worker(0, L4_CAP_TASK, call_worker_1));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[1], 0);
	TRY(start_worker(0, sender));
	return await(LABEL_MAIN, &msg);
}

static const char *reply_right_is_used_up(void)
{
	struct l4_msg msg;

	CHECK_EQ(l4_gate_create(SLOT_GATE(1), L4_CAP_THREAD, 5), 0);
	TRY(run_worker(0, L4_CAP_TASK, call_worker_1));
	TRY(await(5, &msg));
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	CHECK_EQ(l4_ipc_reply(&msg), -L4_EDEAD);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

static const char *second_call_ends_the_first(void)
{
	struct l4_msg msg;

	CHECK_EQ(l4_gate_create(SLOT_GATE(1), L4_CAP_THREAD, 5), 0);
	TRY(run_worker(0, L4_CAP_TASK, call_worker_1));
	TRY(run_worker(2, L4_CAP_TASK, call_worker_1));
	TRY(await(5, &msg));
	CHECK_EQ(msg.mr[0], 0);
	TRY(await(5, &msg));
	CHECK_EQ(msg.mr[0], 2);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_EDEAD);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[2].result[0], 0);
	return NULL;
}

/*
 * Calls to worker 7, of the lowest priority, let the others queue up at the
 * main thread one after the other without it receiving from them.
 */
static const char *senders_queue_by_priority(void)
{
	static const unsigned char priority[] = { 50, 70, 60, 70 };
	static const unsigned char order[] = { 1, 3, 2, 0 };
	struct l4_msg msg;

	TRY(run_worker(7, L4_CAP_TASK, echo_server));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(7), L4_THREAD_PRIORITY, 40), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(priority); i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		workers[i].arg[0] = i;
		CHECK_EQ(l4_thread_control(SLOT_THREAD(i), L4_THREAD_PRIORITY, priority[i]), 0);
		TRY(start_worker(i, sender));
		msg = (struct l4_msg){ 0 };
		CHECK_EQ(call(SLOT_GATE(7), &msg), 0);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(msg.mr[0], order[i]);
	}
	return NULL;
}

static const char *kernel_protocols_cannot_be_forged(void)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, L4_PROTO_PAGE_FAULT | 7) };

	TRY(run_worker(0, L4_CAP_TASK, echo_server));
	CHECK_EQ(call(SLOT_GATE(0), &msg), 0);
	CHECK_EQ(l4_tag_proto(msg.tag), 7);
	return NULL;
}

/* Without timeouts, as most calls are: the kernel has a short way for them. */
static void long_caller(struct worker *self)
{
	for (unsigned int words = 0; words <= L4_MSG_WORDS; words++) {
		struct l4_msg msg = { .tag = l4_tag(words, 0, 0), .mr = { 100, 101, 102, 103 } };

		for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++)
			self->utcb->mr[i] = words * 1000 + i;
		if (l4_ipc_call(SLOT_GATE(0), &msg) || msg.mr[3] != ~103UL)
			self->result[0]++;
		for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++) {
			l4_word_t sent = words * 1000 + i;

			if (self->utcb->mr[i] != (i < words ? ~sent : sent))
				self->result[0]++;
		}
	}
	tell_main(0);
	finish();
}

/* Worker 0 serves, worker 1 in another task calls. */
static const char *serve_and_call(void (*server)(struct worker *self), void (*caller)(struct worker *self))
{
	struct l4_msg msg;

	for (unsigned int n = 0; n < 2; n++)
		TRY(make_task(SLOT_TASK(n), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	CHECK_EQ(l4_map(SLOT_TASK(1), l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHT_W),
			(l4_word_t)SLOT_GATE(0) << 12), 1);
	TRY(start_worker(0, server));
	TRY(run_worker(1, SLOT_TASK(1), caller));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[1].result[0], 0);
	return NULL;
}

static const char *words_without_timeouts(void)
{
	return serve_and_call(echo_server, long_caller);
}

static void set_xmm(l4_word_t value)
{
	asm volatile("movq %0, %%xmm5" : : "r" (value));
}

static l4_word_t xmm(void)
{
	l4_word_t value;

	asm volatile("movq %%xmm5, %0" : "=r" (value));
	return value;
}

static void fpu_server(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	for (l4_word_t turn = 1;; turn++) {
		if (turn % 3)
			set_xmm(~turn);
		l4_ipc_reply_wait(&msg);
		if (turn % 3 && xmm() != ~turn)
			self->result[0]++;
	}
}

static void fpu_caller(struct worker *self)
{
	for (l4_word_t turn = 1; turn < 100; turn++) {
		struct l4_msg msg = { 0 };

		set_xmm(turn);
		l4_ipc_call(SLOT_GATE(0), &msg);
		if (turn % 4 && xmm() != turn)
			self->result[0]++;
	}
	tell_main(0);
	finish();
}

static const char *fpu_across_calls(void)
{
	return serve_and_call(fpu_server, fpu_caller);
}

#define CALLERS_PORT	0x80
#define SERVERS_PORT	0x84

static void port_server(struct worker *self)
{
	struct l4_msg msg = { 0 };

	(void)self;
	for (l4_ipc_recv(&msg);; l4_ipc_reply_wait(&msg))
		l4_port_out8(SERVERS_PORT, 1);
}

static void port_caller(struct worker *self)
{
	(void)self;
	for (unsigned int i = 0; i < 10; i++) {
		struct l4_msg msg = { 0 };

		l4_port_out8(CALLERS_PORT, 1);
		l4_ipc_call(SLOT_GATE(0), &msg);
	}
	l4_port_out8(SERVERS_PORT, 1);
}

/* Ports of the one are never the other's, however they take turns. */
static const char *ports_across_calls(void)
{
	struct l4_msg msg;

	for (unsigned int n = 0; n < 2; n++) {
		l4_word_t port = n ? CALLERS_PORT : SERVERS_PORT;

		TRY(make_task(SLOT_TASK(n), 0x40000));
		CHECK_EQ(l4_map(SLOT_TASK(n), l4_fpage_io(port, 0, L4_RIGHTS_ALL), port << 12), 1);
	}
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	CHECK_EQ(l4_map(SLOT_TASK(1), l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHT_W),
			(l4_word_t)SLOT_GATE(0) << 12), 1);
	TRY(start_worker(0, port_server));
	TRY(run_worker(1, SLOT_TASK(1), port_caller));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_IO_FAULT);
	CHECK_EQ(msg.mr[0], l4_fpage_io(SERVERS_PORT, 0, L4_RIGHTS_ALL));
	return NULL;
}

const struct test ipc_tests[] = {
	{ "call within a task", call_within_a_task, false },
	{ "call across tasks", call_across_tasks, false },
	{ "words 0 to 64", words_0_to_64, false },
	{ "sender waits", sender_waits, false },
	{ "timeouts", timeouts, false },
	{ "reply timeout", reply_timeout, false },
	{ "malformed requests", malformed_requests, false },
	{ "bad destinations", bad_destinations, false },
	{ "partner dies before reply", partner_dies_before_its_reply, false },
	{ "partner dies before receive", partner_dies_before_it_receives, false },
	{ "stop cancels", stop_cancels, false },
	{ "reply right is used up", reply_right_is_used_up, false },
	{ "second call ends first", second_call_ends_the_first, false },
	{ "senders by priority", senders_queue_by_priority, false },
	{ "kernel protocols", kernel_protocols_cannot_be_forged, false },
	{ "words without timeouts", words_without_timeouts, false },
	{ "FPU across calls", fpu_across_calls, false },
	{ "ports across calls", ports_across_calls, false },
	{ 0 },
};
