/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One call with good or bad arguments per case: tables of what is passed and
 * what must come back. All of a table's cases find the same scene, which
 * make_scene() puts up. A call that fails must have changed nothing: free
 * kernel memory, objects and the caller's quota are compared around it.
 */
#include "vcpu.h"
#include "asm.h"

/* A case's number: FIRST + PER_CALL * call + its place in the call's table. */
#define FIRST		2000
#define PER_CALL	100

/* Who makes the call: the main thread, a thread whose quota is spent, or a vCPU. */
enum caller { MAIN, POOR, VCPU };

struct call_case {
	const char *name;
	long expected;
	l4_word_t arg[8];
	enum caller caller;
	const char *(*prepare)(void);	/* by the main thread, when the scene is there */
};

/* The scene, in the main thread's table; the poor one has copies in the same slots. */
#define S_TASK		SLOT_TASK(0)
#define S_THREAD	SLOT_THREAD(0)		/* stopped, in the main thread's task */
#define S_GATE		SLOT_GATE(0)		/* to it */
#define S_DEAD		SLOT_THREAD(1)		/* its task is gone */
#define S_DEAD_GATE	SLOT_GATE(1)
#define S_RUNNING	SLOT_THREAD(2)		/* sleeps */
#define S_VCPU		SLOT_THREAD(3)		/* a vCPU that never starts */
#define S_POOR		SLOT_TASK(4)
#define POOR_WORKER	4
#define VCPU_TASK	SLOT_TASK(VCPU_WORKER)
#define S_GUEST		340			/* of the main thread's task */
#define S_IRQ		341
#define S_BOUND		342
#define S_WEAK(slot)	(384 + (slot) % 64)	/* a copy with the right to map only */
#define S_EMPTY		450
#define S_EMPTY_2	451
#define WEAK_SYSTEM	460
#define WEAK_TASK	461
#define ONLY_W		462			/* of the irq */
#define ONLY_R		463
#define ONLY_X		464

#define TOO_HIGH	L4_CAP_SLOTS
#define NO_SLOT		(~0UL)

/* Flexpages as constants. */
#define MEM(base, order, rights) ((base) | (order) << L4_FPAGE_ORDER_SHIFT | (rights))
#define IO(port, order, rights)	((port) << 12 | (order) << L4_FPAGE_ORDER_SHIFT | \
				 L4_FPAGE_IO << L4_FPAGE_TYPE_SHIFT | (rights))
#define CAP(slot, order, rights) ((l4_word_t)(slot) << 12 | (order) << L4_FPAGE_ORDER_SHIFT | \
				 L4_FPAGE_CAP << L4_FPAGE_TYPE_SHIFT | (rights))
#define ORDER_ALL	63UL
#define RW		(L4_RIGHT_R | L4_RIGHT_W)
#define ALL		L4_RIGHTS_ALL
#define PAGE		MEM(MEMORY_BASE, 12UL, RW)
#define AT		0x30000000000UL
#define SLOT_AT(slot)	((l4_word_t)(slot) << 12)
#define NO_ADDRESS	0x0000800000000000UL	/* the first that is not canonical */
#define KERNEL		0xffff800000000000UL
#define UPPER		0xffffffb000000000UL
#define UTCB_AT		(WORKER_UTCB + 64 * L4_PAGE_SIZE)
#define QUOTA		L4_TASK_QUOTA_MIN
#define RTC		8UL

static long system(l4_word_t what)
{
	return l4_system_control(L4_CAP_SYSTEM, what, 0);
}

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

static const char *make_scene(void)
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

static const char *impoverish(void);

static const char *take_the_rtc(void)
{
	CHECK_EQ(l4_irq_create(S_EMPTY_2, L4_CAP_SYSTEM, RTC), 0);
	return NULL;
}

static const char *stop_the_running(void)
{
	CHECK_EQ(l4_thread_control(S_RUNNING, L4_THREAD_STOP, 0), 0);
	return NULL;
}

/* The second sleep of the running one: it takes one message. */
static const char *let_it_run(void)
{
	struct l4_msg msg;

	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static const char *map_port_slots(void)
{
	CHECK_EQ(l4_map(S_TASK, IO(0x80UL, 0UL, ALL), SLOT_AT(0x80)), 1);
	return NULL;
}

static const char *poor_receiver(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	TRY(impoverish());
	return let_it_run();
}

/* A receiver that has no window, and a flexpage for it. */
static const char *send_an_item(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	return let_it_run();
}

static const char *open_windows(void)
{
	workers[2].utcb->window[L4_FPAGE_MEM] = MEM(AT, 12UL, ALL);
	return let_it_run();
}

static const char *send_to_window(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE, 0 };
	return open_windows();
}

static const char *send_nothing_mapped(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ MEM(AT + 0x100000, 12UL, RW), 0 };
	return open_windows();
}

static const char *send_bad_item(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ MEM(AT, 11UL, RW), 0 };
	return open_windows();
}

static const char *send_bad_type(void)
{
	l4_first_utcb()->item[0] = (struct l4_item){ PAGE | 3UL << L4_FPAGE_TYPE_SHIFT, 0 };
	return open_windows();
}

#define SEND	L4_IPC_SEND
#define RECV	L4_IPC_RECV
#define CALL	(L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL)
#define NOW	(L4_TIMEOUT_ZERO << L4_IPC_SEND_TIMEOUT_SHIFT | \
		 L4_TIMEOUT_ZERO << L4_IPC_RECV_TIMEOUT_SHIFT)
#define ITEM	(1UL << L4_TAG_ITEMS_SHIFT)

