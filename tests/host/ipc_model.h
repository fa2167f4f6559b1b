/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plain model of threads, gates and interrupts and what IPC does to them,
 * written from <l4/ipc.h>, <l4/syscall.h> and docs/abi.md. test_ipc_model.c
 * does the same things to the kernel.
 *
 *   ipc_model.c    what each operation does, in arrays
 *   ipc_check.c    is the kernel where the model is, and sound
 *   ipc_world.c    makes and deletes objects in both
 */
#ifndef TEST_IPC_MODEL_H
#define TEST_IPC_MODEL_H

#include "machine.h"
#include "random.h"

#define TASKS		3	/* 0 is the root task: it has all capabilities first */
#define THREADS		12	/* 0 is the root thread: above all others, and never waiting for ever */
#define GATES		10
#define IRQS		6
#define PINS		4	/* the last of the irqs have pins */
#define WINDOW		16	/* slots in which items are received */

#define TASK_SLOT	32UL
#define THREAD_SLOT	64UL
#define GATE_SLOT	128UL
#define IRQ_SLOT	192UL
#define WINDOW_SLOT	256UL
#define EMPTY_SLOT	300UL
#define NOBODY		(-1)

/* Each thread has two pages of its task's memory for strings; of some the second is missing. */
#define MEMORY		0x40000000UL
#define MEMORY_SIZE	(THREADS * 2 * PAGE_SIZE)

#define MS		1000000UL	/* ticks, about */
#define GATE_GONE	GATES	/* as pager or handler: a gate that is deleted */

struct waiting {
	int irq, thread;	/* one of them is NOBODY */
	unsigned int priority;
};

struct m_fault {
	u64 proto, mr[L4_MSG_REGS];
};

struct m_thread {
	struct thread *k;		/* the kernel's; NULL: the slot is free */
	bool dead;			/* its task is gone: only the capability is left */
	bool vcpu, can_continue;
	u64 copied;			/* counts the kernel's copies: its last one */
	unsigned int fresh;		/* words of its UTCB that came with a message just now */
	int task;			/* where it is */
	enum thread_state state;
	unsigned int priority;
	u64 deadline, vcpu_deadline;	/* 0: none */
	u64 timeslice;
	u64 flags, tag, label;
	int to;				/* while SENDING */
	struct waiting partner;		/* of a closed receive */
	bool partner_gone;
	int reply_to, replier;
	int pager, handler;		/* gates by their number in `gate' */
	struct m_fault fault;
	struct waiting queue[THREADS + IRQS];
	unsigned int queued;
	struct l4_frame regs;
	u64 mr[L4_MSG_WORDS], pending, more[L4_VCPU_MORE_WORDS];
	struct l4_item item[L4_MSG_ITEMS];
	bool window_open;
	/* A string between this thread and peer; busy: of the one that will copy when it runs. */
	int peer;
	bool sends, works, busy, fresh_memory;
	unsigned int asked;
	unsigned int items, strings;
	int string_error;
	u64 source, destination, left, string_timeout;
	struct l4_buffer buffer[L4_MSG_ITEMS];
	u64 fs, gs, selectors;
};

struct m_gate {
	bool exists;
	int thread;			/* NOBODY: gone */
	u64 label;
	u64 rights[TASKS];		/* 0: the task has no capability */
	struct gate *k;
};

struct m_irq {
	bool exists, in_service, pending, queued, level;
	int thread;
	u64 label;
	struct irq *k;
};

/* A capability that came in an item: a gate's, from the sending task's own. */
struct m_received {
	int gate, from;
	struct gate *k;
};

extern const u64 pin_of[IRQS];
extern struct m_thread thread[THREADS];
extern struct m_gate gate[GATES];
extern struct m_irq irq[IRQS];
extern struct task *task[TASKS];	/* the kernel's; NULL: there is none */
extern struct m_received received[TASKS][WINDOW];
extern int current;
extern int donee;	/* who runs because it was yielded to, whatever its priority */

static inline bool lives(int i)
{
	return thread[i].k && !thread[i].dead;
}

/* A new thread, stopped. */
void model_thread_init(struct m_thread *t, int in_task, bool vcpu);

/* The calls, of thread t. */
void model_ipc(struct m_thread *t, u64 dest, u64 tag, u64 flags);
void model_fault(struct m_thread *t, int to, const struct m_fault *fault);
void model_finish(struct m_thread *t, long result);
void model_stop(struct m_thread *t, long error);
bool model_cancel(struct m_thread *t, long error);
long model_regs(struct m_thread *caller, struct m_thread *t, u64 op);
void model_priority(struct m_thread *t, unsigned int priority);

/* Ends of threads and of what others wait for. */
void model_thread_dies(struct m_thread *t);
void model_partner_gone(int from_irq, int from_thread);
void model_irq_unbind(struct m_irq *q);
void model_irq_fires(int i);
void model_irq_move(int i, int to);

/*
 * What has happened since: all that was due came, if the alarm went off; and
 * threads that had to copy strings did so, when the kernel let them run.
 */
void model_settle(void);
void model_copies(void);

u8 *model_memory(int in_task, u64 address);	/* NULL: there is none */
bool memory_is_there(u64 address);

/* ipc_check.c: sets `current', and fails unless all is as the model says. */
void check_all(void);
void check_turns(void);
unsigned int highest_ready(void);

/* ipc_world.c */
void world_begin(void);
void world_change(void);

#endif
