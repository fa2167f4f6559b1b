/* SPDX-License-Identifier: GPL-2.0 */
/* The pair of workers that all tests of strings use: ipc_string.h. */
#include "ipc_string.h"

void fill(unsigned char *memory, l4_word_t size, unsigned int seed)
{
	for (l4_word_t i = 0; i < size; i++)
		memory[i] = (i * 7 + i / 251) ^ seed;
}

const char *same(const unsigned char *a, const unsigned char *b, l4_word_t size)
{
	for (l4_word_t i = 0; i < size; i++)
		if (a[i] != b[i]) {
			last_value = i;
			return "the copy differs";
		}
	return NULL;
}

void send_string(struct worker *self)
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

void receive_string(struct worker *self)
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
const char *make_pair(void)
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

void end_pair(void)
{
	for (unsigned int n = 0; n < 2; n++) {
		l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_GATE(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_TASK(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	}
	memset(workers, 0, sizeof(workers));
}

const char *map_half(l4_cap_t task, unsigned char *memory, l4_word_t address, l4_word_t rights)
{
	l4_word_t fpage = l4_fpage_mem((l4_word_t)memory, MEMORY_ORDER - 1, rights);

	CHECK(l4_map(task, fpage, address) > 0);
	return NULL;
}

/* All of it mapped beforehand, with the rights that are needed and no others. */
const char *make_mapped_pair(void)
{
	TRY(make_pair());
	TRY(map_half(SLOT_TASK(0), SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	return map_half(SLOT_TASK(1), TARGET_MEMORY, TARGET, L4_RIGHT_R | L4_RIGHT_W);
}

void start_pair(bool receiver_first)
{
	struct l4_msg msg;

	start_worker(receiver_first ? 1 : 0, receiver_first ? receive_string : send_string);
	receive(1 * MS, &msg);
	start_worker(receiver_first ? 0 : 1, receiver_first ? send_string : receive_string);
}

/* A page of the region that a fault is about, or not, if `give' is false. */
const char *answer_fault(const struct l4_msg *fault, bool give)
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
const char *serve_faults(unsigned int ends, unsigned int refusals, unsigned int *faults)
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

const char *check_arrived(void)
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
const char *check_failed(long error)
{
	CHECK_EQ(workers[0].result[ERROR], error);
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 0);
	CHECK_EQ(workers[1].result[WORD], 14 + 63);
	return NULL;
}
