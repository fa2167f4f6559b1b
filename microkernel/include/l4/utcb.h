/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user thread control block: one page of kernel memory per thread, mapped
 * into its task where thread_create was told to. The thread passes in it what
 * does not fit registers; the kernel trusts nothing it finds there and reads
 * each word once.
 */
#ifndef L4_UTCB_H
#define L4_UTCB_H

#include <l4/ipc.h>
#include <l4/vcpu.h>

#ifndef __ASSEMBLER__

/*
 * A thread's registers, in mr[4...] of thread_regs and of messages about
 * exceptions. To be set: ip canonical, flags as ring 3 may have them (IF is
 * set always), both bases canonical; cs, ss and orig_ax are not looked at.
 */
struct l4_thread_regs {
	struct l4_frame frame;
	l4_word_t fs_base, gs_base;
};

#define L4_REGS_WORDS	(sizeof(struct l4_thread_regs) / sizeof(l4_word_t))	/* 23 */

struct l4_utcb {
	l4_word_t mr[L4_MSG_WORDS];		/* message words; 0..3 unused, they are in registers */
	struct l4_item item[L4_MSG_ITEMS];	/* items, of a message sent or received */
	l4_word_t window[3];			/* receive windows, by L4_FPAGE_ type; L4_FPAGE_NONE accepts none */
	l4_word_t user[5];			/* the thread's own, untouched by the kernel */
	struct l4_buffer string[L4_MSG_ITEMS];	/* where the k-th string item of a message received goes */
	l4_word_t string_timeout;		/* how long all strings and large flexpages of a message may
						 * take; ZERO: no page fault of the partner's is waited for */
	l4_word_t reserved0[23];
	struct l4_vcpu vcpu;			/* at 0x400 */
	l4_word_t reserved1[6];
	struct l4_batch_entry batch[L4_BATCH_MAX];
};

static inline struct l4_thread_regs *l4_utcb_regs(struct l4_utcb *utcb)
{
	return (struct l4_thread_regs *)&utcb->mr[L4_MSG_REGS];
}

_Static_assert(__builtin_offsetof(struct l4_utcb, vcpu) == 0x400, "vCPU area");
_Static_assert(__builtin_offsetof(struct l4_utcb, batch) == 0x4c0, "batch area");
_Static_assert(sizeof(struct l4_utcb) <= L4_PAGE_SIZE, "the UTCB is one page");

#endif
#endif
