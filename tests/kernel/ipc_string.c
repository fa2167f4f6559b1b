/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of string items: worker 0 sends to worker 1, each in a task of its own
 * where one region is not mapped at first; the main thread is their pager.
 */
#include "vcpu.h"

#define SOURCE		0x32000000000UL		/* in the sender's task */
#define TARGET		0x33000000000UL		/* in the receiver's */
#define REGION_ORDER	22
#define SIZE		0x10000UL
#define PAGES		(SIZE / L4_PAGE_SIZE)
#define NOWHERE		0x34000000000UL
#define KERNEL		0xffff800000001000UL
#define MORE_MEMORY	0x100000000000UL	/* sigma0's are mapped from here on */

/* Test memory: sources are in the first half, targets in the second. */
#define HALF		(1UL << (MEMORY_ORDER - 1))
#define SOURCE_MEMORY	((unsigned char *)MEMORY_BASE)
#define TARGET_MEMORY	((unsigned char *)MEMORY_BASE + HALF)

enum { ADDRESS, LENGTH, GATE, FLAGS };		/* arguments of workers */
enum { ERROR, TAG, WHAT, WHERE, WORD, DONE, PATIENT };	/* their results; PATIENT: string_timeout */

static void fill(unsigned char *memory, l4_word_t size, unsigned int seed)
{
	for (l4_word_t i = 0; i < size; i++)
		memory[i] = (i * 7 + i / 251) ^ seed;
}

static const char *same(const unsigned char *a, const unsigned char *b, l4_word_t size)
{
	for (l4_word_t i = 0; i < size; i++)
		if (a[i] != b[i]) {
			last_value = i;
			return "the copy differs";
		}
	return NULL;
}

static void send_string(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(L4_MSG_WORDS, 1, 5), .mr = { 11, 12, 13, 14 } };

	self->utcb->mr[63] = 63;
	self->utcb->string_timeout = self->result[PATIENT];
	self->utcb->item[0] = (struct l4_item){ l4_string(self->arg[LENGTH]), self->arg[ADDRESS] };
	self->result[ERROR] = l4_ipc(self->arg[GATE], L4_IPC_SEND | self->arg[FLAGS], &msg);
	self->result[TAG] = msg.tag;
	self->result[DONE] = 1;
	tell_main(0);
	finish();
}

static void receive_string(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->utcb->string[0] = (struct l4_buffer){ self->arg[ADDRESS], self->arg[LENGTH] };
	self->utcb->string_timeout = self->result[PATIENT];
	self->result[ERROR] = l4_ipc(0, L4_IPC_RECV | self->arg[FLAGS], &msg);
	self->result[TAG] = msg.tag;
	self->result[WHAT] = self->utcb->item[0].what;
	self->result[WHERE] = self->utcb->item[0].where;
	self->result[WORD] = msg.mr[3] + self->utcb->mr[63];
	self->result[DONE] = 1;
	tell_main(1);
	finish();
}

/* Sender and receiver in tasks of their own, not started yet. */
static const char *make_pair(void)
{
	for (unsigned int n = 0; n < 2; n++) {
		TRY(make_task(SLOT_TASK(n), 0x80000));
		TRY(make_worker(n, SLOT_TASK(n), 0));
	}
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_GATE(1), 0, L4_RIGHT_W),
			(l4_word_t)SLOT_GATE(1) << 12), 1);
	workers[0].arg[ADDRESS] = SOURCE;
	workers[1].arg[ADDRESS] = TARGET;
	workers[0].arg[LENGTH] = workers[1].arg[LENGTH] = SIZE;
	workers[0].arg[GATE] = SLOT_GATE(1);
	fill(SOURCE_MEMORY, HALF, 1);
	memset(TARGET_MEMORY, 0, HALF);
	return NULL;
}

static const char *map_half(l4_cap_t task, unsigned char *memory, l4_word_t address, l4_word_t rights)
{
	l4_word_t fpage = l4_fpage_mem((l4_word_t)memory, MEMORY_ORDER - 1, rights);

	CHECK(l4_map(task, fpage, address) > 0);
	return NULL;
}

/* All of it mapped beforehand, with the rights that are needed and no others. */
static const char *make_mapped_pair(void)
{
	TRY(make_pair());
	TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	return map_half(SLOT_TASK(1), TARGET_MEMORY, TARGET, L4_RIGHT_R | L4_RIGHT_W);
}

static void start_pair(bool receiver_first)
{
	struct l4_msg msg;

	start_worker(receiver_first ? 1 : 0, receiver_first ? receive_string : send_string);
	receive(1 * MS, &msg);
	start_worker(receiver_first ? 0 : 1, receiver_first ? send_string : receive_string);
}

