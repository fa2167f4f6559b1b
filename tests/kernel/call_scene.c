/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases of call_cases.c find, and what some of them need beside it. See calls.h. */
#include "calls.h"

static const char *weaken(l4_cap_t slot, l4_cap_t copy, l4_word_t rights)
{
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(slot, 0, rights), SLOT_AT(copy)), 1);
	return NULL;
}

static void sleep_on(struct worker *self)
{
	(void)self;
	finish();
}

const char *make_scene(void)
{
	TRY(make_task(S_TASK, 0x40000));
	TRY(make_worker(0, L4_CAP_TASK, 0));
	TRY(make_task(SLOT_TASK(1), 0x40000));
	TRY(make_worker(1, SLOT_TASK(1), 0));
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(1), 0, ALL), L4_UNMAP_SELF), 0);
	TRY(run_worker(2, L4_CAP_TASK, sleep_on));
	CHECK_EQ(l4_thread_create(S_VCPU, L4_CAP_TASK, WORKER_UTCB + 3 * L4_PAGE_SIZE,
				  L4_THREAD_VCPU), 0);
	CHECK_EQ(l4_task_create(S_GUEST, 0, L4_TASK_GUEST), 0);
	CHECK_EQ(l4_irq_create(S_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_create(S_BOUND, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(S_BOUND, 0, S_THREAD, 1), 0);
	TRY(weaken(S_TASK, S_WEAK(S_TASK), L4_RIGHT_R));
	TRY(weaken(S_THREAD, S_WEAK(S_THREAD), L4_RIGHT_R));
	TRY(weaken(S_GATE, S_WEAK(S_GATE), L4_RIGHT_R));
	TRY(weaken(S_GUEST, S_WEAK(S_GUEST), L4_RIGHT_R));
	TRY(weaken(S_IRQ, S_WEAK(S_IRQ), L4_RIGHT_R));
	TRY(weaken(S_IRQ, ONLY_W, L4_RIGHT_W));
	TRY(weaken(S_IRQ, ONLY_R, L4_RIGHT_R));
	TRY(weaken(S_IRQ, ONLY_X, L4_RIGHT_X));
	TRY(weaken(L4_CAP_SYSTEM, WEAK_SYSTEM, L4_RIGHT_R));
	return weaken(L4_CAP_TASK, WEAK_TASK, L4_RIGHT_R);
}

const char *take_the_rtc(void)
{
	CHECK_EQ(l4_irq_create(S_EMPTY_2, L4_CAP_SYSTEM, RTC), 0);
	return NULL;
}

const char *stop_the_running(void)
{
	CHECK_EQ(l4_thread_control(S_RUNNING, L4_THREAD_STOP, 0), 0);
	return NULL;
}

/* The second sleep of the running one: it takes one message. */
const char *let_it_run(void)
{
	struct l4_msg msg;

	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

const char *map_port_slots(void)
{
	CHECK_EQ(l4_map(S_TASK, IO(0x80UL, 0UL, ALL), SLOT_AT(0x80)), 1);
	return NULL;
}

const char *poor_receiver(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	TRY(impoverish());
	return let_it_run();
}

/* A receiver that has no window, and a flexpage for it. */
const char *send_an_item(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	return let_it_run();
}

static const char *open_windows(void)
{
	workers[2].utcb->window[L4_FPAGE_MEM] = MEM(AT, 12UL, ALL);
	return let_it_run();
}

const char *send_to_window(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	return open_windows();
}

const char *send_nothing_mapped(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ MEM(AT + 0x100000, 12UL, RW), 0 };
	return open_windows();
}

const char *send_bad_item(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ MEM(AT, 11UL, RW), 0 };
	return open_windows();
}

const char *send_bad_type(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE | 3UL << L4_FPAGE_TYPE_SHIFT, 0 };
	return open_windows();
}
