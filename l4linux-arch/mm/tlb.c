// SPDX-License-Identifier: GPL-2.0
/* Takes rights from guest tasks: what Linux calls flushing TLBs. */
#include <linux/mm.h>
#include <linux/irqflags.h>
#include <asm/mmu_sync.h>
#include "sync.h"

/*
 * Returns when no guest page in the range has the rights any more; only then
 * may pages be freed. An address space that is exiting has no guest left.
 */
void mmu_unmap(mm_context_t *context, unsigned long start, unsigned long end,
	       unsigned long rights)
{
	struct batch batch = { .context = context };
	unsigned long flags;

	if (!context->mapped)
		return;
	local_irq_save(flags);
	batch_unmap(&batch, start, PAGE_ALIGN(end - start) >> PAGE_SHIFT, rights);
	batch_send(&batch);
	local_irq_restore(flags);
}

void mmu_unmap_all(mm_context_t *context)
{
	mmu_unmap(context, 0, TASK_SIZE_MAX, L4_RIGHTS_ALL);
	context->mapped = false;
}