static const struct call_case ipc_cases[] = {
	{ "65 words", -L4_EINVAL, { S_GATE, 65, SEND } },
	{ "127 words", -L4_EINVAL, { S_GATE, 127, SEND } },
	{ "nine items", -L4_EINVAL, { S_GATE, 9 * ITEM, SEND } },
	{ "tag bit 11", -L4_EINVAL, { S_GATE, 1UL << 11, SEND } },
	{ "tag bit 15", -L4_EINVAL, { S_GATE, 1UL << 15, SEND } },
	{ "tag bit 63", -L4_EINVAL, { S_GATE, 1UL << 63, SEND } },
	{ "no phase", -L4_EINVAL, { S_GATE, 0, 0 } },
	{ "send and reply", -L4_EINVAL, { S_GATE, 0, SEND | L4_IPC_REPLY } },
	{ "call without send", -L4_EINVAL, { S_GATE, 0, RECV | L4_IPC_CALL } },
	{ "call without receive", -L4_EINVAL, { S_GATE, 0, SEND | L4_IPC_CALL } },
	{ "reply as a call", -L4_EINVAL, { S_GATE, 0, L4_IPC_REPLY | RECV | L4_IPC_CALL } },
	{ "flag bit 5", -L4_EINVAL, { S_GATE, 0, SEND | 1UL << 5 } },
	{ "flag bit 7", -L4_EINVAL, { S_GATE, 0, RECV | 1UL << 7 } },
	{ "flag bit 31", -L4_EINVAL, { S_GATE, 0, SEND | 1UL << 31 } },
	{ "flag bit 47", -L4_EINVAL, { S_GATE, 0, RECV | 1UL << 47 } },
	{ "flag bit 63", -L4_EINVAL, { S_GATE, 0, RECV | 1UL << 63 } },
	{ "send to oneself", -L4_EINVAL, { SLOT_MAIN, 0, SEND } },
	{ "call to oneself", -L4_EINVAL, { SLOT_MAIN, 0, CALL } },
	{ "slot 0", -L4_ENOCAP, { L4_CAP_NONE, 0, SEND } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, 0, SEND } },
	{ "slot beyond the table", -L4_ENOCAP, { TOO_HIGH, 0, SEND } },
	{ "slot of 64 bits", -L4_ENOCAP, { 1UL << 32 | S_GATE, 0, SEND } },
	{ "to a task", -L4_ENOCAP, { S_TASK, 0, SEND } },
	{ "to an irq", -L4_ENOCAP, { S_IRQ, 0, SEND } },
	{ "gate without W", -L4_ERIGHTS, { S_WEAK(S_GATE), 0, SEND } },
	{ "receiver is dead", -L4_EDEAD, { S_DEAD_GATE, 0, SEND } },
	{ "call, receiver is dead", -L4_EDEAD, { S_DEAD_GATE, 0, CALL } },
	{ "nobody to reply to", -L4_EDEAD, { 0, 0, L4_IPC_REPLY } },
	{ "nobody to reply to, then receive", -L4_EDEAD, { 0, 0, L4_IPC_REPLY | RECV | NOW } },
	{ "send at once or not", -L4_ETIMEDOUT, { S_GATE, 0, SEND | NOW } },
	{ "send within 1 ms", -L4_ETIMEDOUT, { S_GATE, 0, SEND | 1000UL << 16 } },
	{ "receive at once or not", -L4_ETIMEDOUT, { 0, 0, RECV | NOW } },
	{ "receive within 1 ms", -L4_ETIMEDOUT, { 0, 0, RECV | 1000UL << 32 } },
	{ "the reply does not come", -L4_ETIMEDOUT, { SLOT_GATE(2), 0, CALL | 1000UL << 32 }, .prepare = let_it_run },
	{ "send to one that waits", 0, { SLOT_GATE(2), 0, SEND | NOW }, .prepare = let_it_run },
	{ "item without a window", -L4_EOVERFLOW, { SLOT_GATE(2), ITEM, SEND }, .prepare = send_an_item },
	{ "item of what is not there", -L4_EFAULT, { SLOT_GATE(2), ITEM, SEND }, .prepare = send_nothing_mapped },
	{ "item of a bad order", -L4_EINVAL, { SLOT_GATE(2), ITEM, SEND }, .prepare = send_bad_item },
	{ "item of no type", -L4_EINVAL, { SLOT_GATE(2), ITEM, SEND }, .prepare = send_bad_type },
	{ "item in its window", 0, { SLOT_GATE(2), ITEM, SEND }, .prepare = send_to_window },
	{ "item to a poor task", -L4_ENOMEM, { SLOT_GATE(POOR_WORKER), ITEM, SEND }, .prepare = poor_receiver },
	{ "receive ignores dest and tag", -L4_ETIMEDOUT, { NO_SLOT, ~0UL, RECV | NOW } },
	{ 0 },
};

static const struct call_case task_create_cases[] = {
	{ "the smallest quota", 0, { S_EMPTY, QUOTA, 0 } },
	{ "a guest", 0, { S_EMPTY, 0, L4_TASK_GUEST } },
	{ "slot in use", -L4_EEXIST, { SLOT_MAIN, QUOTA, 0 } },
	{ "guest, slot in use", -L4_EEXIST, { SLOT_MAIN, 0, L4_TASK_GUEST } },
	{ "no quota", -L4_EINVAL, { S_EMPTY, 0, 0 } },
	{ "quota too small", -L4_EINVAL, { S_EMPTY, QUOTA - 1, 0 } },
	{ "flag 1", -L4_EINVAL, { S_EMPTY, QUOTA, 2 } },
	{ "flag 63", -L4_EINVAL, { S_EMPTY, QUOTA, 1UL << 63 } },
	{ "guest with a quota", -L4_EINVAL, { S_EMPTY, QUOTA, L4_TASK_GUEST } },
	{ "slot 0", -L4_EINVAL, { L4_CAP_NONE, QUOTA, 0 } },
	{ "slot beyond the table", -L4_EINVAL, { TOO_HIGH, QUOTA, 0 } },
	{ "slot of 64 bits", -L4_EINVAL, { 1UL << 32 | S_EMPTY, QUOTA, 0 } },
	{ "more than there is", -L4_ENOMEM, { S_EMPTY, 1UL << 40, 0 } },
	{ "nearly 2 to the 64", -L4_ENOMEM, { S_EMPTY, ~0xfffUL, 0 } },
	{ "quota is spent", -L4_ENOMEM, { S_EMPTY, QUOTA, 0 }, POOR },
	{ "guest, quota is spent", -L4_ENOMEM, { S_EMPTY, 0, L4_TASK_GUEST }, POOR },
	{ 0 },
};

static const struct call_case thread_create_cases[] = {
	{ "an ordinary one", 0, { S_EMPTY, L4_CAP_TASK, UTCB_AT, 0 } },
	{ "a vCPU", 0, { S_EMPTY, L4_CAP_TASK, UTCB_AT, L4_THREAD_VCPU } },
	{ "in another task", 0, { S_EMPTY, S_TASK, UTCB_AT, 0 } },
	{ "UTCB in the upper half", 0, { S_EMPTY, S_TASK, ~0xfffUL, 0 } },
	{ "slot in use", -L4_EEXIST, { SLOT_MAIN, L4_CAP_TASK, UTCB_AT, 0 } },
	{ "slot 0", -L4_EINVAL, { L4_CAP_NONE, L4_CAP_TASK, UTCB_AT, 0 } },
	{ "slot beyond the table", -L4_EINVAL, { TOO_HIGH, L4_CAP_TASK, UTCB_AT, 0 } },
	{ "flag 1", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, UTCB_AT, 2 } },
	{ "flag 63", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, UTCB_AT, 1UL << 63 } },
	{ "UTCB misaligned", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, UTCB_AT + 8, 0 } },
	{ "UTCB at 0", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, 0, 0 } },
	{ "UTCB not canonical", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, NO_ADDRESS, 0 } },
	{ "UTCB in the kernel's slot", -L4_EINVAL, { S_EMPTY, L4_CAP_TASK, KERNEL + L4_PAGE_SIZE, 0 } },
	{ "in a guest", -L4_EINVAL, { S_EMPTY, S_GUEST, UTCB_AT, 0 } },
	{ "UTCB on another", -L4_EBUSY, { S_EMPTY, L4_CAP_TASK, WORKER_UTCB, 0 } },
	{ "UTCB on memory", -L4_EBUSY, { S_EMPTY, L4_CAP_TASK, MEMORY_BASE, 0 } },
	{ "empty slot for a task", -L4_ENOCAP, { S_EMPTY, S_EMPTY_2, UTCB_AT, 0 } },
	{ "gate for a task", -L4_ENOCAP, { S_EMPTY, S_GATE, UTCB_AT, 0 } },
	{ "task's slot beyond the table", -L4_ENOCAP, { S_EMPTY, TOO_HIGH, UTCB_AT, 0 } },
	{ "task without X", -L4_ERIGHTS, { S_EMPTY, S_WEAK(S_TASK), UTCB_AT, 0 } },
	{ "quota is spent", -L4_ENOMEM, { S_EMPTY, S_TASK, UTCB_AT, 0 }, POOR },
	{ 0 },
};

