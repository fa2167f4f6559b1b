/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPC's common case: a call whose receiver waits, and a reply after which the
 * server waits again, between ordinary threads, without items and timeouts.
 * Everything else is ipc.c's, which does the same and more: this file must
 * leave the two threads as ipc.c would, and checks all before it changes
 * anything.
 *
 * entry.S has put into the caller's frame what an IPC keeps. Words 0..3 stay
 * in their registers: rbx, and r8 to r10, which this file is compiled not to
 * touch. So what it calls must not either. r12 to r14 are saved already.
 */
#include "ipc_fast.h"

#include "ipc.h"
#include "task.h"
#include "x86/cpu.h"
#include "x86/fpu.h"
#include "x86/switch.h"
#include "x86/x86.h"

#define CALL		(L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL)
#define REPLY_AND_WAIT	(L4_IPC_REPLY | L4_IPC_RECV)

/* Bits of a tag that ask for more than words, or are unknown. */
#define TAG_SLOW	(~(0x7fUL | 0x7fffUL << L4_TAG_PROTO_SHIFT | 0x7fffffffUL << L4_TAG_USER_SHIFT))

/*
 * Whoever is ready already has no better claim than a thread of this priority,
 * and a slice is running that will end its turn: else two partners could keep
 * the CPU from their equals for ever.
 */
static inline bool may_run_next(const struct cpu *cpu, unsigned int priority)
{
	const struct run_queue *rq = &cpu->ready;
	unsigned int word = priority / 64;

	if (likely(!rq->count))
		return true;
	if (!cpu->slice_end)
		return false;
	if (rq->bitmap[word] & (~1UL << priority % 64))
		return false;
	while (++word < SCHED_PRIORITIES / 64)
		if (rq->bitmap[word])
			return false;
	return true;
}

/* The waiting receiver of a call, and the label it will see; NULL: not so simple. */
static inline struct thread *receiver_of(struct thread *from, u64 dest, u64 *label)
{
	u64 word = cap_word(&from->task->space, dest);
	struct gate *gate = (struct gate *)cap_object(word);
	struct thread *to;

	if (!gate || gate->object.type != OBJECT_GATE || !(word & L4_RIGHT_W))
		return NULL;
	to = gate->thread;
	if (!to || to->state != THREAD_RECEIVING || to->reply_to)
		return NULL;
	*label = gate->label;
	return to;
}

/* Can the CPU go over to `to' with nothing but bases, tables and stacks changed. */
static inline bool switch_is_simple(struct cpu *cpu, struct thread *from, struct thread *to)
{
	return !to->timeout.queued && !from->is_vcpu && !to->is_vcpu &&
	       may_run_next(cpu, to->priority) && is_canonical(to->regs.ip) &&
	       !(to->selectors | read_data_selectors_any());
}

static inline void switch_to(struct cpu *cpu, struct thread *from, struct thread *to)
{
	u64 root = space_root(&to->task->space);

	from->selectors = 0;
	from->fs_base = read_fs_base();
	write_fs_base(to->fs_base);
	from->gs_base = exchange_user_gs_base(to->gs_base);
	if (unlikely((cpu->fpu_owner == to) != cpu->fpu_on))
		fpu_switch(to);
	cpu->current = to;
	cpu->regs_end = cpu->tss.rsp0 = (u64)(&to->regs + 1);
	if (cpu->cr3 != root) {
		cpu->cr3 = root;
		write_cr3(root);
		cpu->tss.io_base = cpu->server_io_base = IO_BITMAP_OFF;
		if (unlikely(cpu->io_owner == &to->task->space))
			switch_ports(to);
	}
}

struct thread *ipc_fast(u64 dest, u64 tag, u64 flags, struct thread *from)
{
	struct cpu *cpu = this_cpu();
	unsigned int words = l4_tag_words(tag);
	struct thread *to;
	u64 label = 0;

	if ((tag & TAG_SLOW) || words > L4_MSG_WORDS)
		return NULL;
	if (flags == CALL) {
		to = receiver_of(from, dest, &label);
		if (!to || !switch_is_simple(cpu, from, to))
			return NULL;
		to->reply_to = from;
		from->replier = to;
		from->state = THREAD_AWAITING_REPLY;
	} else if (flags == REPLY_AND_WAIT) {
		to = from->reply_to;
		if (!to || to->fault.proto || !list_empty(&from->senders) ||
		    !switch_is_simple(cpu, from, to))
			return NULL;
		from->reply_to = NULL;
		to->replier = NULL;
		from->state = THREAD_RECEIVING;
	} else {
		return NULL;
	}
	from->ipc_flags = flags;
	to->state = THREAD_READY;
	to->regs.ax = tag;
	to->regs.di = label;
	if (unlikely(words > L4_MSG_REGS))
		copy_words(&to->utcb->mr[L4_MSG_REGS], &from->utcb->mr[L4_MSG_REGS],
			   words - L4_MSG_REGS);
	switch_to(cpu, from, to);
	return to;
}
