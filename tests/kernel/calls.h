/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One call with good or bad arguments per case: call_cases.c has the tables,
 * call_scene.c what all cases find, calls.c makes the calls and compares.
 */
#ifndef KTEST_CALLS_H
#define KTEST_CALLS_H

#include "vcpu.h"

/* Who makes the call: the main thread, a thread whose quota is spent, or a vCPU. */
enum caller { MAIN, POOR, VCPU };

struct call_case {
	const char *name;
	long expected;
	l4_word_t arg[8];
	enum caller caller;
	const char *(*prepare)(void);	/* by the main thread, when the scene is there */
};

struct call_table {
	const char *name;
	unsigned int call;
	const struct call_case *cases;		/* the last has no name */
};

extern const struct call_table call_tables[];	/* the same */

#define UNKNOWN		19	/* in a call's place: arg[7] is the number */

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
#define UTCB_AT		(WORKER_UTCB + 64 * L4_PAGE_SIZE)
#define QUOTA		L4_TASK_QUOTA_MIN
#define RTC		8UL

/* On a vCPU arg is: where the frame is (0: at the right place), the word of it to change, its value. */
#define WORD(field)	(__builtin_offsetof(struct l4_frame, field) / sizeof(l4_word_t))
#define USER_FRAME	1UL		/* as the frame's address: a good one of user mode */
#define BATCH_FRAME	2UL		/* the same, with a batch of so many entries */
#define POOR_FRAME	3UL		/* the same, when the quota is spent */

/* What the main thread gives to the vCPU's task. */
#define V_FOREIGN	40	/* its own guest */
#define V_WEAK		41	/* the same without X */
#define V_GATE		SLOT_MAIN

/* call_scene.c: puts all that up; and what some cases need beside it. */
const char *make_scene(void);
const char *take_the_rtc(void);
const char *stop_the_running(void);
const char *let_it_run(void);
const char *map_port_slots(void);
const char *poor_receiver(void);
const char *send_an_item(void);
const char *send_to_window(void);
const char *send_nothing_mapped(void);
const char *send_bad_item(void);
const char *send_bad_type(void);

/* calls.c: a thread whose quota is spent makes the case's call, if that says so. */
const char *impoverish(void);

#endif
