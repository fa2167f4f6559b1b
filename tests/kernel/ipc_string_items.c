/* SPDX-License-Identifier: GPL-2.0 */
/* Strings in calls, among other items, and what is transferred above and below its thread's priority. */
#include "ipc_string.h"

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

const char *call_and_reply(void)
{
	TRY(make_mapped_pair());
	TRY(start_worker(1, echo_strings));
	TRY(call_with_strings(1, false));
	TRY(call_with_strings(L4_MSG_ITEMS, false));
	TRY(call_with_strings(3, false));
	return call_with_strings(0, false);
}

/* The server's buffer cannot be had, as the main thread is its pager and waits. */
const char *call_that_faults(void)
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

const char *mixed_with_pages(void)
{
	TRY(make_mapped_pair());
	TRY(send_mixture(0x1000, 0, 3));
	CHECK_EQ(workers[1].result[WHAT], l4_string(555));
	CHECK_EQ(workers[1].result[WHERE], TARGET + 0x2000);
	TRY(same(SOURCE_MEMORY + 0x3000, TARGET_MEMORY + 0x2000, 555));
	return send_mixture(554, -L4_EOVERFLOW, 2);
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
const char *item_to_a_slot_in_use(void)
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
const char *large_flexpages(void)
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

/* The sender is below, the receiver above one that never stops: it gets its item all the same. */
static const char *not_held_up_by(void (*send)(struct worker *), void (*receive_it)(struct worker *))
{
	struct l4_msg msg;

	TRY(make_worker(2, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY - 20), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_PRIORITY, WORKER_PRIORITY - 10), 0);
	TRY(start_worker(0, send));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);	/* it is queued */
	TRY(start_worker(2, count_for_ever));
	TRY(start_worker(1, receive_it));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[1].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 1);
	CHECK_EQ(workers[0].result[DONE], 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(2), L4_THREAD_STOP, 0), 0);
	return await(LABEL_MAIN, &msg);
}

const char *string_from_below(void)
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

const char *flexpage_from_below(void)
{
	TRY(make_worker(0, L4_CAP_TASK, 0));
	TRY(make_task(SLOT_TASK(1), 0x80000));
	TRY(make_worker(1, SLOT_TASK(1), 0));
	TRY(not_held_up_by(send_pages, receive_pages));
	CHECK_EQ(workers[0].result[ERROR], 0);
	return NULL;
}
