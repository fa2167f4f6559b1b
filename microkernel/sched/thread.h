/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads: execution contexts of ordinary tasks, and vCPUs. The kernel keeps
 * no stack per thread: what a thread was doing is in its register frame and
 * in its state, so that switching is changing cpu->current. What makes and ends
 * one is above, in object/thread.c.
 *
 *   STOPPED --start--> READY <--preempt-- RUNNING        (both: state READY)
 *      ^                 ^                   |
 *      +-----stop--------+----- IPC/wait ----+--> SENDING, RECEIVING, RECEIVING_FROM,
 *                                                 AWAITING_REPLY, IN_TRANSFER, VCPU_WAITING
 *
 * Lock: the kernel's. While a thread is its home CPU's current one, others look
 * at its registers, and change what the short ways use, only after kernel_hold().
 */
#ifndef THREAD_H
#define THREAD_H

#include <l4/utcb.h>

#include "base/object.h"
#include "lib/timer.h"
#include "sched/steps.h"
#include "x86/cpu/layout.h"

struct cpu;
struct task;
struct gate;
struct irq;

/* The fast paths look at the state and `slow' as one number. */
enum thread_state {
	THREAD_STOPPED,
	THREAD_READY,
	THREAD_SENDING,		/* in the receiver's queue of senders */
	THREAD_RECEIVING,	/* takes a message from anyone */
	THREAD_RECEIVING_FROM,	/* from its partner only */
	THREAD_AWAITING_REPLY,	/* takes the reply to its call only */
	THREAD_IN_TRANSFER,	/* its partner transfers an item, or has to be given a page for that */
	THREAD_VCPU_WAITING,	/* until something is pending */
};

/*
 * What keeps the short ways (ipc_fast.c) from making a thread that waits go on.
 * Of a thread that runs or is ready, SLOW_WAIT is clear; of one that runs, so
 * are SLOW_SELECTORS and SLOW_FPU.
 */
#define SLOW_VCPU	1	/* it is one: for ever */
#define SLOW_WAIT	2	/* there is more to the end of its wait than a message: see block() */
#define SLOW_SELECTORS	4	/* `selectors' counts, is not 0 */
#define SLOW_FPU	8	/* it uses the FPU */
#define SLOW_DEBUG	16	/* a vCPU with debug registers: as long as it wants them */

#define UNFINISHED_CALL		1	/* its system call was broken off: to be made again */
#define UNFINISHED_DELETION	2	/* `doomed' is not empty */
#define UNFINISHED_TRANSFER	4	/* `transfer' goes on */
#define UNFINISHED_ENTRY	8	/* what `entered' tells was not dealt with yet */
#define UNFINISHED_MOVE		16	/* it goes to `moves_to' */

/* Something that waits to be received: a thread that sends, or an interrupt. */
struct sender {
	struct list link;	/* in receiver->senders, by falling priority */
	struct list rank;	/* of the first with its priority: in receiver->ranks */
	struct thread *to;	/* the receiver; NULL: it does not wait */
	struct list awaited_by;	/* threads whose partner this is */
	u64 label;		/* that the receiver sees */
	u8 priority;
	bool is_irq;
};

/* A message the kernel sends on the thread's behalf; none if proto is 0. */
struct fault_message {
	u16 proto;
	u64 mr[L4_MSG_REGS];
};

/*
 * How far the message that a thread sends has got, and the string or large
 * flexpage that is on its way.
 */
struct transfer {
	struct thread *peer;	/* of both that it is between; NULL: none is */
	bool sends;
	bool works;		/* has UNFINISHED_TRANSFER, unless a page is waited for */
	u64 ipc_flags;		/* the thread's, while its own page fault's are in their place */
	/* The rest is the sender's. */
	bool begun;		/* the message's time runs */
	bool late;		/* it is over */
	bool answers;		/* a fault of its reply_to's, with a flexpage: no peer */
	u8 items;		/* transferred */
	u8 strings;		/* begun */
	u8 asked;		/* pagers, since something was copied */
	int error;		/* what a page that is waited for has come to */
	u64 asked_at;		/* what was left then */
	u64 source, destination, left;	/* of a string; left 0: a flexpage */
	struct l4_item item;		/* a flexpage: as it was sent, */
	u64 fpage, where;		/* and what of it is mapped where */
};