static const struct call_case gate_create_cases[] = {
	{ "to oneself", 0, { S_EMPTY, L4_CAP_THREAD, ~0UL } },
	{ "to a vCPU", 0, { S_EMPTY, S_VCPU, 0 } },
	{ "slot in use", -L4_EEXIST, { SLOT_MAIN, L4_CAP_THREAD, 0 } },
	{ "slot 0", -L4_EINVAL, { L4_CAP_NONE, L4_CAP_THREAD, 0 } },
	{ "slot beyond the table", -L4_EINVAL, { TOO_HIGH, L4_CAP_THREAD, 0 } },
	{ "empty slot for a thread", -L4_ENOCAP, { S_EMPTY, S_EMPTY_2, 0 } },
	{ "task for a thread", -L4_ENOCAP, { S_EMPTY, S_TASK, 0 } },
	{ "thread's slot beyond the table", -L4_ENOCAP, { S_EMPTY, NO_SLOT, 0 } },
	{ "thread without X", -L4_ERIGHTS, { S_EMPTY, S_WEAK(S_THREAD), 0 } },
	{ "thread is dead", -L4_EDEAD, { S_EMPTY, S_DEAD, 0 } },
	{ "quota is spent", -L4_ENOMEM, { S_EMPTY, S_THREAD, 0 }, POOR },
	{ 0 },
};

static const struct call_case irq_create_cases[] = {
	{ "software", 0, { S_EMPTY, L4_CAP_NONE, L4_IRQ_SOFT } },
	{ "a pin", 0, { S_EMPTY, L4_CAP_SYSTEM, RTC } },
	{ "the last pin", 0, { S_EMPTY, L4_CAP_SYSTEM, 23 } },
	{ "slot in use", -L4_EEXIST, { SLOT_MAIN, L4_CAP_SYSTEM, RTC } },
	{ "software, slot in use", -L4_EEXIST, { SLOT_MAIN, L4_CAP_NONE, L4_IRQ_SOFT } },
	{ "slot 0", -L4_EINVAL, { L4_CAP_NONE, L4_CAP_SYSTEM, RTC } },
	{ "slot beyond the table", -L4_EINVAL, { TOO_HIGH, L4_CAP_NONE, L4_IRQ_SOFT } },
	{ "no such pin", -L4_EINVAL, { S_EMPTY, L4_CAP_SYSTEM, 24 } },
	{ "pin 100000", -L4_EINVAL, { S_EMPTY, L4_CAP_SYSTEM, 100000 } },
	{ "pin of 64 bits", -L4_EINVAL, { S_EMPTY, L4_CAP_SYSTEM, 1UL << 32 | RTC } },
	{ "pin in use", -L4_EBUSY, { S_EMPTY, L4_CAP_SYSTEM, RTC }, .prepare = take_the_rtc },
	{ "empty slot for the system", -L4_ENOCAP, { S_EMPTY, S_EMPTY_2, RTC } },
	{ "task for the system", -L4_ENOCAP, { S_EMPTY, L4_CAP_TASK, RTC } },
	{ "system without W", -L4_ERIGHTS, { S_EMPTY, WEAK_SYSTEM, RTC } },
	{ "quota is spent", -L4_ENOMEM, { S_EMPTY, L4_CAP_NONE, L4_IRQ_SOFT }, POOR },
	{ 0 },
};

static const struct call_case irq_control_cases[] = {
	{ "bind", 0, { S_IRQ, L4_IRQ_BIND, S_THREAD, 1 } },
	{ "bind to a vCPU", 0, { S_IRQ, L4_IRQ_BIND, S_VCPU, 62 } },
	{ "unbind", 0, { S_BOUND, L4_IRQ_UNBIND } },
	{ "unbind what is not bound", 0, { S_IRQ, L4_IRQ_UNBIND } },
	{ "acknowledge", 0, { S_BOUND, L4_IRQ_ACK } },
	{ "raise", 0, { S_BOUND, L4_IRQ_RAISE } },
	{ "raise what is not bound", 0, { S_IRQ, L4_IRQ_RAISE } },
	{ "bind a pin, level, low", 0, { S_EMPTY_2, L4_IRQ_BIND | L4_IRQ_LEVEL | L4_IRQ_LOW, S_THREAD, 0 }, .prepare = take_the_rtc },
	{ "bind a pin, edge", 0, { S_EMPTY_2, L4_IRQ_BIND | L4_IRQ_EDGE, S_THREAD, 0 }, .prepare = take_the_rtc },
	{ "operation 4", -L4_EINVAL, { S_BOUND, 4 } },
	{ "operation 255", -L4_EINVAL, { S_BOUND, 255 } },
	{ "operation with bit 11", -L4_EINVAL, { S_IRQ, L4_IRQ_BIND | 1UL << 11, S_THREAD, 0 } },
	{ "operation of 64 bits", -L4_EINVAL, { S_BOUND, 1UL << 32 | L4_IRQ_ACK } },
	{ "unbind with a trigger mode", -L4_EINVAL, { S_BOUND, L4_IRQ_UNBIND | L4_IRQ_EDGE } },
	{ "level and edge", -L4_EINVAL, { S_IRQ, L4_IRQ_BIND | L4_IRQ_LEVEL | L4_IRQ_EDGE, S_THREAD, 0 } },
	{ "the timer's bit of a vCPU", -L4_EINVAL, { S_IRQ, L4_IRQ_BIND, S_VCPU, 63 } },
	{ "raise a pin", -L4_EINVAL, { S_EMPTY_2, L4_IRQ_RAISE }, .prepare = take_the_rtc },
	{ "bound already", -L4_EBUSY, { S_BOUND, L4_IRQ_BIND, S_THREAD, 0 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, L4_IRQ_ACK } },
	{ "slot beyond the table", -L4_ENOCAP, { NO_SLOT, L4_IRQ_RAISE } },
	{ "gate for an irq", -L4_ENOCAP, { S_GATE, L4_IRQ_RAISE } },
	{ "bind to an empty slot", -L4_ENOCAP, { S_IRQ, L4_IRQ_BIND, S_EMPTY, 0 } },
	{ "bind to a task", -L4_ENOCAP, { S_IRQ, L4_IRQ_BIND, S_TASK, 0 } },
	{ "bind without X", -L4_ERIGHTS, { ONLY_W, L4_IRQ_BIND, S_THREAD, 0 } },
	{ "raise without W", -L4_ERIGHTS, { ONLY_X, L4_IRQ_RAISE } },
	{ "acknowledge without W", -L4_ERIGHTS, { S_WEAK(S_IRQ), L4_IRQ_ACK } },
	{ "unbind without W", -L4_ERIGHTS, { ONLY_X, L4_IRQ_UNBIND } },
	{ "thread without X", -L4_ERIGHTS, { S_IRQ, L4_IRQ_BIND, S_WEAK(S_THREAD), 0 } },
	{ "bind to a dead thread", -L4_EDEAD, { S_IRQ, L4_IRQ_BIND, S_DEAD, 0 } },
	{ "raise with W only", 0, { ONLY_W, L4_IRQ_RAISE } },
	{ "bind with X only", 0, { ONLY_X, L4_IRQ_BIND, S_THREAD, 0 } },
	{ 0 },
};