/* A page of the region that a fault is about, or not, if `give' is false. */
static const char *answer_fault(const struct l4_msg *fault, bool give)
{
	l4_word_t page = fault->mr[0] & ~0xfffUL, wanted = fault->mr[0] & 7;
	bool source = page - SOURCE < HALF;
	l4_word_t memory = source ? (l4_word_t)SOURCE_MEMORY + (page - SOURCE) :
				    (l4_word_t)TARGET_MEMORY + (page - TARGET);
	struct l4_msg msg = { .tag = l4_tag(0, give, 0) };

	CHECK_EQ(l4_tag_proto(fault->tag), L4_PROTO_PAGE_FAULT);
	CHECK(source || page - TARGET < HALF);
	CHECK_EQ(wanted, source ? L4_RIGHT_R : L4_RIGHT_W);
	l4_first_utcb()->item[0] = (struct l4_item){ l4_fpage_mem(memory, 12, wanted | L4_RIGHT_R),
						     page };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	return NULL;
}

/* Until both have told that they are done, or as many as do; how many faults there were. */
static const char *serve_faults(unsigned int ends, unsigned int refusals, unsigned int *faults)
{
	struct l4_msg msg;

	*faults = 0;
	while (ends) {
		CHECK_EQ(receive(PATIENCE, &msg), 0);
		if (msg.label == LABEL_MAIN) {
			ends--;
			continue;
		}
		TRY(answer_fault(&msg, *faults >= refusals));
		++*faults;
	}
	return NULL;
}

static const char *check_arrived(void)
{
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 1);
	CHECK_EQ(l4_tag_words(workers[1].result[TAG]), L4_MSG_WORDS);
	CHECK_EQ(l4_tag_proto(workers[1].result[TAG]), 5);
	CHECK_EQ(workers[1].result[WHAT], l4_string(workers[0].arg[LENGTH]));
	CHECK_EQ(workers[1].result[WHERE], workers[1].arg[ADDRESS]);
	CHECK_EQ(workers[1].result[WORD], 14 + 63);
	return same(SOURCE_MEMORY + (workers[0].arg[ADDRESS] - SOURCE),
		    TARGET_MEMORY + (workers[1].arg[ADDRESS] - TARGET), workers[0].arg[LENGTH]);
}

/* The message arrives without its string. */
static const char *check_failed(long error)
{
	CHECK_EQ(workers[0].result[ERROR], error);
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 0);
	CHECK_EQ(workers[1].result[WORD], 14 + 63);
	return NULL;
}

static const char *copy_once(l4_word_t from, l4_word_t to, l4_word_t length, bool receiver_first)
{
	unsigned int faults;

	workers[0].arg[ADDRESS] = SOURCE + from;
	workers[1].arg[ADDRESS] = TARGET + to;
	workers[0].arg[LENGTH] = length;
	memset(TARGET_MEMORY, 0, to + length + 16);
	start_pair(receiver_first);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 0);
	TRY(check_arrived());
	for (unsigned int i = 1; i <= 16; i++) {
		CHECK_EQ(TARGET_MEMORY[to + length + i - 1], 0);
		CHECK_EQ(i <= to && TARGET_MEMORY[to - i], 0);
	}
	for (unsigned int n = 0; n < 2; n++)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_STOP, 0), 0);
	return NULL;
}

static const char *lengths_and_places(void)
{
	static const unsigned short lengths[] = { 1, 7, 8, 9, 100, 4095, 4096, 4097, 8192, 16384,
						  16385, 40000, 65535 };

	TRY(make_mapped_pair());
	workers[1].arg[LENGTH] = 0x20000;
	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		TRY(copy_once(0, 0, lengths[i], i % 2));
		TRY(copy_once(i * 3 + 1, 4099 - i * 5, lengths[i], !(i % 2)));
	}
	return NULL;
}

static const char *large(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	l4_word_t window = l4_fpage_mem(MORE_MEMORY, REGION_ORDER, L4_RIGHTS_ALL), physical;
	unsigned char *target = (unsigned char *)MORE_MEMORY;
	unsigned int faults;

	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_MEM, REGION_ORDER, 0, window,
				   &physical), 0);
	TRY(make_pair());
	fill(SOURCE_MEMORY, 2 * HALF, 9);
	for (unsigned int n = 0; n < 2; n++)
		workers[n].arg[LENGTH] = L4_STRING_MAX;
	CHECK(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_BASE, REGION_ORDER, L4_RIGHT_R), SOURCE) > 0);
	CHECK(l4_map(SLOT_TASK(1), window, TARGET) > 0);
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 1);
	TRY(same(SOURCE_MEMORY, target, L4_STRING_MAX));
	CHECK_EQ(l4_unmap(window, L4_UNMAP_SELF), 0);
	return NULL;
}

