// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of mapping changes for a guest task or the server's own upper half,
 * built in the UTCB. See sync.h.
 */
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <asm/mmu_sync.h>
#include <asm/vcpu.h>
#include "sync.h"

DEFINE_PER_CPU(struct batch *, batch_innermost);	/* with interrupts off */
struct batch batch_on_resume;

/* What a breakpoint asks, so none may be in it. */
bool mmu_batch_open(void)
{
	return raw_cpu_read(batch_innermost) || raw_cpu_read(vcpu_utcb.vcpu.batch_count);
}
NOKPROBE_SYMBOL(mmu_batch_open);

void mmu_batch_abandon(void)
{
	raw_cpu_write(batch_innermost, NULL);
}

void batch_open(struct batch *batch, mm_context_t *context, unsigned long generation)
{
	local_irq_save(batch->flags);
	batch->context = context;
	batch->generation = generation;
	batch->count = 0;
	batch->error = 0;
	batch->room = L4_BATCH_MAX;
	batch->outer = raw_cpu_read(batch_innermost);
	if (unlikely(mmu_batch_open())) {
		batch->room = 1;
		batch->saved = *batch_entries();
		batch->saved_generation = raw_cpu_read(vcpu_utcb.vcpu.batch_generation);
	}
	raw_cpu_write(batch_innermost, batch);
}

/* Sends what is left; the result is that of the whole batch. */
int batch_close(struct batch *batch)
{
	int err = batch_send(batch);

	if (unlikely(batch->room == 1)) {
		*batch_entries() = batch->saved;
		batch_set_generation(batch->saved_generation);
	}
	raw_cpu_write(batch_innermost, batch->outer);
	local_irq_restore(batch->flags);
	return err;
}

static void batch_add(struct batch *batch, struct l4_batch_entry entry)
{
	struct l4_batch_entry *last;
	unsigned long bytes;

	if (batch->count) {
		last = batch_entries() + batch->count - 1;
		bytes = last->pages << PAGE_SHIFT;
		if (last->guest_va + bytes == entry.guest_va &&
		    (!entry.host_va || last->host_va + bytes == entry.host_va)) {
			last->pages += entry.pages;
			return;
		}
		if (batch->count == batch->room)
			batch_send(batch);
	}
	batch_entries()[batch->count++] = entry;
}

void batch_map(struct batch *batch, unsigned long address, void *source, unsigned long flags)
{
	batch_add(batch, (struct l4_batch_entry) {
		.guest_va = address | L4_BATCH_MAP | flags,
		.host_va = (unsigned long)source,
		.pages = 1,
	});
}

void batch_unmap(struct batch *batch, unsigned long address, unsigned long pages,
		 unsigned long rights)
{
	batch_add(batch, (struct l4_batch_entry) {
		.guest_va = address | L4_BATCH_UNMAP | rights,
		.pages = pages,
	});
}

static int try_send(struct batch *batch, unsigned int count)
{
	batch_set_generation(batch->generation);
	return guest_update(batch->context ? batch->context->slot : GUEST_SELF, count);
}

/*
 * When kernel memory runs out other guests are emptied, at last this one, and
 * the whole batch is carried out again: doing an entry twice does no harm.
 * Only a quota too small for a single process makes that fail.
 */
int batch_send(struct batch *batch)
{
	unsigned int count = batch->count;
	int err;

	if (!count)
		return batch->error;
	batch->count = 0;
	do {
		err = try_send(batch, count);
	} while (err == -L4_ENOMEM && context_evict(batch->context));
	if (err == -L4_ENOMEM && batch->context) {
		mmu_unmap_all(batch->context);
		context_will_map(batch->context);
		err = try_send(batch, count);
	}
	if (err == -L4_ENOMEM)
		panic("Linux's quota of kernel memory is too small to map its memory");
	if (err)
		batch->error = err == -L4_EBUSY ? -EAGAIN : -EFAULT;
	return batch->error;
}