static const struct call_case map_cases[] = {
	{ "one page", 1, { S_TASK, PAGE, AT } },
	{ "a large page", 512, { S_TASK, MEM(MEMORY_BASE, 21UL, RW), AT } },
	{ "at 0", 1, { S_TASK, PAGE, 0 } },
	{ "the last page", 1, { S_TASK, PAGE, ~0xfffUL } },
	{ "the last page of the lower half", 1, { S_TASK, PAGE, NO_ADDRESS - L4_PAGE_SIZE } },
	{ "16 ports", 16, { S_TASK, IO(0x80UL, 4UL, ALL), SLOT_AT(0x80) } },
	{ "ports again", 1, { S_TASK, IO(0x80UL, 0UL, ALL), SLOT_AT(0x80) }, .prepare = map_port_slots },
	{ "all ports", 65536, { S_TASK, IO(0UL, 16UL, ALL), 0 } },
	{ "a capability", 1, { S_TASK, CAP(SLOT_MAIN, 0UL, ALL), SLOT_AT(40) } },
	{ "the highest slot", 1, { S_TASK, CAP(SLOT_MAIN, 0UL, ALL), SLOT_AT(65535) } },
	{ "the one of two that may be", 1, { S_TASK, CAP(ONLY_W, 1UL, ALL), SLOT_AT(40) } },
	{ "page misaligned", -L4_EINVAL, { S_TASK, PAGE, AT + 1 } },
	{ "destination below its size", -L4_EINVAL, { S_TASK, MEM(MEMORY_BASE, 13UL, RW), AT + L4_PAGE_SIZE } },
	{ "base misaligned", -L4_EINVAL, { S_TASK, MEM(MEMORY_PAGE(1), 13UL, RW), AT } },
	{ "order 11", -L4_EINVAL, { S_TASK, MEM(MEMORY_BASE, 11UL, RW), AT } },
	{ "order 48", -L4_EINVAL, { S_TASK, MEM(0UL, 48UL, RW), 0 } },
	{ "order 62", -L4_EINVAL, { S_TASK, MEM(0UL, 62UL, RW), 0 } },
	{ "no type", -L4_EINVAL, { S_TASK, PAGE | 3UL << L4_FPAGE_TYPE_SHIFT, AT } },
	{ "without R", -L4_EINVAL, { S_TASK, MEM(MEMORY_BASE, 12UL, L4_RIGHT_W), AT } },
	{ "to the kernel's slot", -L4_EINVAL, { S_TASK, PAGE, KERNEL } },
	{ "to no address", -L4_EINVAL, { S_TASK, PAGE, NO_ADDRESS } },
	{ "from the kernel's slot", -L4_EINVAL, { S_TASK, MEM(KERNEL, 12UL, RW), AT } },
	{ "from no address", -L4_EINVAL, { S_TASK, MEM(NO_ADDRESS, 12UL, RW), AT } },
	{ "the whole space elsewhere", -L4_EINVAL, { S_TASK, MEM(0UL, ORDER_ALL, RW), AT } },
	{ "the whole space from a base", -L4_EINVAL, { S_TASK, MEM(MEMORY_BASE, ORDER_ALL, RW), 0 } },
	{ "to a guest", -L4_EINVAL, { S_GUEST, PAGE, AT } },
	{ "ports elsewhere", -L4_EINVAL, { S_TASK, IO(0x80UL, 3UL, ALL), SLOT_AT(0x88) } },
	{ "ports, where not shifted", -L4_EINVAL, { S_TASK, IO(0x80UL, 0UL, ALL), 0x80 } },
	{ "ports without R", -L4_EINVAL, { S_TASK, IO(0x80UL, 0UL, L4_RIGHT_W), SLOT_AT(0x80) } },
	{ "ports beyond the last", -L4_EINVAL, { S_TASK, IO(0x10000UL, 0UL, ALL), SLOT_AT(0x10000) } },
	{ "17 bits of ports", -L4_EINVAL, { S_TASK, IO(0UL, 17UL, ALL), 0 } },
	{ "slots, where not shifted", -L4_EINVAL, { S_TASK, CAP(SLOT_MAIN, 0UL, ALL), 40 } },
	{ "slot beyond the table", -L4_EINVAL, { S_TASK, CAP(SLOT_MAIN, 0UL, ALL), SLOT_AT(65536) } },
	{ "slots misaligned", -L4_EINVAL, { S_TASK, CAP(SLOT_MAIN + 1, 1UL, ALL), SLOT_AT(40) } },
	{ "slots to a misaligned slot", -L4_EINVAL, { S_TASK, CAP(SLOT_MAIN, 1UL, ALL), SLOT_AT(41) } },
	{ "empty slot for the task", -L4_ENOCAP, { S_EMPTY, PAGE, AT } },
	{ "thread for the task", -L4_ENOCAP, { S_THREAD, PAGE, AT } },
	{ "task without X", -L4_ERIGHTS, { S_WEAK(S_TASK), PAGE, AT } },
	{ "nothing is there", -L4_EFAULT, { S_TASK, MEM(AT, 12UL, RW), AT } },
	{ "a UTCB", -L4_EFAULT, { S_TASK, MEM(L4_UTCB_ADDRESS, 12UL, RW), AT } },
	{ "an empty slot", -L4_EFAULT, { S_TASK, CAP(S_EMPTY, 0UL, ALL), SLOT_AT(40) } },
	{ "a capability without R", -L4_EFAULT, { S_TASK, CAP(ONLY_X, 0UL, ALL), SLOT_AT(40) } },
	{ "grant of nothing", -L4_EFAULT, { S_TASK, MEM(AT, 12UL, RW) | L4_FPAGE_GRANT, AT } },
	{ "slot in use", -L4_EEXIST, { L4_CAP_TASK, CAP(SLOT_MAIN, 0UL, ALL), SLOT_AT(S_GATE) } },
	{ "one of two slots in use", -L4_EEXIST, { L4_CAP_TASK, CAP(SLOT_MAIN, 1UL, ALL), SLOT_AT(S_GATE) } },
	{ "to a poor task", -L4_ENOMEM, { S_POOR, PAGE, AT }, .prepare = impoverish },
	{ "a capability to a poor task", -L4_ENOMEM, { S_POOR, CAP(SLOT_MAIN, 0UL, ALL), SLOT_AT(30000) }, .prepare = impoverish },
	{ "ports to a poor task", -L4_ENOMEM, { S_POOR, IO(0x80UL, 0UL, ALL), SLOT_AT(0x80) }, .prepare = impoverish },
	{ "grant of a task's first capability", -L4_EFAULT, { S_TASK, CAP(S_TASK, 0UL, ALL) | L4_FPAGE_GRANT, SLOT_AT(40) } },
	{ "grant of a copy", 1, { S_TASK, CAP(S_WEAK(S_TASK), 0UL, ALL) | L4_FPAGE_GRANT, SLOT_AT(40) } },
	{ "grant of a thread's first capability", 1, { S_TASK, CAP(S_THREAD, 0UL, ALL) | L4_FPAGE_GRANT, SLOT_AT(40) } },
	{ 0 },
};

static const struct call_case unmap_cases[] = {
	{ "what is not mapped", 0, { MEM(AT, 12UL, ALL), L4_UNMAP_SELF } },
	{ "empty slots", 0, { CAP(512, 9UL, ALL), L4_UNMAP_SELF } },
	{ "no rights", 0, { MEM(MEMORY_BASE, 12UL, 0UL), 0 } },
	{ "ports that nobody got", 0, { IO(0x80UL, 3UL, ALL), 0 } },
	{ "of others only", 0, { MEM(MEMORY_BASE, 22UL, ALL), 0 } },
	{ "the UTCB stays", 0, { MEM(WORKER_UTCB, 15UL, ALL), L4_UNMAP_SELF } },
	{ "flag 2", -L4_EINVAL, { PAGE, 4 } },
	{ "flag 63", -L4_EINVAL, { PAGE, 1UL << 63 } },
	{ "order 11", -L4_EINVAL, { MEM(MEMORY_BASE, 11UL, ALL), 0 } },
	{ "order 48", -L4_EINVAL, { MEM(0UL, 48UL, ALL), 0 } },
	{ "misaligned", -L4_EINVAL, { MEM(MEMORY_PAGE(1), 13UL, ALL), 0 } },
	{ "no type", -L4_EINVAL, { PAGE | 3UL << L4_FPAGE_TYPE_SHIFT, 0 } },
	{ "the kernel's slot", -L4_EINVAL, { MEM(KERNEL, 12UL, ALL), L4_UNMAP_SELF } },
	{ "no address", -L4_EINVAL, { MEM(NO_ADDRESS, 12UL, ALL), L4_UNMAP_SELF } },
	{ "ports beyond the last", -L4_EINVAL, { IO(0x10000UL, 0UL, ALL), L4_UNMAP_SELF } },
	{ "slots beyond the table", -L4_EINVAL, { CAP(65536UL, 0UL, ALL), L4_UNMAP_SELF } },
	{ "whole space from a base", -L4_EINVAL, { MEM(MEMORY_BASE, ORDER_ALL, 0UL), 0 } },
	{ 0 },
};