/* Each of these sends a message that arrives, but for its item. */
static const char *bad_items(void)
{
	static const struct {
		l4_word_t what, where, buffer, size;
		long error;
	} cases[] = {
		{ 0x1000018, SOURCE, TARGET, SIZE, 0 },
		{ 0x0000018, SOURCE, TARGET, SIZE, -L4_EINVAL },	/* nothing */
		{ 0x400001018, SOURCE, TARGET, 1UL << 40, -L4_EINVAL },	/* 4 MiB and a byte */
		{ ~0xfffUL | 0x18, SOURCE, TARGET, ~0UL, -L4_EINVAL },
		{ 0x1000019, SOURCE, TARGET, SIZE, -L4_EINVAL },	/* a flexpage's bits */
		{ 0x1000038, SOURCE, TARGET, SIZE, -L4_EINVAL },
		{ 0x1000318, SOURCE, TARGET, SIZE, -L4_EINVAL },
		{ 0x1000018, SOURCE, TARGET, 0xfff, -L4_EOVERFLOW },
		{ 0x1000018, SOURCE, TARGET, 0, -L4_EOVERFLOW },
		{ 0x1000018, KERNEL, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, KERNEL, SIZE, -L4_EFAULT },
		{ 0x1000018, KERNEL - 0x1800, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, 0x7ffffffff800, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, 0x7ffffffff001, SIZE, -L4_EFAULT },
		{ 0x1000018, ~0UL, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, -1, SIZE, -L4_EFAULT },
		{ 0x1000018, 1UL << 60, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, TARGET, SIZE, 0 },
	};
	struct l4_utcb *utcb = l4_first_utcb();

	TRY(make_mapped_pair());
	TRY(map_half(L4_CAP_TASK, SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct l4_msg msg = { .tag = l4_tag(L4_MSG_WORDS, 1, 0), .mr = { 0, 0, 0, 14 } };

		workers[1].arg[ADDRESS] = cases[i].buffer;
		workers[1].arg[LENGTH] = cases[i].size;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ cases[i].what, cases[i].where };
		utcb->mr[63] = 63;
		last_expected = i;
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), cases[i].error);
		TRY(await(LABEL_MAIN, &msg));
		workers[0].result[ERROR] = cases[i].error;
		CHECK_EQ(l4_tag_items(workers[1].result[TAG]), !cases[i].error);
		if (cases[i].error)
			TRY(check_failed(cases[i].error));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	}
	CHECK_EQ(l4_unmap(l4_fpage_mem(SOURCE, MEMORY_ORDER - 1, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

static const char *faults_of_both(void)
{
	unsigned int faults;

	TRY(make_pair());
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 2 * PAGES);
	return check_arrived();
}

/* The sender waited; addresses in the middle of pages; the pager thinks it over. */
static const char *faults_and_refusals(void)
{
	unsigned int faults;

	TRY(make_pair());
	workers[0].arg[ADDRESS] += 100;
	workers[1].arg[ADDRESS] += 2000;
	start_pair(false);
	TRY(serve_faults(2, 5, &faults));
	CHECK_EQ(faults, 2 * (PAGES + 1) + 5);
	return check_arrived();
}

/* Mapped read-only: the receiver's pager is asked for the right to write. */
static const char *fault_for_writing(void)
{
	unsigned int faults;

	TRY(make_mapped_pair());
	TRY(map_half(SLOT_TASK(1), TARGET_MEMORY, TARGET, L4_RIGHT_R));
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, PAGES);
	return check_arrived();
}

/* Worker `n' of the pair has no pager at all. */
static const char *without_pager(unsigned int n)
{
	unsigned int faults;

	TRY(make_pair());
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_thread_create(SLOT_THREAD(n), SLOT_TASK(n), (l4_word_t)workers[n].utcb, 0), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_PRIORITY, WORKER_PRIORITY), 0);
	CHECK_EQ(l4_gate_create(SLOT_GATE(n), SLOT_THREAD(n), LABEL_GATE(n)), 0);
	if (n)
		CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_GATE(1), 0, L4_RIGHT_W),
				(l4_word_t)SLOT_GATE(1) << 12), 1);
	start_pair(n);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, n);	/* the sender's page comes first */
	return check_failed(-L4_EFAULT);
}

static const char *no_pager(void)
{
	return without_pager(0);
}

static const char *no_pager_of_the_receiver(void)
{
	return without_pager(1);
}