/* Where a thread's faults go. No reference: a gate that goes takes itself out. */
struct gate_use {
	struct gate *gate;	/* NULL: nowhere */
	struct list link;	/* in gate->users */
};

/* Why it has entered the kernel, while its CPU waited for the kernel's lock. */
struct entered {
	u64 vector;		/* of an exception; DEBUG_SYSCALL: a system call of user mode */
	u64 error;
	u64 address;
	bool had_ports;		/* all that are its own were loaded */
};

/* What a vCPU has besides: vcpu.h. */
struct vcpu {
	bool user_mode;		/* regs are the guest's, not the server's */
	struct task *guest;	/* referenced; NULL: the host's own lower half */
	u64 host_root;		/* CR3, but for user mode; of an ordinary thread its task's */
	u64 guest_root;		/* CR3 for user mode; 0 without a guest */
	u64 entry_syscall;
	u64 entry_event;
	u64 fault_sp;		/* where a frame goes that the server's stack cannot take; 0: nowhere */
	struct timer timer;
};

struct thread {
	struct object object;
	/* The CPU pushes the end of regs on entry, and aligns that end to 16 bytes. */
	u64 regs_pad __attribute__((aligned(16)));
	struct l4_frame regs;

	struct task *task;	/* referenced */
	struct list task_link;
	struct l4_utcb *utcb;	/* the kernel's mapping of the page */
	u64 utcb_address;	/* the task's */

	/* scheduling */
	struct cpu *home;	/* the one CPU that it runs on */
	struct cpu *moves_to;	/* NULL: it stays */
	struct list ready_link;
	union {
		struct {
			u8 state, slow;
		};
		u16 state_and_slow;
	};
	u8 priority;
	bool is_vcpu;
	u8 unfinished;		/* UNFINISHED_*: done when it runs next, before ring 3 goes on */
	bool can_continue;	/* regs are such that the thread can go on with them */
	struct list doomed;	/* objects it has deleted that are not shut down yet: reap.h */
	struct entered entered;
	struct steps steps;	/* of a call, or an item that it sends, that was broken off */
	u64 timeslice;		/* TSC ticks */
	u64 slice_left;
	u64 time;		/* TSC ticks that it was current: switch_time_of */

	/* IPC */
	struct sender sender;
	struct list senders;	/* who waits to send to this thread */
	struct list ranks;	/* of those the first of each priority, by falling priority */
	struct sender *partner;	/* of the last closed receive; NULL when it is gone */
	struct list partner_link;
	u64 send_tag;
	u64 ipc_flags;
	struct thread *reply_to;	/* who waits for this thread's reply */
	struct thread *replier;		/* while AWAITING_REPLY: whose reply_to we are */
	struct timer timeout;
	struct fault_message fault;
	struct transfer transfer;
	struct gate_use pager, handler;

	struct list gates;	/* gates that lead here */
	struct list irqs;	/* irq objects bound to it */

	/* machine state that is switched only between threads */
	u64 fs_base, gs_base, selectors;
	void *fpu;		/* XSAVE area, from the first use on; NULL before */

	struct vcpu vcpu;
};

_Static_assert(sizeof(struct l4_frame) == 168, "entry_*.S push this many bytes");
_Static_assert((offsetof(struct thread, regs) + 168) % 16 == 0, "the CPU aligns its stack");

/*
 * A thread's registers to a message, and from one that a thread that waits is
 * to go on with. False: they are such that no thread may have them.
 */
void thread_get_regs(const struct thread *thread, u64 *mr);
bool thread_set_regs(struct thread *thread, const u64 *mr) __must_check;

/*
 * Its wait in a call is over, and it can leave by SYSRET: the call has cost it rcx and r11. If it
 * has called by the short way, cs may be from earlier.
 */
static inline void thread_end_wait(struct thread *thread)
{
	thread->regs.cx = thread->regs.ip;
	thread->regs.r11 = thread->regs.flags;
	thread->regs.cs = SEL_USER_CS;
}

/* It gets other registers: a call that was broken off is not gone on with. */
static inline void thread_forget_call(struct thread *thread)
{
	thread->unfinished &= ~(UNFINISHED_CALL | UNFINISHED_ENTRY);
	steps_drop(&thread->steps);
}

/* The result of the call the thread is in. */
static inline void thread_set_result(struct thread *thread, long result)
{
	thread->regs.ax = result;
}

#endif