static const struct call_case thread_control_cases[] = {
	{ "pager", 0, { S_THREAD, L4_THREAD_PAGER, S_GATE } },
	{ "handler", 0, { S_THREAD, L4_THREAD_HANDLER, SLOT_MAIN } },
	{ "pager that is dead", 0, { S_THREAD, L4_THREAD_PAGER, S_DEAD_GATE } },
	{ "priority 0", 0, { S_THREAD, L4_THREAD_PRIORITY, 0 } },
	{ "one's own priority", 0, { S_THREAD, L4_THREAD_PRIORITY, MAIN_PRIORITY } },
	{ "shortest slice", 0, { S_THREAD, L4_THREAD_TIMESLICE, 100 } },
	{ "longest slice", 0, { S_THREAD, L4_THREAD_TIMESLICE, 10000000 } },
	{ "stop the stopped", 0, { S_THREAD, L4_THREAD_STOP, 0 } },
	{ "stop the sleeping", 0, { S_RUNNING, L4_THREAD_STOP, 0 }, .prepare = let_it_run },
	{ "what 7", -L4_EINVAL, { S_THREAD, 7, 0 } },
	{ "what of 64 bits", -L4_EINVAL, { S_THREAD, 1UL << 32 | L4_THREAD_STOP, 0 } },
	{ "priority 256", -L4_EINVAL, { S_THREAD, L4_THREAD_PRIORITY, 256 } },
	{ "priority of 64 bits", -L4_EINVAL, { S_THREAD, L4_THREAD_PRIORITY, 1UL << 32 } },
	{ "slice of 99", -L4_EINVAL, { S_THREAD, L4_THREAD_TIMESLICE, 99 } },
	{ "slice of 10000001", -L4_EINVAL, { S_THREAD, L4_THREAD_TIMESLICE, 10000001 } },
	{ "slice of 2 to the 63", -L4_EINVAL, { S_THREAD, L4_THREAD_TIMESLICE, 1UL << 63 } },
	{ "stop with a value", -L4_EINVAL, { S_THREAD, L4_THREAD_STOP, 1 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, L4_THREAD_STOP, 0 } },
	{ "gate for a thread", -L4_ENOCAP, { S_GATE, L4_THREAD_STOP, 0 } },
	{ "slot beyond the table", -L4_ENOCAP, { TOO_HIGH, L4_THREAD_STOP, 0 } },
	{ "pager in an empty slot", -L4_ENOCAP, { S_THREAD, L4_THREAD_PAGER, S_EMPTY } },
	{ "thread for a pager", -L4_ENOCAP, { S_THREAD, L4_THREAD_PAGER, S_THREAD } },
	{ "task for a handler", -L4_ENOCAP, { S_THREAD, L4_THREAD_HANDLER, S_TASK } },
	{ "without X", -L4_ERIGHTS, { S_WEAK(S_THREAD), L4_THREAD_STOP, 0 } },
	{ "pager without W", -L4_ERIGHTS, { S_THREAD, L4_THREAD_PAGER, S_WEAK(S_GATE) } },
	{ "handler without W", -L4_ERIGHTS, { S_THREAD, L4_THREAD_HANDLER, S_WEAK(S_GATE) } },
	{ "priority above one's own", -L4_ERIGHTS, { S_THREAD, L4_THREAD_PRIORITY, MAIN_PRIORITY + 1 } },
	{ "dead thread", -L4_EDEAD, { S_DEAD, L4_THREAD_STOP, 0 } },
	{ "cancel a receive", 0, { S_RUNNING, L4_THREAD_CANCEL, 0 }, .prepare = let_it_run },
	{ "cancel what is stopped", -L4_EBUSY, { S_THREAD, L4_THREAD_CANCEL, 0 } },
	{ "cancel oneself", -L4_EBUSY, { L4_CAP_THREAD, L4_THREAD_CANCEL, 0 } },
	{ "cancel with a value", -L4_EINVAL, { S_RUNNING, L4_THREAD_CANCEL, 1 }, .prepare = let_it_run },
	{ "cancel without X", -L4_ERIGHTS, { S_WEAK(S_THREAD), L4_THREAD_CANCEL, 0 } },
	{ "continue the stopped", 0, { S_RUNNING, L4_THREAD_CONTINUE, 0 }, .prepare = stop_the_running },
	{ "continue the running", -L4_EBUSY, { S_RUNNING, L4_THREAD_CONTINUE, 0 } },
	{ "continue what never ran", -L4_EINVAL, { S_THREAD, L4_THREAD_CONTINUE, 0 } },
	{ "continue with a value", -L4_EINVAL, { S_RUNNING, L4_THREAD_CONTINUE, 1 }, .prepare = stop_the_running },
	{ "pager's slot of 64 bits", -L4_ENOCAP, { S_THREAD, L4_THREAD_PAGER, 1UL << 32 | S_GATE } },
	{ 0 },
};

static const struct call_case thread_start_cases[] = {
	{ "at any address", 0, { S_THREAD, 0x1000, 0, ~0UL } },
	{ "one that was stopped", 0, { S_RUNNING, 0x1000, 0, 0 }, .prepare = stop_the_running },
	{ "ip not canonical", -L4_EINVAL, { S_THREAD, NO_ADDRESS, 0, 0 } },
	{ "ip in the kernel's slot", -L4_EINVAL, { S_THREAD, KERNEL, 0, 0 } },
	{ "sp not canonical", -L4_EINVAL, { S_THREAD, 0x1000, NO_ADDRESS, 0 } },
	{ "sp in the kernel's slot", -L4_EINVAL, { S_THREAD, 0x1000, KERNEL + 0x1000, 0 } },
	{ "it runs", -L4_EBUSY, { S_RUNNING, 0x1000, 0, 0 } },
	{ "oneself", -L4_EBUSY, { L4_CAP_THREAD, 0x1000, 0, 0 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, 0x1000, 0, 0 } },
	{ "task for a thread", -L4_ENOCAP, { S_TASK, 0x1000, 0, 0 } },
	{ "without X", -L4_ERIGHTS, { S_WEAK(S_THREAD), 0x1000, 0, 0 } },
	{ "dead thread", -L4_EDEAD, { S_DEAD, 0x1000, 0, 0 } },
	{ 0 },
};

/* On a vCPU arg is: where the frame is (0: at the right place), the word of it to change, its value. */
#define WORD(field)	(__builtin_offsetof(struct l4_frame, field) / sizeof(l4_word_t))
#define USER_FRAME	1UL		/* as the frame's address: a good one of user mode */
#define BATCH_FRAME	2UL		/* the same, with a batch of so many entries */
#define POOR_FRAME	3UL		/* the same, when the quota is spent */