/* The one who is asked for the page waits for the string, or sends it. */
static const char *pager_is_partner(void)
{
	unsigned int faults;

	TRY(make_pair());
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_GATE(1)), 0);
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 0);
	TRY(check_failed(-L4_EFAULT));
	for (unsigned int n = 0; n < 2; n++)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_MONITOR), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PAGER, SLOT_GATE(0)), 0);
	start_pair(false);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 1);
	return check_failed(-L4_EFAULT);
}

static void take_one(struct worker *self)
{
	struct l4_msg msg = { 0 };

	if (!self->arg[0])
		l4_ipc_recv(&msg);
	tell_main(2);
	finish();
}

/* The pager, worker 2, holds the fault or has not received it yet, and is deleted. */
static const char *pager_dies(bool received)
{
	struct l4_msg msg;
	unsigned int faults;

	TRY(make_pair());
	TRY(make_worker(2, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PAGER, SLOT_GATE(2)), 0);
	workers[2].arg[0] = !received;
	TRY(start_worker(2, take_one));
	if (!received)
		TRY(await(LABEL_MAIN, &msg));
	TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	start_pair(true);
	if (received)
		TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[DONE], 0);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(2), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 0);
	return check_failed(-L4_EFAULT);
}

static const char *pager_dies_with_the_fault(void)
{
	return pager_dies(true);
}

static const char *pager_dies_before_the_fault(void)
{
	return pager_dies(false);
}

enum phase { SENDERS_FAULT, RECEIVERS_FAULT };	/* the main thread holds it */
enum how { DELETE, DELETE_TASK, STOP, CANCEL };

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
	if (how == DELETE)
		CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	else if (how == DELETE_TASK)
		CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	else if (how == STOP)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(whom), L4_THREAD_STOP, 0), 0);
	else
		CHECK_EQ(l4_thread_control(SLOT_THREAD(whom), L4_THREAD_CANCEL, 0), 0);
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
	for (unsigned int n = 0; n < 2; n++) {
		l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_TASK(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	}
	memset(workers, 0, sizeof(workers));
	return NULL;
}

static const char *broken_off(void)
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
	for (unsigned int n = 0; n < 2; n++) {
		l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_TASK(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	}
	memset(workers, 0, sizeof(workers));
	return NULL;
}

static const char *timeouts(void)
{
	for (unsigned int whose = 0; whose < 2; whose++) {
		TRY(string_timeout(whose, L4_TIMEOUT_ZERO));
		TRY(string_timeout(whose, l4_timeout_us(5 * MS)));
	}
	return NULL;
}

/* Echoes strings: what comes in the buffer goes back from there, in reply-and-wait. */
static void echo_strings(struct worker *self)
{
	struct l4_msg msg = { 0 };
	l4_word_t size = self->arg[LENGTH] / L4_MSG_ITEMS;

	for (unsigned int i = 0; i < L4_MSG_ITEMS; i++)
		self->utcb->string[i] = (struct l4_buffer){ self->arg[ADDRESS] + i * size, size };
	l4_ipc_recv(&msg);
	for (;;)
		self->result[ERROR] = l4_ipc_reply_wait(&msg);
}

static const char *call_with_strings(unsigned int count, bool fault)
{
	struct l4_utcb *utcb = l4_first_utcb();
	struct l4_msg msg = { .tag = l4_tag(5, count, 9), .mr = { 1, 2, 3, 4 } };
	unsigned char *target = TARGET_MEMORY + HALF / 2;

	memset(target, 0, SIZE);
	for (unsigned int i = 0; i < count; i++) {
		utcb->item[i] = (struct l4_item){ l4_string(1000 + i), (l4_word_t)SOURCE_MEMORY + i * 5000 };
		utcb->string[i] = (struct l4_buffer){ (l4_word_t)target + i * 4096, 2000 };
	}
	utcb->mr[4] = 5;
	CHECK_EQ(call(SLOT_GATE(1), &msg), 0);
	CHECK_EQ(l4_tag_items(msg.tag), fault ? 0 : count);
	CHECK_EQ(l4_tag_words(msg.tag), 5);
	CHECK_EQ(msg.mr[3], 4);
	CHECK_EQ(utcb->mr[4], 5);
	for (unsigned int i = 0; i < count && !fault; i++) {
		CHECK_EQ(utcb->item[i].what, l4_string(1000 + i));
		CHECK_EQ(utcb->item[i].where, (l4_word_t)target + i * 4096);
		TRY(same(SOURCE_MEMORY + i * 5000, target + i * 4096, 1000 + i));
		CHECK_EQ(target[i * 4096 + 1000 + i], 0);
	}
	memset(utcb->string, 0, sizeof(utcb->string));
	return NULL;
}

