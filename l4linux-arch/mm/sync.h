/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of this folder: building and sending a batch of updates. */
#ifndef _L4_MM_SYNC_H
#define _L4_MM_SYNC_H

#include <linux/atomic.h>
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
	int error;			/* of what was sent so far: 0, -EFAULT or -EAGAIN */
	unsigned int room;		/* entries that it may use */
	unsigned long generation;	/* of the context; 0 of the server's own half */
	struct batch *outer;		/* open, too */
	struct l4_batch_entry saved;	/* entry 0 and its generation, if they are borrowed */
	unsigned long saved_generation;
	unsigned long flags;
};

void batch_open(struct batch *batch, mm_context_t *context, unsigned long generation);
int batch_close(struct batch *batch);

void batch_map(struct batch *batch, unsigned long address, void *source, unsigned long flags);
void batch_unmap(struct batch *batch, unsigned long address, unsigned long pages,
		 unsigned long rights);
int batch_send(struct batch *batch);

/*
 * With several CPUs an entry can be changed, and its page be taken from the guest,
 * between the look at it and the map call. So there are generations. Who maps calls
 * context_will_map before it looks at entries and sends what that returned; who
 * takes pages back calls context_was_changed after it has changed the entries and
 * before it takes them. The microkernel keeps the last of these of each guest, and
 * refuses an older map (-EAGAIN of batch_send, if not on a resume): then the entries
 * are looked at again. One counter serves all contexts, so that an unmap that comes so
 * late that its guest's slot is another's means no more to that than a page lost.
 *
 * A guest that never had a page needs no unmap: either context_was_changed sees
 * the state that context_will_map sets, or that one's caller sees the changed
 * entries. An emptied one's unmap may be still on its way, so with several CPUs only
 * a new guest counts as without.
 *
 * The state is read after the generation: who has the generation of an emptying, or a
 * later one, sees that the guest was emptied, and says that it is used again. Who has an
 * older one maps nothing that outlives it.
 */
extern atomic64_t mmu_generation;

static __always_inline unsigned long context_will_map(mm_context_t *context)
{
	unsigned long generation = 0;

#ifdef CONFIG_SMP
	generation = atomic64_read(&mmu_generation);
	smp_rmb();
#endif
	if (unlikely(READ_ONCE(context->state) != GUEST_USED)) {
		WRITE_ONCE(context->state, GUEST_USED);
		smp_mb();
	}
	return generation;
}

/* 0: nothing is to be taken back. On one CPU any other number stands for nothing. */
static inline unsigned long context_was_changed(mm_context_t *context)
{
#ifdef CONFIG_SMP
	smp_mb();
	return READ_ONCE(context->state) == GUEST_NEW ? 0 :
	       atomic64_inc_return(&mmu_generation);
#else
	return context->state == GUEST_USED;
#endif
}

static __always_inline void batch_set_generation(unsigned long generation)
{
	if (IS_ENABLED(CONFIG_SMP))
		raw_cpu_write(vcpu_utcb.vcpu.batch_generation, generation);
}

/*
 * The batch that rides on the resume is filled in place. From batch_count on it
 * is the vCPU area that says it is there, until the resume has carried it out.
 */
DECLARE_PER_CPU(struct batch *, batch_innermost);
extern struct batch batch_on_resume;	/* only a mark: nothing is in it */

static __always_inline struct l4_batch_entry *batch_entries(void)
{
	return this_utcb()->batch;
}

static __always_inline void batch_open_on_resume(void)
{
	raw_cpu_write(batch_innermost, &batch_on_resume);
	barrier();
}

static __always_inline void batch_close_on_resume(unsigned int count, unsigned long generation)
{
	batch_set_generation(generation);
	raw_cpu_write(vcpu_utcb.vcpu.batch_count, count);
	barrier();
	raw_cpu_write(batch_innermost, NULL);
}

#endif