static const struct call_case vcpu_resume_cases[] = {
	{ "an ordinary thread", -L4_EINVAL, { 0 } },
	{ "a good frame", 0, { USER_FRAME, WORD(r15), 1 }, VCPU },
	{ "server, user's ss", -L4_EINVAL, { 0, WORD(ss), L4_SS_USER }, VCPU },
	{ "server, ss 0", -L4_EINVAL, { 0, WORD(ss), 0 }, VCPU },
	{ "cs 0", -L4_EINVAL, { 0, WORD(cs), 0 }, VCPU },
	{ "cs of ring 1", -L4_EINVAL, { 0, WORD(cs), 0x31 }, VCPU },
	{ "cs of ring 2", -L4_EINVAL, { 0, WORD(cs), 0x32 }, VCPU },
	{ "the kernel's cs", -L4_EINVAL, { 0, WORD(cs), 0x08 }, VCPU },
	{ "server, no ip", -L4_EINVAL, { 0, WORD(ip), NO_ADDRESS }, VCPU },
	{ "server, IOPL", -L4_EINVAL, { 0, WORD(flags), 0x3002 }, VCPU },
	{ "server, VM", -L4_EINVAL, { 0, WORD(flags), 0x20002 }, VCPU },
	{ "user, IOPL", -L4_EINVAL, { USER_FRAME, WORD(flags), 0x1202 }, VCPU },
	{ "user, NT", 0, { USER_FRAME, WORD(flags), 0x4202 }, VCPU },
	{ "user, flag bit 63", -L4_EINVAL, { USER_FRAME, WORD(flags), 1UL << 63 | 0x202 }, VCPU },
	{ "batch too long", -L4_EINVAL, { BATCH_FRAME, L4_BATCH_MAX + 1 }, VCPU },
	{ "bad batch", -L4_EINVAL, { BATCH_FRAME, 1, UPPER | L4_RIGHT_R, VCPU_MEMORY, 1 }, VCPU },
	{ "batch of what is not there", -L4_EFAULT, { BATCH_FRAME, 1, 0x700000 | L4_RIGHT_R, UPPER, 1 }, VCPU },
	{ "a good batch", 0, { BATCH_FRAME, 1, 0x700000 | L4_RIGHT_R, VCPU_MEMORY, 1 }, VCPU },
	{ "batch, quota is spent", -L4_ENOMEM, { POOR_FRAME, 1, 0x700000 | L4_RIGHT_R, VCPU_MEMORY, 1 }, VCPU },
	{ "frame not mapped", -L4_EFAULT, { 0x1000 }, VCPU },
	{ "frame at no address", -L4_EFAULT, { NO_ADDRESS }, VCPU },
	{ "frame in the kernel's slot", -L4_EFAULT, { KERNEL }, VCPU },
	{ "frame across the halves", -L4_EFAULT, { NO_ADDRESS - 8 }, VCPU },
	{ "frame across the end", -L4_EFAULT, { ~0UL - 7 }, VCPU },
	{ 0 },
};

/* What the main thread gives to the vCPU's task. */
#define V_FOREIGN	40	/* its own guest */
#define V_WEAK		41	/* the same without X */
#define V_GATE		SLOT_MAIN

static const struct call_case vcpu_control_cases[] = {
	{ "an ordinary thread", -L4_EINVAL, { L4_VCPU_POLL } },
	{ "an ordinary thread waits", -L4_EINVAL, { L4_VCPU_WAIT } },
	{ "poll", 0, { L4_VCPU_POLL }, VCPU },
	{ "no guest", 0, { L4_VCPU_GUEST, L4_VCPU_NO_GUEST }, VCPU },
	{ "a guest", 0, { L4_VCPU_GUEST, HOST_GUEST }, VCPU },
	{ "timer off", 0, { L4_VCPU_TIMER, 0 }, VCPU },
	{ "entry not canonical", -L4_EINVAL, { L4_VCPU_SETUP, NO_ADDRESS, 0x1000 }, VCPU },
	{ "event entry not canonical", -L4_EINVAL, { L4_VCPU_SETUP, 0x1000, NO_ADDRESS }, VCPU },
	{ "entry in the kernel's slot", -L4_EINVAL, { L4_VCPU_SETUP, KERNEL, 0x1000 }, VCPU },
	{ "operation 5", -L4_EINVAL, { 5 }, VCPU },
	{ "operation of 64 bits", -L4_EINVAL, { 1UL << 32 | L4_VCPU_POLL }, VCPU },
	{ "its own task as guest", -L4_EINVAL, { L4_VCPU_GUEST, HOST_TASK }, VCPU },
	{ "another host's guest", -L4_EINVAL, { L4_VCPU_GUEST, V_FOREIGN }, VCPU },
	{ "empty slot", -L4_ENOCAP, { L4_VCPU_GUEST, 99 }, VCPU },
	{ "gate for a guest", -L4_ENOCAP, { L4_VCPU_GUEST, V_GATE }, VCPU },
	{ "guest without X", -L4_ERIGHTS, { L4_VCPU_GUEST, V_WEAK }, VCPU },
	{ 0 },
};

/* arg[2..4] is the batch's first entry. */
#define G_MAP		(0x400000UL | L4_BATCH_MAP)
#define G_UNMAP		(0x400000UL | L4_BATCH_UNMAP)