static const char *call_and_reply(void)
{
	TRY(make_mapped_pair());
	TRY(start_worker(1, echo_strings));
	TRY(call_with_strings(1, false));
	TRY(call_with_strings(L4_MSG_ITEMS, false));
	TRY(call_with_strings(3, false));
	return call_with_strings(0, false);
}

/* The server's buffer cannot be had, as the main thread is its pager and waits. */
static const char *call_that_faults(void)
{
	TRY(make_pair());
	TRY(start_worker(1, echo_strings));
	return call_with_strings(2, true);
}

/* Two strings around a page: all in one message, and each in its place. */
static void receive_mixture(struct worker *self)
{
	struct l4_msg msg = { 0 };

	for (unsigned int i = 0; i < 3; i++)
		self->utcb->string[i] = (struct l4_buffer){ TARGET + i * 0x2000, 0x1000 };
	self->utcb->string[1].size = self->arg[3];
	self->utcb->window[L4_FPAGE_MEM] = l4_fpage_mem(NOWHERE, 12, L4_RIGHTS_ALL);
	self->result[ERROR] = l4_ipc_recv(&msg);
	self->result[TAG] = msg.tag;
	self->result[WHAT] = self->utcb->item[2].what;
	self->result[WHERE] = self->utcb->item[2].where;
	self->result[WORD] = *(l4_word_t *)NOWHERE;
	tell_main(1);
	finish();
}

static const char *send_mixture(l4_word_t second_buffer, long error, unsigned int arrive)
{
	struct l4_msg msg = { .tag = l4_tag(0, 3, 0) };
	struct l4_utcb *utcb = l4_first_utcb();

	workers[1].arg[3] = second_buffer;
	memset(TARGET_MEMORY, 0, 0x8000);
	TRY(start_worker(1, receive_mixture));
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ .tag = l4_tag(0, 3, 0) };
	utcb->item[0] = (struct l4_item){ l4_string(1234), (l4_word_t)SOURCE_MEMORY };
	utcb->item[1] = (struct l4_item){ l4_fpage_mem((l4_word_t)SOURCE_MEMORY + 0x5000, 12, L4_RIGHT_R), 0 };
	utcb->item[2] = (struct l4_item){ l4_string(555), (l4_word_t)SOURCE_MEMORY + 0x3000 };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), error);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), arrive);
	CHECK_EQ(workers[1].result[WORD], *(l4_word_t *)(SOURCE_MEMORY + 0x5000));
	TRY(same(SOURCE_MEMORY, TARGET_MEMORY, 1234));
	CHECK_EQ(TARGET_MEMORY[1234], 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	return NULL;
}

static const char *mixed_with_pages(void)
{
	TRY(make_mapped_pair());
	TRY(send_mixture(0x1000, 0, 3));
	CHECK_EQ(workers[1].result[WHAT], l4_string(555));
	CHECK_EQ(workers[1].result[WHERE], TARGET + 0x2000);
	TRY(same(SOURCE_MEMORY + 0x3000, TARGET_MEMORY + 0x2000, 555));
	return send_mixture(554, -L4_EOVERFLOW, 2);
}

static void touch(struct worker *self)
{
	self->result[0] = *(volatile unsigned char *)self->arg[ADDRESS];
	tell_main(1);
	finish();
}

/* A fault is answered with pages; a string is no answer. */
static const char *string_to_a_fault(void)
{
	struct l4_msg msg;

	TRY(make_pair());
	TRY(start_worker(0, touch));
	TRY(await(LABEL_FAULT, &msg));
	l4_first_utcb()->item[0] = (struct l4_item){ l4_string(8), (l4_word_t)SOURCE_MEMORY };
	msg = (struct l4_msg){ .tag = l4_tag(0, 1, 0) };
	CHECK_EQ(l4_ipc_reply(&msg), -L4_EINVAL);
	TRY(await(LABEL_FAULT, &msg));
	TRY(answer_fault(&msg, true));
	return await(LABEL_MAIN, &msg);
}

/* Both in one task, onto itself and onto its own beginning: some mixture, and nothing else. */
static const char *overlapping(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *memory = SOURCE_MEMORY;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	fill(memory, 0x10000, 3);
	for (unsigned int shift = 0; shift < 0x3000; shift += 0x7ff) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		workers[1].arg[ADDRESS] = (l4_word_t)memory + shift;
		workers[1].arg[LENGTH] = 0x8000;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ l4_string(0x8000), (l4_word_t)memory };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), 0);
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	}
	return NULL;
}

