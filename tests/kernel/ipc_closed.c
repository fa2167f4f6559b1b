/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of closed receive: from one thread or one interrupt only; and of the order of senders. */
#include "ktest.h"

#define SLOT_IRQ	SLOT_FREE
#define IRQ_LABEL	0x1234UL
#define LABEL_OTHER	5UL

static long receive_from(l4_cap_t partner, l4_word_t timeout_us, struct l4_msg *msg)
{
	*msg = (struct l4_msg){ 0 };
	return l4_ipc(partner, L4_IPC_RECV | L4_IPC_CLOSED |
		      l4_recv_timeout(l4_timeout_us(timeout_us)), msg);
}

static void sender(struct worker *self)
{
	tell_main(self - workers);
	self->result[0] = 1;
	finish();
}

/* A worker of that priority, as far as it gets: it waits to send to the main thread. */
static const char *waiting_sender(unsigned int n, l4_word_t priority)
{
	struct l4_msg msg;

	TRY(make_worker(n, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_PRIORITY, priority), 0);
	TRY(start_worker(n, sender));
	/* Nobody is meant: its senders wait on. */
	CHECK_EQ(receive_from(SLOT_THREAD(7), 2 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static const char *others_wait_on(void)
{
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	TRY(waiting_sender(0, 60));
	TRY(waiting_sender(1, 50));
	TRY(waiting_sender(2, 70));
	CHECK_EQ(receive_from(SLOT_GATE(1), PATIENCE, &msg), 0);
	CHECK_EQ(msg.mr[0], 1);
	CHECK_EQ(msg.label, LABEL_MAIN);
	CHECK_EQ(receive_from(SLOT_THREAD(0), PATIENCE, &msg), 0);
	CHECK_EQ(msg.mr[0], 0);
	CHECK_EQ(receive_from(SLOT_THREAD(0), 0, &msg), -L4_ETIMEDOUT);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 2);
	return NULL;
}

/* The partner comes when the receiver waits already; any right names it. */
static const char *partner_comes_later(void)
{
	struct l4_msg msg;

	for (unsigned int n = 0; n < 2; n++)
		TRY(run_worker(n, L4_CAP_TASK, sender));
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_GATE(1), 0, L4_RIGHT_R),
			(l4_word_t)SLOT_FREE << 12), 1);
	CHECK_EQ(receive_from(SLOT_FREE, PATIENCE, &msg), 0);
	CHECK_EQ(msg.mr[0], 1);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 0);
	return NULL;
}

static void closed_server(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->result[0] = l4_ipc_recv_from(SLOT_THREAD(1), &msg);
	self->result[1] = msg.mr[0];
	l4_ipc_reply(&msg);
	l4_ipc_recv(&msg);
	self->result[2] = msg.mr[0];
	l4_ipc_reply(&msg);
	finish();
}

static void client(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { self - workers } };

	self->result[0] = l4_ipc_call(SLOT_GATE(0), &msg);
	tell_main(self - workers);
	finish();
}

/* A call is not taken, short way or not, by who waits for another. */
static const char *callers_wait_on(void)
{
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	TRY(run_worker(0, L4_CAP_TASK, closed_server));
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc(SLOT_GATE(0), L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL |
			l4_send_timeout(l4_timeout_us(2 * MS)), &msg), -L4_ETIMEDOUT);
	TRY(run_worker(2, L4_CAP_TASK, client));
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	TRY(start_worker(1, client));
	TRY(await(LABEL_MAIN, &msg));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[0].result[1], 1);
	CHECK_EQ(workers[0].result[2], 2);
	CHECK_EQ(workers[1].result[0], 0);
	CHECK_EQ(workers[2].result[0], 0);
	return NULL;
}