static const struct call_case guest_update_cases[] = {
	{ "map a page", 0, { S_GUEST, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "map large pages", 0, { S_GUEST, 1, G_MAP | RW, MEMORY_BASE, 1024 } },
	{ "unmap what is not mapped", 0, { S_GUEST, 1, G_UNMAP | ALL, 0, 1 } },
	{ "unmap the whole lower half", 0, { S_GUEST, 1, L4_BATCH_UNMAP | ALL, 0, 1UL << 35 } },
	{ "no rights to unmap", 0, { S_GUEST, 1, G_UNMAP, 0, 1 } },
	{ "one's own upper half", 0, { L4_SELF_TARGET, 1, UPPER | L4_BATCH_UNMAP | ALL, 0, 512 } },
	{ "count 0", -L4_EINVAL, { S_GUEST, 0 } },
	{ "count 121", -L4_EINVAL, { S_GUEST, L4_BATCH_MAX + 1, G_UNMAP, 0, 1 } },
	{ "count of 64 bits", -L4_EINVAL, { S_GUEST, 1UL << 32 | 1, G_UNMAP, 0, 1 } },
	{ "no pages", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, MEMORY_BASE, 0 } },
	{ "2 to the 64 pages", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, MEMORY_BASE, ~0UL } },
	{ "2 to the 52 pages", -L4_EINVAL, { S_GUEST, 1, G_UNMAP | RW, MEMORY_BASE, 1UL << 52 } },
	{ "operation bit 5", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW | 32, MEMORY_BASE, 1 } },
	{ "operations together", -L4_EINVAL, { S_GUEST, 1, G_UNMAP | RW | 16, MEMORY_BASE, 1 } },
	{ "without R", -L4_EINVAL, { S_GUEST, 1, G_MAP | L4_RIGHT_W, MEMORY_BASE, 1 } },
	{ "host address misaligned", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, MEMORY_BASE + 8, 1 } },
	{ "host address in the kernel's slot", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, KERNEL, 1 } },
	{ "host address not canonical", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, NO_ADDRESS, 1 } },
	{ "guest's upper half", -L4_EINVAL, { S_GUEST, 1, UPPER | RW, MEMORY_BASE, 1 } },
	{ "beyond the lower half", -L4_EINVAL, { S_GUEST, 1, (NO_ADDRESS - L4_PAGE_SIZE) | RW, MEMORY_BASE, 2 } },
	{ "one's own lower half", -L4_EINVAL, { L4_SELF_TARGET, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "the kernel's slot", -L4_EINVAL, { L4_SELF_TARGET, 1, KERNEL | RW, MEMORY_BASE, 1 } },
	{ "its own task as guest", -L4_EINVAL, { L4_CAP_TASK, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "not mapped at the host", -L4_EFAULT, { S_GUEST, 1, G_MAP | RW, AT, 1 } },
	{ "the host's UTCB", -L4_EFAULT, { S_GUEST, 1, G_MAP | RW, L4_UTCB_ADDRESS, 1 } },
	{ "more rights than the host has", -L4_EFAULT, { S_GUEST, 1, G_MAP | RW, L4_KIP_ADDRESS, 1 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "thread for a guest", -L4_ENOCAP, { S_THREAD, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "slot beyond the table", -L4_ENOCAP, { TOO_HIGH, 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "guest without X", -L4_ERIGHTS, { S_WEAK(S_GUEST), 1, G_MAP | RW, MEMORY_BASE, 1 } },
	{ "another host's guest", -L4_EINVAL, { S_GUEST, 1, G_MAP | RW, VCPU_MEMORY, 1 }, POOR },
	{ "quota is spent", -L4_ENOMEM, { HOST_GUEST, 1, G_MAP | L4_RIGHT_R, IMAGE_BASE, 1 }, POOR },
	{ 0 },
};

static const struct call_case task_info_cases[] = {
	{ "limit", 0x40000, { S_TASK, L4_INFO_QUOTA_LIMIT } },
	{ "limit, with R only", 0x40000, { S_WEAK(S_TASK), L4_INFO_QUOTA_LIMIT } },
	{ "what 2", -L4_EINVAL, { S_TASK, 2 } },
	{ "what of 64 bits", -L4_EINVAL, { S_TASK, 1UL << 32 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, L4_INFO_QUOTA_USED } },
	{ "thread for a task", -L4_ENOCAP, { S_THREAD, L4_INFO_QUOTA_USED } },
	{ "slot beyond the table", -L4_ENOCAP, { NO_SLOT, L4_INFO_QUOTA_USED } },
	{ 0 },
};

static const struct call_case system_control_cases[] = {
	{ "operation 3", -L4_EINVAL, { L4_CAP_SYSTEM, 3, 0 } },
	{ "operation of 64 bits", -L4_EINVAL, { L4_CAP_SYSTEM, 1UL << 32 | L4_SYSTEM_PUTC, 0 } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, L4_SYSTEM_OBJECTS, 0 } },
	{ "task for the system", -L4_ENOCAP, { L4_CAP_TASK, L4_SYSTEM_KMEM_FREE, 0 } },
	{ "without W", -L4_ERIGHTS, { WEAK_SYSTEM, L4_SYSTEM_PUTC, 'x' } },
	{ "write a line's end", 0, { L4_CAP_SYSTEM, L4_SYSTEM_PUTC, '\n' } },
	{ 0 },
};

/* To WRITE what was read, with word arg[2] changed to arg[3] if arg[4] says so. */
#define REG(field)	(__builtin_offsetof(struct l4_thread_regs, field) / sizeof(l4_word_t))

static const struct call_case thread_regs_cases[] = {
	{ "read a new one's", 0, { S_THREAD, L4_REGS_READ } },
	{ "read the sleeping one's", 0, { S_RUNNING, L4_REGS_READ }, .prepare = let_it_run },
	{ "read a vCPU's", 0, { S_VCPU, L4_REGS_READ } },
	{ "write a new one's", 0, { S_THREAD, L4_REGS_WRITE } },
	{ "write the stopped one's", 0, { S_RUNNING, L4_REGS_WRITE }, .prepare = stop_the_running },
	{ "write ip", 0, { S_THREAD, L4_REGS_WRITE, REG(frame.ip), 0x1000, 1 } },
	{ "write any sp", 0, { S_THREAD, L4_REGS_WRITE, REG(frame.sp), NO_ADDRESS, 1 } },
	{ "write any cs", 0, { S_THREAD, L4_REGS_WRITE, REG(frame.cs), 8, 1 } },
	{ "write single step", 0, { S_THREAD, L4_REGS_WRITE, REG(frame.flags), 0x302, 1 } },
	{ "ip not canonical", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(frame.ip), NO_ADDRESS, 1 } },
	{ "flags with IOPL", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(frame.flags), 0x3202, 1 } },
	{ "flags with VM", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(frame.flags), 0x20202, 1 } },
	{ "flags of 64 bits", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(frame.flags), 1UL << 32 | 0x202, 1 } },
	{ "FS base not canonical", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(fs_base), NO_ADDRESS, 1 } },
	{ "GS base not canonical", -L4_EINVAL, { S_THREAD, L4_REGS_WRITE, REG(gs_base), 1UL << 63, 1 } },
	{ "operation 2", -L4_EINVAL, { S_THREAD, 2 } },
	{ "operation of 64 bits", -L4_EINVAL, { S_THREAD, 1UL << 32 } },
	{ "read one's own", -L4_EINVAL, { L4_CAP_THREAD, L4_REGS_READ } },
	{ "write the sleeping one's", -L4_EBUSY, { S_RUNNING, L4_REGS_WRITE }, .prepare = let_it_run },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY, L4_REGS_READ } },
	{ "gate for a thread", -L4_ENOCAP, { S_GATE, L4_REGS_READ } },
	{ "slot beyond the table", -L4_ENOCAP, { NO_SLOT, L4_REGS_READ } },
	{ "without X", -L4_ERIGHTS, { S_WEAK(S_THREAD), L4_REGS_READ } },
	{ "dead thread", -L4_EDEAD, { S_DEAD, L4_REGS_READ } },
	{ 0 },
};

static const struct call_case yield_cases[] = {
	{ "nobody else", 0, { 0 } },
	{ "to oneself", 0, { L4_CAP_THREAD } },
	{ "to one that is stopped", 0, { S_THREAD } },
	{ "empty slot", -L4_ENOCAP, { S_EMPTY } },
	{ "gate for a thread", -L4_ENOCAP, { S_GATE } },
	{ "slot beyond the table", -L4_ENOCAP, { TOO_HIGH } },
	{ "without W", -L4_ERIGHTS, { S_WEAK(S_THREAD) } },
	{ "dead thread", -L4_EDEAD, { S_DEAD } },
	{ 0 },
};

/* arg[7] is the number here. */
static const struct call_case unknown_cases[] = {
	{ "the one after the last", -L4_ENOSYS, { [7] = L4_CALL_COUNT } },
	{ "a large number", -L4_ENOSYS, { [7] = 1000 } },
	{ "-1", -L4_ENOSYS, { [7] = ~0UL } },
	{ "a good one in 32 bits", -L4_ENOSYS, { [7] = 1UL << 32 | L4_CALL_YIELD } },
	{ "a good one with the top bit", -L4_ENOSYS, { [7] = 1UL << 63 | L4_CALL_IPC } },
	{ 0 },
};

#define UNKNOWN		19	/* in a call's place */