/* The UTCB is memory that ring 3 may write. */
static const char *into_the_utcb(void)
{
	unsigned int faults;

	TRY(make_mapped_pair());
	workers[1].arg[ADDRESS] = (l4_word_t)workers[1].utcb;
	workers[0].arg[LENGTH] = workers[1].arg[LENGTH] = L4_PAGE_SIZE;
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(workers[1].result[ERROR], 0);
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
static const char *preempted(void)
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
static const char *broken_off_while_copying(void)
{
	struct l4_msg msg;

	for (unsigned int i = 0; i < 24; i++) {
		unsigned int whom = i & 1, how = i >> 1 & 3;

		TRY(start_many());
		CHECK_EQ(receive(2 * MS + i * 77, &msg), -L4_ETIMEDOUT);
		if (how == DELETE)
			CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
		else if (how == DELETE_TASK)
			CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(whom), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
		else if (how == STOP)
			CHECK_EQ(l4_thread_control(SLOT_THREAD(whom), L4_THREAD_STOP, 0), 0);
		else
			l4_thread_control(SLOT_THREAD(whom), L4_THREAD_CANCEL, 0);
		if (how == DELETE || how == DELETE_TASK)
			receive(1 * MS, &msg);
		for (unsigned int n = 0; n < 2; n++) {
			l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
			l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
			l4_unmap(l4_fpage_cap(SLOT_TASK(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		}
		memset(workers, 0, sizeof(workers));
	}
	return NULL;
}

/* The sender's memory is taken away again and again; its pager gives it again. */
static const char *unmapped_while_copying(void)
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

/* A vCPU as sender: from its own memory and from its guest's; a hole has no pager. */
static const char *vcpu_sends(void)
{
	static const struct {
		l4_word_t address;
		long error;
	} cases[] = {
		{ VCPU_MEMORY + 0x1000, 0 }, { GUEST_DATA, 0 }, { GUEST_DATA + 0x800, -L4_EFAULT },
		{ 0xffffffa000000000UL, -L4_EFAULT },
	};

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		vcpu_utcb()->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), cases[i].address };
		CHECK_EQ(l4_ipc_send(SLOT_MAIN, &msg), cases[i].error);
	}
	return NULL;
}

static const char *strings_of_a_vcpu(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *target = TARGET_MEMORY;
	struct l4_msg msg;

	fill(SOURCE_MEMORY, 0x4000, 5);
	utcb->string[0] = (struct l4_buffer){ (l4_word_t)target, L4_PAGE_SIZE };
	TRY(start_vcpu(vcpu_sends));
	for (unsigned int i = 0; i < 4; i++) {
		memset(target, 0, L4_PAGE_SIZE);
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(l4_tag_items(msg.tag), i < 2);
		if (i < 2)	/* the guest's data is the first page of the memory */
			TRY(same(SOURCE_MEMORY + (i ? 0 : 0x1000), target, L4_PAGE_SIZE));
	}
	utcb->string[0] = (struct l4_buffer){ 0 };
	return await_vcpu();
}

static const char *vcpu_receives(void)
{
	static const l4_word_t buffers[] = { VCPU_MEMORY + 0x3000, GUEST_DATA, GUEST_CODE };

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(buffers); i++) {
		struct l4_msg msg = { 0 };

		vcpu_utcb()->string[0] = (struct l4_buffer){ buffers[i], L4_PAGE_SIZE };
		CHECK_EQ(l4_ipc_recv(&msg), 0);
		CHECK_EQ(l4_tag_items(msg.tag), i < 2);	/* a guest's code is not writable */
	}
	return NULL;
}

static const char *strings_to_a_vcpu(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *source = TARGET_MEMORY;

	TRY(start_vcpu(vcpu_receives));
	for (unsigned int i = 0; i < 3; i++) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		fill(source, L4_PAGE_SIZE, i);
		utcb->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), (l4_word_t)source };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(VCPU_WORKER), &msg), i < 2 ? 0 : -L4_EFAULT);
		if (i < 2)
			TRY(same(source, SOURCE_MEMORY + (i ? 0 : 0x3000), L4_PAGE_SIZE));
	}
	return await_vcpu();
}

