/* SPDX-License-Identifier: GPL-2.0 */
/* Strings that are broken off, have no time left, or are copied while others run. */
#include "ipc_string.h"

enum phase { SENDERS_FAULT, RECEIVERS_FAULT };	/* the main thread holds it */
enum how { DELETE, DELETE_TASK, STOP, CANCEL };

static long do_away_with(unsigned int whom, enum how how)
{
	if (how == DELETE)
		return l4_unmap(l4_fpage_cap(SLOT_THREAD(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	if (how == DELETE_TASK)
		return l4_unmap(l4_fpage_cap(SLOT_TASK(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	return l4_thread_control(SLOT_THREAD(whom), how == STOP ? L4_THREAD_STOP : L4_THREAD_CANCEL, 0);
}

/* In that phase, one of the pair is done away with in that way: what the other gets. */
static const char *break_off(enum phase phase, unsigned int whom, enum how how)
{
	long expected = how <= DELETE_TASK ? -L4_EDEAD : -L4_ECANCELED;
	unsigned int other = !whom;
	struct l4_msg msg;

	TRY(make_pair());
	if (phase == RECEIVERS_FAULT)
		TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	start_pair(true);
	for (unsigned int i = 0; i < 3; i++) {
		TRY(await(LABEL_FAULT, &msg));
		if (i < 2)
			TRY(answer_fault(&msg, true));
	}
	CHECK_EQ(do_away_with(whom, how), 0);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), -L4_EDEAD);	/* the fault is over, too */
	TRY(await(LABEL_MAIN, &msg));
	if (how == STOP)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(whom), L4_THREAD_CONTINUE, 0), 0);
	if (how >= STOP)
		TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[other].result[ERROR], expected);
	CHECK_EQ(workers[whom].result[ERROR], how >= STOP ? expected : 0);
	end_pair();
	return NULL;
}

const char *broken_off_at_a_fault(void)
{
	for (unsigned int i = 0; i < 16; i++)
		TRY(break_off(i & 1, i >> 1 & 1, i >> 2));
	return NULL;
}

/* Who has set string_timeout does not wait longer for the other's pager; both are told. */
static const char *string_timeout(unsigned int whose, l4_word_t timeout)
{
	unsigned int faulting = !whose;
	struct l4_msg msg;

	TRY(make_pair());
	if (!faulting)
		TRY(map_half(SLOT_TASK(1), TARGET_MEMORY, TARGET, L4_RIGHT_R | L4_RIGHT_W));
	else
		TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	workers[whose].result[PATIENT] = timeout;
	start_pair(true);
	if (timeout != L4_TIMEOUT_ZERO)
		TRY(await(LABEL_FAULT, &msg));
	TRY(await(LABEL_MAIN, &msg));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[ERROR], -L4_ETIMEDOUT);
	CHECK_EQ(workers[1].result[ERROR], -L4_ETIMEDOUT);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), -L4_EDEAD);
	end_pair();
	return NULL;
}

const char *timeouts_of_strings(void)
{
	for (unsigned int whose = 0; whose < 2; whose++) {
		TRY(string_timeout(whose, L4_TIMEOUT_ZERO));
		TRY(string_timeout(whose, l4_timeout_us(5 * MS)));
	}
	return NULL;
}

static void send_many(struct worker *self)
{
	for (;; self->result[DONE]++) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		self->utcb->item[0] = (struct l4_item){ l4_string(HALF), SOURCE };
		self->result[ERROR] = l4_ipc_send(SLOT_GATE(1), &msg);
		if (self->result[ERROR])
			break;
	}
	tell_main(0);
	finish();
}

static void receive_many(struct worker *self)
{
	do {
		struct l4_msg msg = { 0 };

		self->utcb->string[0] = (struct l4_buffer){ TARGET, HALF };
		self->result[ERROR] = l4_ipc_recv(&msg);
	} while (!self->result[ERROR]);
	tell_main(1);
	finish();
}

static const char *start_many(void)
{
	TRY(make_mapped_pair());
	TRY(start_worker(1, receive_many));
	return start_worker(0, send_many);
}

static void wake_often(struct worker *self)
{
	for (;; self->result[0]++)
		receive_nothing(l4_timeout_us(200));
}

/* One of a higher priority runs in the middle of strings. */
const char *preempted_while_copying(void)
{
	struct l4_msg msg;

	TRY(start_many());
	TRY(make_worker(2, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	TRY(start_worker(2, wake_often));
	for (unsigned int i = 0; i < 300; i++) {
		CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);
		if (workers[2].result[0] > 100 && workers[0].result[DONE] > 3)
			break;
	}
	CHECK(workers[2].result[0] > 100);
	CHECK(workers[0].result[DONE] > 3);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(2), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return same(SOURCE_MEMORY, TARGET_MEMORY, HALF);
}

/* Taken off at any moment: threads, tasks, and memory. */
const char *broken_off_while_copying(void)
{
	struct l4_msg msg;

	for (unsigned int i = 0; i < 24; i++) {
		unsigned int whom = i & 1, how = i >> 1 & 3;
		long error;

		TRY(start_many());
		CHECK_EQ(receive(2 * MS + i * 77, &msg), -L4_ETIMEDOUT);
		/* It may be in no IPC just then. */
		error = do_away_with(whom, how);
		CHECK(how == CANCEL || !error);
		if (how == DELETE || how == DELETE_TASK)
			receive(1 * MS, &msg);
		end_pair();
	}
	return NULL;
}

/* The sender's memory is taken away again and again; its pager gives it again. */
const char *unmapped_while_copying(void)
{
	struct l4_msg msg;
	l4_word_t fpage = l4_fpage_mem((l4_word_t)SOURCE_MEMORY, MEMORY_ORDER - 1, L4_RIGHTS_ALL);
	unsigned int faults = 0;

	TRY(start_many());
	for (unsigned int i = 0; faults < 200 && i < 3000; i++) {
		if (receive(100 + i % 7 * 50, &msg) == -L4_ETIMEDOUT) {
			CHECK_EQ(l4_unmap(fpage, 0), 0);
			continue;
		}
		CHECK_EQ(msg.label, LABEL_FAULT);
		TRY(answer_fault(&msg, true));
		if (!(++faults % 16))	/* else it would be faults only */
			TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	}
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(faults, 200);
	return same(SOURCE_MEMORY, TARGET_MEMORY, L4_PAGE_SIZE);
}

/* A server in the middle of a client's string, others waiting: all are told of its end. */
const char *server_dies_while_copying(void)
{
	struct l4_msg msg;

	TRY(make_pair());
	for (unsigned int n = 2; n < 5; n++) {
		TRY(make_worker(n, L4_CAP_TASK, 0));
		workers[n].arg[GATE] = SLOT_GATE(1);
		workers[n].arg[FLAGS] = n & 1 ? L4_IPC_RECV | L4_IPC_CALL : 0;
		workers[n].arg[LENGTH] = 8;
		workers[n].arg[ADDRESS] = (l4_word_t)SOURCE_MEMORY;
	}
	start_pair(true);
	TRY(await(LABEL_FAULT, &msg));
	for (unsigned int n = 2; n < 5; n++)
		TRY(start_worker(n, send_string));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	for (unsigned int i = 0; i < 4; i++)
		TRY(await(LABEL_MAIN, &msg));
	for (unsigned int n = 0; n < 5; n++)
		CHECK_EQ(workers[n].result[ERROR], n == 1 ? 0 : -L4_EDEAD);
	return NULL;
}