static const char *from_an_interrupt(void)
{
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	for (unsigned int n = 0; n < 2; n++) {
		CHECK_EQ(l4_irq_create(SLOT_IRQ + n, L4_CAP_NONE, L4_IRQ_SOFT), 0);
		CHECK_EQ(l4_irq_bind(SLOT_IRQ + n, 0, L4_CAP_THREAD, IRQ_LABEL + n), 0);
	}
	TRY(waiting_sender(0, WORKER_PRIORITY));
	CHECK_EQ(receive_from(SLOT_IRQ, 2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_irq_raise(SLOT_IRQ), 0);
	CHECK_EQ(receive_from(SLOT_IRQ + 1, 2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_irq_raise(SLOT_IRQ + 1), 0);
	CHECK_EQ(receive_from(SLOT_THREAD(0), PATIENCE, &msg), 0);
	CHECK_EQ(msg.label, LABEL_MAIN);
	CHECK_EQ(receive_from(SLOT_IRQ + 1, PATIENCE, &msg), 0);
	CHECK_EQ(msg.label, IRQ_LABEL + 1);
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_IRQ);
	TRY(await(IRQ_LABEL, &msg));
	return NULL;
}

static void raise_later(struct worker *self)
{
	(void)self;
	receive_nothing(l4_timeout_us(2 * MS));
	l4_irq_raise(SLOT_IRQ + 1);
	receive_nothing(l4_timeout_us(2 * MS));
	l4_irq_raise(SLOT_IRQ);
	finish();
}

static const char *interrupt_comes_later(void)
{
	struct l4_msg msg;

	for (unsigned int n = 0; n < 2; n++) {
		CHECK_EQ(l4_irq_create(SLOT_IRQ + n, L4_CAP_NONE, L4_IRQ_SOFT), 0);
		CHECK_EQ(l4_irq_bind(SLOT_IRQ + n, 0, L4_CAP_THREAD, IRQ_LABEL + n), 0);
	}
	TRY(run_worker(0, L4_CAP_TASK, raise_later));
	CHECK_EQ(receive_from(SLOT_IRQ, PATIENCE, &msg), 0);
	CHECK_EQ(msg.label, IRQ_LABEL);
	return await(IRQ_LABEL + 1, &msg);
}

static void touch(struct worker *self)
{
	self->result[0] = *(volatile l4_word_t *)self->arg[0];
	finish();
}

/* What the kernel says in the partner's name comes from the partner. */
static const char *faults_of_the_partner(void)
{
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	workers[1].arg[0] = 0x31000000000UL;
	TRY(run_worker(0, L4_CAP_TASK, sender));
	TRY(start_worker(1, touch));
	CHECK_EQ(receive_from(SLOT_THREAD(1), PATIENCE, &msg), 0);
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_PAGE_FAULT);
	return await(LABEL_MAIN, &msg);
}

static void send_and_receive_closed(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { 7 } };

	self->result[0] = l4_ipc(SLOT_MAIN, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CLOSED, &msg);
	self->result[1] = msg.mr[0];
	tell_main(1);
	finish();
}

/* SEND and CLOSED: the answer of whom it was sent to, and of nobody else. */
static const char *send_then_closed(void)
{
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, send_and_receive_closed));
	TRY(await(LABEL_MAIN, &msg));
	TRY(run_worker(1, L4_CAP_TASK, client));
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ .tag = l4_tag(1, 0, 0), .mr = { 42 } };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(0), &msg), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[0].result[1], 42);
	return NULL;
}

static void call_main(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { self - workers } };

	self->result[0] = l4_ipc_call(SLOT_GATE(6), &msg);
	tell_main(self - workers);
	finish();
}

/* REPLY and CLOSED: dest names the partner alone; a bad one is found before the reply. */
static const char *reply_then_closed(void)
{
	l4_word_t flags = L4_IPC_REPLY | L4_IPC_RECV | L4_IPC_CLOSED;
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	CHECK_EQ(l4_gate_create(SLOT_GATE(6), L4_CAP_THREAD, LABEL_OTHER), 0);
	TRY(run_worker(0, L4_CAP_TASK, call_main));
	TRY(await(LABEL_OTHER, &msg));
	TRY(waiting_sender(1, WORKER_PRIORITY));
	TRY(make_worker(2, L4_CAP_TASK, 0));
	TRY(start_worker(2, sender));
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc(SLOT_FREE, flags, &msg), -L4_ENOCAP);
	CHECK_EQ(workers[0].result[0], 0);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc(SLOT_GATE(2), flags, &msg), 0);
	CHECK_EQ(msg.mr[0], 2);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 1);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 0);
	return NULL;
}