/* Device memory that the kernel sees can be copied from; what lies beyond its map cannot. */
static const char *device_memory(void)
{
	l4_word_t window = l4_fpage_mem(MORE_MEMORY, 44, L4_RIGHTS_ALL);
	l4_word_t rom = 0xf0000, beyond = 0x3000000000;
	struct l4_utcb *utcb = l4_first_utcb();

	TRY(make_worker(1, L4_CAP_TASK, 0));
	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_DEVICE, rom, 12, window, NULL), 0);
	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_DEVICE, beyond, 12, window, NULL), 0);
	for (unsigned int i = 0; i < 2; i++) {
		l4_word_t address = MORE_MEMORY + (i ? beyond : rom);
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		workers[1].arg[ADDRESS] = (l4_word_t)TARGET_MEMORY;
		workers[1].arg[LENGTH] = L4_PAGE_SIZE;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), address };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), i ? -L4_EFAULT : 0);
		TRY(await(LABEL_MAIN, &msg));
		if (!i)
			TRY(same((unsigned char *)address, TARGET_MEMORY, L4_PAGE_SIZE));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
		CHECK_EQ(l4_unmap(l4_fpage_mem(address, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	}
	return NULL;
}

/* A server in the middle of a client's string, others waiting: all are told of its end. */
static const char *server_dies(void)
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

static void receive_capability(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->utcb->window[L4_FPAGE_CAP] = l4_fpage_cap(SLOT_MONITOR, 0, L4_RIGHTS_ALL);
	self->result[ERROR] = l4_ipc_recv(&msg);
	self->result[TAG] = msg.tag;
	tell_main(1);
	finish();
}

/* An item that fails does not keep the message from its receiver. */
static const char *item_to_a_slot_in_use(void)
{
	struct l4_msg msg;

	TRY(make_pair());
	TRY(start_worker(1, receive_capability));
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ .tag = l4_tag(0, 1, 0) };
	l4_first_utcb()->item[0] = (struct l4_item){ l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHT_W), 0 };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), -L4_EEXIST);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 0);
	return NULL;
}

static void receive_pages(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->utcb->window[L4_FPAGE_MEM] = l4_fpage_mem(NOWHERE, REGION_ORDER, L4_RIGHTS_ALL);
	self->utcb->string[0] = (struct l4_buffer){ NOWHERE, 16 };
	self->result[ERROR] = l4_ipc_recv(&msg);
	self->result[TAG] = msg.tag;
	self->result[WHAT] = self->utcb->item[0].what;
	self->result[WORD] = self->result[ERROR] ? 0 : *(l4_word_t *)(NOWHERE + 0x3ff000);
	tell_main(1);
	finish();
}

/* All the memory, in 4-KiB pages as it was made of such; a string onto it follows. Then part of it. */
static const char *large_flexpages(void)
{
	l4_word_t fpage = l4_fpage_mem(SOURCE, REGION_ORDER, L4_RIGHTS_ALL);
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(1), 0x80000));
	TRY(make_worker(1, SLOT_TASK(1), 0));
	for (l4_word_t page = 0; page < 1024; page++)
		CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_PAGE(page), 12, L4_RIGHTS_ALL),
				SOURCE + page * L4_PAGE_SIZE), 1);
	*(l4_word_t *)MEMORY_PAGE(1023) = 77;
	TRY(start_worker(1, receive_pages));
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ .tag = l4_tag(0, 2, 0) };
	l4_first_utcb()->item[0] = (struct l4_item){ fpage, 0 };
	l4_first_utcb()->item[1] = (struct l4_item){ l4_string(16), MEMORY_BASE };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 2);
	CHECK_EQ(workers[1].result[WHAT], fpage);
	CHECK_EQ(workers[1].result[WORD], 77);
	CHECK_EQ(l4_unmap(fpage, L4_UNMAP_SELF), 0);
	/* Nothing is there any more: the message comes alone. */
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	TRY(start_worker(1, receive_pages));
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ .tag = l4_tag(0, 2, 0) };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), -L4_EFAULT);
	TRY(await(LABEL_FAULT, &msg));
	return NULL;
}

/* The pager answers all it is asked, and never gives a page: how often, until both are told. */
static const char *useless_answers(long error)
{
	struct l4_msg msg, nothing;
	unsigned int ends = 0, asked = 0;

	while (ends < 2) {
		CHECK_EQ(receive(PATIENCE, &msg), 0);
		if (msg.label == LABEL_MAIN) {
			ends++;
			continue;
		}
		CHECK(++asked <= 1000);
		if (error == -L4_ETIMEDOUT)
			for (l4_word_t end = microseconds() + 4 * MS; microseconds() < end;)
				;
		nothing = (struct l4_msg){ 0 };
		l4_ipc_reply(&nothing);
	}
	CHECK_EQ(workers[0].result[ERROR], error);
	if (error == -L4_ETIMEDOUT)
		CHECK_EQ(workers[1].result[ERROR], error);
	else
		CHECK_EQ(asked, L4_STRING_ATTEMPTS);
	return NULL;
}

