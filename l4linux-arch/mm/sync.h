/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of this folder: building and sending a batch of updates. */
#ifndef _L4_MM_SYNC_H
#define _L4_MM_SYNC_H

#include <asm/mmu.h>

/*
 * A batch being built in the UTCB, for one target; interrupts are off from the
 * first entry until it is sent. Neighbouring entries are merged; a full batch
 * is sent at once.
 */
struct batch {
	mm_context_t *context;		/* NULL: the server's own upper half */
	unsigned int count;
	int error;			/* of what was sent so far: 0 or -EFAULT */
};

void batch_map(struct batch *batch, unsigned long address, void *source, unsigned long rights);
void batch_unmap(struct batch *batch, unsigned long address, unsigned long pages,
		 unsigned long rights);
int batch_send(struct batch *batch);

#endif