static const char *errors(void)
{
	struct l4_msg msg = { 0 };

	CHECK_EQ(receive_from(SLOT_FREE, 0, &msg), -L4_ENOCAP);
	CHECK_EQ(receive_from(L4_CAP_NONE, 0, &msg), -L4_ENOCAP);
	CHECK_EQ(receive_from(~0U, 0, &msg), -L4_ENOCAP);
	CHECK_EQ(receive_from(L4_CAP_TASK, 0, &msg), -L4_ENOCAP);
	CHECK_EQ(receive_from(L4_CAP_SYSTEM, 0, &msg), -L4_ENOCAP);
	CHECK_EQ(receive_from(SLOT_MAIN, 0, &msg), -L4_EINVAL);	/* oneself */
	CHECK_EQ(receive_from(L4_CAP_THREAD, 0, &msg), -L4_EINVAL);
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_CLOSED, &msg), -L4_EINVAL);
	msg.tag = 0;
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND | L4_IPC_CLOSED, &msg), -L4_EINVAL);
	msg.tag = 0;
	CHECK_EQ(l4_ipc(SLOT_MAIN, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL | L4_IPC_CLOSED, &msg),
		 -L4_EINVAL);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	msg.tag = 0;
	CHECK_EQ(l4_ipc(SLOT_THREAD(0), L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CLOSED, &msg),
		 -L4_ENOCAP);
	CHECK_EQ(receive_from(SLOT_THREAD(0), 0, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive_from(SLOT_GATE(0), 0, &msg), -L4_EDEAD);
	CHECK_EQ(receive_from(SLOT_THREAD(0), 0, &msg), -L4_ENOCAP);
	return NULL;
}

/* A thread whose task has ended is still named, but dead. */
static const char *dead_partner(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive_from(SLOT_THREAD(0), 0, &msg), -L4_EDEAD);
	CHECK_EQ(receive_from(SLOT_GATE(0), 0, &msg), -L4_EDEAD);
	return NULL;
}

static void wait_for_arg_0(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->result[0] = l4_ipc_recv_from(self->arg[0], &msg);
	tell_main(self - workers);
	finish();
}

/* The partner, thread or irq, is deleted while others wait for it. */
static const char *partner_dies(void)
{
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	CHECK_EQ(l4_irq_create(SLOT_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	for (unsigned int n = 0; n < 3; n++) {
		workers[n].arg[0] = n == 0 ? SLOT_GATE(7) : n == 1 ? SLOT_IRQ : SLOT_THREAD(7);
		TRY(run_worker(n, L4_CAP_TASK, wait_for_arg_0));
	}
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_IRQ, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 1);
	CHECK_EQ(workers[1].result[0], -L4_EDEAD);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(7), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(await(LABEL_MAIN, &msg));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_EDEAD);
	CHECK_EQ(workers[2].result[0], -L4_EDEAD);
	return NULL;
}

/* The gate is only a name for the thread: without it the thread is still waited for. */
static const char *gate_goes_partner_stays(void)
{
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	workers[0].arg[0] = SLOT_GATE(7);
	TRY(run_worker(0, L4_CAP_TASK, wait_for_arg_0));
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_GATE(7), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	TRY(start_worker(7, client));	/* sends to worker 0 */
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* Who received from one closed may receive from all again, when that one is gone too. */
static const char *open_after_closed(void)
{
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	CHECK_EQ(receive_from(SLOT_THREAD(7), 0, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(7), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(run_worker(0, L4_CAP_TASK, sender));
	TRY(await(LABEL_MAIN, &msg));
	return NULL;
}

/* The order is that of the priorities when the receiver comes, not when the senders came. */
static const char *priority_of_a_waiting_sender(void)
{
	static const unsigned char order[] = { 2, 0, 3, 1 };
	struct l4_msg msg;

	TRY(make_worker(7, L4_CAP_TASK, 0));
	for (unsigned int n = 0; n < 4; n++)
		TRY(waiting_sender(n, 60));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, 70), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PRIORITY, 60), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(msg.mr[0], order[i]);
	}
	return NULL;
}

const struct test ipc_closed_tests[] = {
	{ "others wait on", others_wait_on },
	{ "partner comes later", partner_comes_later },
	{ "callers wait on", callers_wait_on },
	{ "from an interrupt", from_an_interrupt },
	{ "interrupt comes later", interrupt_comes_later },
	{ "faults of the partner", faults_of_the_partner },
	{ "send then closed", send_then_closed },
	{ "reply then closed", reply_then_closed },
	{ "errors", errors, .covers = "ipc ENOCAP, ipc EINVAL, ipc ETIMEDOUT, ipc EDEAD" },
	{ "dead partner", dead_partner },
	{ "partner dies", partner_dies },
	{ "gate goes", gate_goes_partner_stays },
	{ "open after closed", open_after_closed },
	{ "priority of a waiting sender", priority_of_a_waiting_sender },
	{ 0 },
};
