/* SPDX-License-Identifier: GPL-2.0 */
/* Strings whose pages are not there: both pagers, none, such as die or give nothing. */
#include "ipc_string.h"

const char *faults_of_both(void)
{
	unsigned int faults;

	TRY(make_pair());
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 2 * PAGES);
	return check_arrived();
}

/* The sender waited; addresses in the middle of pages; the pager thinks it over. */
const char *faults_and_refusals(void)
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
const char *fault_for_writing(void)
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

const char *no_pager(void)
{
	return without_pager(0);
}

const char *no_pager_of_the_receiver(void)
{
	return without_pager(1);
}

/* The one who is asked for the page waits for the string, or sends it. */
const char *pager_is_partner(void)
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

const char *pager_dies_with_the_fault(void)
{
	return pager_dies(true);
}

const char *pager_dies_before_the_fault(void)
{
	return pager_dies(false);
}

static void touch(struct worker *self)
{
	self->result[0] = *(volatile unsigned char *)self->arg[ADDRESS];
	tell_main(1);
	finish();
}

/* A fault is answered with pages; a string is no answer. */
const char *string_to_a_fault(void)
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

const char *pager_gives_nothing(void)
{
	TRY(make_pair());
	start_pair(true);
	TRY(useless_answers(-L4_EFAULT));
	return check_failed(-L4_EFAULT);
}

/* Each fault is answered soon, but all of them together take too long for one of both. */
const char *patience_is_for_all_of_it(void)
{
	for (unsigned int whose = 0; whose < 2; whose++) {
		TRY(make_pair());
		workers[whose].result[PATIENT] = l4_timeout_us(20 * MS);
		start_pair(true);
		TRY(useless_answers(-L4_ETIMEDOUT));
		end_pair();
	}
	return NULL;
}
