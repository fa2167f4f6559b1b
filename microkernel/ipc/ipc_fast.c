/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPC's common case: a call whose receiver waits, and a reply after which the
 * server waits again, between ordinary threads, without items and timeouts.
 * Everything else is ipc.c's, which does the same and more: this file must
 * leave the two threads as ipc.c would, and checks all before it changes
 * anything.
 *
 * entry_syscall.S has put into the caller's frame what an IPC keeps. Words 0..3 stay
 * in their registers: rbx, and r8 to r10, which this file is compiled not to
 * touch. So what it calls must not either. The registers that a function keeps
 * are saved already; r15 is entry_syscall.S's.
 *
 * Compiled twice: with MANY_CPUS for machines with more than one.
 */
#include "ipc/ipc_fast.h"

#include "ipc/ipc.h"
#include "memory/ports.h"
#include "memory/task.h"
#include "sched/fpu.h"
#include "sched/kernel_lock.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

#define CALL		(L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL)
#define REPLY_AND_WAIT	(L4_IPC_REPLY | L4_IPC_RECV)

/* Bits of a tag that ask for more than words, or are unknown. */
#define TAG_SLOW	(~(0x7fUL | 0x7fffUL << L4_TAG_PROTO_SHIFT | 0x7fffffffUL << L4_TAG_USER_SHIFT))

/*
 * Whoever is ready already has no better claim than a thread of this priority;
 * if it has the same, a slice is running that will end this turn: else two
 * partners could keep the CPU from their equals for ever.
 */
static bool may_run_next(const struct cpu *cpu, unsigned int priority)
{
	unsigned int best;

	if (!cpu->ready_words)
		return true;
	best = sched_best(cpu);
	return best < priority || (best == priority && cpu->slice_end);
}

/* The receiver of a call, and the label it will see; NULL: not so simple. */
static inline struct thread *receiver_of(struct thread *from, u64 dest, u64 *label)
{
	u64 word = cap_word(&from->task->space, dest);
	struct gate *gate = (struct gate *)cap_object(word);

	if (unlikely(!(word & L4_RIGHT_W) || gate->object.type != OBJECT_GATE))
		return NULL;
	*label = gate->label;
	return gate->thread;
}

/* What of a message does not go in registers. */
static inline void copy_message(u64 tag, struct thread *to, const struct thread *from)
{
	unsigned int words = l4_tag_words(tag);

	if (words > L4_MSG_REGS)
		copy_words(&to->utcb->mr[L4_MSG_REGS], &from->utcb->mr[L4_MSG_REGS],
			   words - L4_MSG_REGS);
}

/* The same if the message is longer, or more changes than registers and tables; changes that. */
static __attribute__((noinline)) bool take_care(u8 state, u64 tag, struct thread *to,
						struct thread *from)
{
	struct cpu *cpu = this_cpu();

	if ((tag & TAG_SLOW) || l4_tag_words(tag) > L4_MSG_WORDS || to->state != state ||
	    (to->slow & ~SLOW_FPU) || cpu->debug_on || cpu->runs_vcpu ||
	    !may_run_next(cpu, to->priority))
		return false;
	copy_message(tag, to, from);
	if (cpu->fpu_on || to->slow)
		fpu_switch(to);
	if (cpu->ports_loaded)
		ports_switch(to);
	return true;
}

/* Waits the thread in this state, and can have the message. Changes nothing unless it is so. */
static inline bool is_simple(struct cpu *cpu, u8 state, u64 tag, struct thread *to,
			     struct thread *from)
{
	/* Adding 3 to the number of words leaves bits 3..6 clear up to 4: all in registers. */
	bool is_short = !((tag + 3) & (TAG_SLOW | 0x78));

	return likely(is_short && !cpu->care && to->state_and_slow == state) ||
	       take_care(state, tag, to, from);
}

/* Is this CPU its home. */
static inline bool is_here(const struct cpu *cpu, const struct thread *thread)
{
#ifdef MANY_CPUS
	return thread->home == cpu;
#else
	(void)cpu, (void)thread;
	return true;
#endif
}

/* But for GS base and what entry_syscall.S has saved. */
static inline void switch_to(struct cpu *cpu, struct thread *from, struct thread *to)
{
	from->fs_base = read_fs_base();
	write_fs_base(to->fs_base);
	cpu->current = to;
	cpu->tss.rsp0 = (u64)(&to->regs + 1);
	cpu_need_table(cpu, to->vcpu.host_root);
}

static inline struct ipc_fast_result hand_over(u64 dest, u64 tag, u64 flags, struct thread *from)
{
	static const struct ipc_fast_result not_simple;
	struct cpu *cpu = this_cpu();
	struct thread *to;
	u64 label = 0;

	if (read_data_selectors_any())
		return not_simple;
	if (flags == CALL) {
		to = receiver_of(from, dest, &label);
		if (!to || !is_here(cpu, to))
			return not_simple;
		if (!is_simple(cpu, THREAD_RECEIVING, tag, to, from))
			return not_simple;
		to->reply_to = from;
		from->replier = to;
		from->state = THREAD_AWAITING_REPLY;
	} else if (flags == REPLY_AND_WAIT) {
		to = from->reply_to;
		if (!to || !is_here(cpu, to) || !list_empty(&from->senders))
			return not_simple;
		if (!is_simple(cpu, THREAD_AWAITING_REPLY, tag, to, from))
			return not_simple;
		from->reply_to = NULL;
		to->replier = NULL;
		from->state = THREAD_RECEIVING;
	} else {
		return not_simple;
	}
	to->state = THREAD_READY;
	switch_to(cpu, from, to);
	return (struct ipc_fast_result){ label, to };
}

#ifndef MANY_CPUS
struct ipc_fast_result ipc_fast(u64 dest, u64 tag, u64 flags, struct thread *from)
{
	return hand_over(dest, tag, flags, from);
}
#else
struct ipc_fast_result ipc_fast_many(u64 dest, u64 tag, u64 flags, struct thread *from)
{
	struct ipc_fast_result result = { 0 };

	if (!kernel_try_lock())
		return result;
	result = hand_over(dest, tag, flags, from);
	if (!result.next)
		kernel_unlock();
	return result;
}
#endif
