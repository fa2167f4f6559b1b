/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of this folder: building and sending a batch of updates. */
#ifndef _L4_MM_SYNC_H
#define _L4_MM_SYNC_H

#include <linux/compiler.h>
#include <asm/mmu.h>
#include <asm/vcpu.h>

/*
 * A batch being built in the UTCB, for one target; interrupts are off from
 * batch_open to batch_close. Neighbouring entries are merged; a full batch is
 * sent at once. This is all of arch/l4 that touches the UTCB's batch.
 *
 * The UTCB holds one batch. What must be sent while another is open (a guest is
 * emptied to make room, a page of KFENCE's is uncovered) borrows the first
 * entry and puts it back. Faults that a probe takes while one is open are not
 * made good (fault.c), so the entries need no more care than that.
 */
struct batch {
	mm_context_t *context;		/* NULL: the server's own upper half */
	unsigned int count;
	int error;			/* of what was sent so far: 0 or -EFAULT */
	unsigned int room;		/* entries that it may use */
	struct batch *outer;		/* open, too */
	struct l4_batch_entry saved;	/* entry 0, if it is borrowed */
	unsigned long flags;
};

void batch_open(struct batch *batch, mm_context_t *context);
int batch_close(struct batch *batch);

void batch_map(struct batch *batch, unsigned long address, void *source, unsigned long rights);
void batch_unmap(struct batch *batch, unsigned long address, unsigned long pages,
		 unsigned long rights);
int batch_send(struct batch *batch);

/*
 * The batch that rides on the resume is filled in place. From batch_count on it
 * is the vCPU area that says it is there, until the resume has carried it out.
 */
extern struct batch *batch_innermost;
extern struct batch batch_on_resume;

static __always_inline struct l4_batch_entry *batch_entries(void)
{
	return this_utcb()->batch;
}

static __always_inline void batch_open_on_resume(void)
{
	batch_innermost = &batch_on_resume;
	barrier();
}

static __always_inline void batch_close_on_resume(unsigned int count)
{
	this_vcpu()->batch_count = count;
	barrier();
	batch_innermost = NULL;
}

#endif