static const struct {
	const char *name;
	unsigned int call;
	const struct call_case *cases;
} tables[] = {
	{ "ipc", L4_CALL_IPC, ipc_cases },
	{ "task_create", L4_CALL_TASK_CREATE, task_create_cases },
	{ "thread_create", L4_CALL_THREAD_CREATE, thread_create_cases },
	{ "gate_create", L4_CALL_GATE_CREATE, gate_create_cases },
	{ "irq_create", L4_CALL_IRQ_CREATE, irq_create_cases },
	{ "irq_control", L4_CALL_IRQ_CONTROL, irq_control_cases },
	{ "map", L4_CALL_MAP, map_cases },
	{ "unmap", L4_CALL_UNMAP, unmap_cases },
	{ "thread_control", L4_CALL_THREAD_CONTROL, thread_control_cases },
	{ "thread_start", L4_CALL_THREAD_START, thread_start_cases },
	{ "vcpu_resume", L4_CALL_VCPU_RESUME, vcpu_resume_cases },
	{ "vcpu_control", L4_CALL_VCPU_CONTROL, vcpu_control_cases },
	{ "guest_update", L4_CALL_GUEST_UPDATE, guest_update_cases },
	{ "task_info", L4_CALL_TASK_INFO, task_info_cases },
	{ "system_control", L4_CALL_SYSTEM_CONTROL, system_control_cases },
	{ "yield", L4_CALL_YIELD, yield_cases },
	{ "thread_regs", L4_CALL_THREAD_REGS, thread_regs_cases },
	{ "unknown", UNKNOWN, unknown_cases },
};

/* The case that runs; a copy, because a vCPU sees the tables elsewhere. */
static struct call_case current;
static unsigned int current_call;
static long current_result;

static long make_call(struct l4_utcb *utcb)
{
	const l4_word_t *arg = current.arg;

	if (current_call == UNKNOWN)
		return any_syscall(arg[7], arg);
	utcb->batch[0] = (struct l4_batch_entry){ arg[2], arg[3], arg[4] };
	if (current_call == L4_CALL_THREAD_REGS && arg[1] == L4_REGS_WRITE) {
		l4_thread_regs(arg[0], L4_REGS_READ);
		if (arg[4])
			utcb->mr[L4_MSG_REGS + arg[2]] = arg[3];
	}
	return any_syscall(current_call, arg);
}

struct usage {
	long memory, objects, quota;
};

static struct usage measure(void)
{
	return (struct usage){ system(L4_SYSTEM_KMEM_FREE), system(L4_SYSTEM_OBJECTS),
			       l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED) };
}

/* Spends the quota but for less than any object needs. */
/* To the last bytes: the table pages of the last gates' slots exist before. */
static void spend_quota(void)
{
	l4_cap_t slot;

	for (slot = 50; slot < 200; slot += 30)
		l4_gate_create(slot, S_THREAD, 0);
	for (slot = 1024; !l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT);)
		slot++;
	for (slot = 50; slot < 200 && l4_gate_create(slot, S_THREAD, 0) != -L4_ENOMEM;)
		slot++;
}

static void be_poor(struct worker *self)
{
	l4_task_create(HOST_GUEST, 0, L4_TASK_GUEST);
	self->utcb->window[L4_FPAGE_MEM] = MEM(AT, 12UL, ALL);
	spend_quota();
	if (current.caller == POOR)
		self->result[0] = make_call(self->utcb);
	tell_main(0);
	finish();
}

static const char *impoverish(void)
{
	struct l4_msg msg;

	TRY(make_task(S_POOR, 0x20000));
	TRY(make_worker(POOR_WORKER, S_POOR, 0));
	CHECK(l4_map(S_POOR, l4_fpage_cap(SLOT_MAIN + 4, 2, ALL), SLOT_AT(SLOT_MAIN + 4)) > 0);
	for (unsigned int slot = 264; slot < 512; slot += 8)
		l4_map(S_POOR, l4_fpage_cap(slot, 3, ALL), SLOT_AT(slot));
	TRY(start_worker(POOR_WORKER, be_poor));
	TRY(await(LABEL_MAIN, &msg));
	current_result = workers[POOR_WORKER].result[0];
	return NULL;
}

static long resume_with(struct l4_utcb *utcb)
{
	const l4_word_t *arg = current.arg;
	struct l4_frame *frame = user_frame(guest_syscall);

	switch (arg[0]) {
	case 0:
		frame->cs = L4_CS_SERVER;
		frame->ss = L4_SS_SERVER;
		frame->ip = (l4_word_t)vcpu_entry_syscall;
		/* fall through */
	case USER_FRAME:
		((l4_word_t *)frame)[arg[1]] = arg[2];
		break;
	case POOR_FRAME:
		spend_quota();
		/* fall through */
	case BATCH_FRAME:
		utcb->batch[0] = (struct l4_batch_entry){ arg[2], arg[3], arg[4] };
		utcb->vcpu.batch_count = arg[1];
		break;
	default:
		frame = (struct l4_frame *)arg[0];
	}
	return vcpu_run(frame);
}

static const char *on_vcpu(void)
{
	TRY(make_guest(HOST_GUEST));
	current_result = current_call == L4_CALL_VCPU_RESUME ? resume_with(vcpu_utcb()) :
							       make_call(vcpu_utcb());
	return NULL;
}

/* The vCPU begins when the main thread waits for it. */
static const char *call_on_vcpu(void)
{
	TRY(start_vcpu(on_vcpu));
	CHECK_EQ(l4_map(VCPU_TASK, l4_fpage_cap(S_GUEST, 0, ALL), SLOT_AT(V_FOREIGN)), 1);
	CHECK_EQ(l4_map(VCPU_TASK, l4_fpage_cap(S_GUEST, 0, L4_RIGHT_R), SLOT_AT(V_WEAK)), 1);
	return await_vcpu();
}

static const char *call_from_main(void)
{
	struct usage before = measure(), after;

	current_result = make_call(l4_first_utcb());
	after = measure();
	/* A first time may leave a table behind that a second one finds. */
	if (current_result < 0 && after.memory != before.memory) {
		before = after;
		current_result = make_call(l4_first_utcb());
		after = measure();
	}
	if (current_result < 0) {
		CHECK_EQ(after.memory, before.memory);
		CHECK_EQ(after.objects, before.objects);
		CHECK_EQ(after.quota, before.quota);
	}
	return NULL;
}

static const char *run_case(void)
{
	TRY(make_scene());
	if (current.prepare)
		TRY(current.prepare());
	if (current.caller == POOR)
		TRY(impoverish());
	else if (current.caller == VCPU)
		TRY(call_on_vcpu());
	else
		TRY(call_from_main());
	CHECK_EQ(current_result, current.expected);
	return NULL;
}

static const char *error_name(long error)
{
	static const char *const names[] = {
		[L4_EINVAL] = "EINVAL", [L4_ENOCAP] = "ENOCAP", [L4_ERIGHTS] = "ERIGHTS",
		[L4_ENOMEM] = "ENOMEM", [L4_EEXIST] = "EEXIST", [L4_ETIMEDOUT] = "ETIMEDOUT",
		[L4_EDEAD] = "EDEAD", [L4_ECANCELED] = "ECANCELED", [L4_EFAULT] = "EFAULT",
		[L4_EBUSY] = "EBUSY", [L4_ENOSYS] = "ENOSYS", [L4_EOVERFLOW] = "EOVERFLOW",
	};

	return error < 0 ? names[-error] : "good";
}

void run_call_cases(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++) {
		unsigned int number = FIRST + PER_CALL * tables[i].call;

		current_call = tables[i].call;
		for (const struct call_case *row = tables[i].cases; row->name; row++) {
			struct test test = { row->name, run_case, false };

			current = *row;
			if (run_test(tables[i].name, number, &test))
				printf("# covers %u %s %s\n", number, tables[i].name,
				       error_name(row->expected));
			number++;
		}
	}
}