static const char *pager_gives_nothing(void)
{
	TRY(make_pair());
	start_pair(true);
	TRY(useless_answers(-L4_EFAULT));
	return check_failed(-L4_EFAULT);
}

/* Each fault is answered soon, but all of them together take too long for one of both. */
static const char *patience_is_for_all_of_it(void)
{
	for (unsigned int whose = 0; whose < 2; whose++) {
		TRY(make_pair());
		workers[whose].result[PATIENT] = l4_timeout_us(20 * MS);
		start_pair(true);
		TRY(useless_answers(-L4_ETIMEDOUT));
		for (unsigned int n = 0; n < 2; n++) {
			l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
			l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
			l4_unmap(l4_fpage_cap(SLOT_TASK(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		}
		memset(workers, 0, sizeof(workers));
	}
	return NULL;
}

static void run_for_ever(struct worker *self)
{
	for (;;)
		self->result[0]++;
}

/* The sender is below, the receiver above one that never stops: it gets its item all the same. */
static const char *not_held_up_by(void (*send)(struct worker *), void (*receive_it)(struct worker *))
{
	struct l4_msg msg;

	TRY(make_worker(2, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY - 20), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, WORKER_PRIORITY - 10), 0);
	TRY(start_worker(0, send));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);	/* it is queued */
	TRY(start_worker(2, run_for_ever));
	TRY(start_worker(1, receive_it));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 1);
	CHECK_EQ(workers[0].result[DONE], 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_STOP, 0), 0);
	return await(LABEL_MAIN, &msg);
}

static const char *string_from_below(void)
{
	TRY(make_mapped_pair());
	TRY(not_held_up_by(send_string, receive_string));
	return check_arrived();
}

static void send_pages(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

	self->utcb->item[0] = (struct l4_item){ l4_fpage_mem(MEMORY_BASE, REGION_ORDER, L4_RIGHT_R), 0 };
	self->result[ERROR] = l4_ipc_send(SLOT_GATE(1), &msg);
	self->result[DONE] = 1;
	tell_main(0);
	finish();
}

static const char *flexpage_from_below(void)
{
	TRY(make_worker(0, L4_CAP_TASK, 0));
	TRY(make_task(SLOT_TASK(1), 0x80000));
	TRY(make_worker(1, SLOT_TASK(1), 0));
	TRY(not_held_up_by(send_pages, receive_pages));
	CHECK_EQ(workers[0].result[ERROR], 0);
	return NULL;
}

const struct test ipc_string_tests[] = {
	{ "lengths and places", lengths_and_places },
	{ "4 MiB", large },
	{ "bad items", bad_items, .covers = "ipc EINVAL, ipc EOVERFLOW, ipc EFAULT" },
	{ "faults of both", faults_of_both },
	{ "faults and refusals", faults_and_refusals },
	{ "fault for writing", fault_for_writing },
	{ "no pager", no_pager, .covers = "ipc EFAULT" },
	{ "no pager of the receiver", no_pager_of_the_receiver, .covers = "ipc EFAULT" },
	{ "pager is partner", pager_is_partner, .covers = "ipc EFAULT" },
	{ "pager dies with the fault", pager_dies_with_the_fault, .covers = "ipc EFAULT" },
	{ "pager dies before the fault", pager_dies_before_the_fault, .covers = "ipc EFAULT" },
	{ "broken off", broken_off, .covers = "ipc EDEAD, ipc ECANCELED" },
	{ "timeouts", timeouts, .covers = "ipc ETIMEDOUT" },
	{ "call and reply", call_and_reply },
	{ "call that faults", call_that_faults },
	{ "mixed with pages", mixed_with_pages, .covers = "ipc EOVERFLOW" },
	{ "string to a fault", string_to_a_fault, .covers = "ipc EINVAL" },
	{ "overlapping", overlapping },
	{ "into the UTCB", into_the_utcb },
	{ "preempted", preempted },
	{ "broken off while copying", broken_off_while_copying },
	{ "unmapped while copying", unmapped_while_copying },
	{ "strings of a vCPU", strings_of_a_vcpu },
	{ "strings to a vCPU", strings_to_a_vcpu },
	{ "device memory", device_memory },
	{ "server dies", server_dies, .covers = "ipc EDEAD" },
	{ "item to a slot in use", item_to_a_slot_in_use, .covers = "ipc EEXIST" },
	{ "large flexpages", large_flexpages, .covers = "ipc EFAULT" },
	{ "pager answers and gives nothing", pager_gives_nothing },
	{ "patience is for all of it", patience_is_for_all_of_it },
	{ "string from below a busy thread", string_from_below },
	{ "flexpage from below a busy thread", flexpage_from_below },
	{ 0 },
};
