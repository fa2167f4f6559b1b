// SPDX-License-Identifier: GPL-2.0
/*
 * The guest task of each address space, from init_new_context to
 * arch_exit_mmap, and the list of them all, from which guests are picked to
 * be emptied when kernel memory runs out.
 */
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <l4/syscall.h>
#include <asm/mmu_context.h>

/* Longest without being emptied first. Who is in it has a guest: the lock, with interrupts off. */
static LIST_HEAD(contexts);
static DEFINE_RAW_SPINLOCK(contexts_lock);
static DEFINE_IDA(slots);

/*
 * Kernel memory that must be left after a new guest was made: one instruction
 * of a process, on each CPU, may need eight pages at once, each with tables of its own. With
 * less, processes would take each other's mappings away for ever.
 */
#define RESERVE		(8 * 4 * PAGE_SIZE * num_possible_cpus())

static bool reserve_left(void)
{
	while (kernel_memory_free() < RESERVE)
		if (!context_evict(NULL))
			return false;
	return true;
}

static int make_guest(unsigned int slot)
{
	int err;

	do {
		err = guest_create(slot);
	} while (err == -L4_ENOMEM && context_evict(NULL));
	if (!err && !reserve_left()) {
		guest_delete(slot);
		err = -L4_ENOMEM;
	}
	return err;
}

int init_new_context(struct task_struct *task, struct mm_struct *mm)
{
	int slot = ida_alloc_range(&slots, L4_INSTANCE_FIRST_FREE, L4_CAP_SLOTS - 1, GFP_KERNEL);
	mm_context_t *context = &mm->context;
	unsigned long flags;
	int err;

	if (slot < 0)
		return slot;
	err = make_guest(slot);
	/* fork has copied the parent's context: the vDSO's place stays as it is. */
	context->slot = slot;
	context->state = GUEST_NEW;
	context->aged_end = 0;
	raw_spin_lock_init(&context->aged_lock);
	if (!err) {
		raw_spin_lock_irqsave(&contexts_lock, flags);
		list_add_tail(&context->link, &contexts);
		raw_spin_unlock_irqrestore(&contexts_lock, flags);
	}
	if (err) {
		ida_free(&slots, slot);
		return -ENOMEM;
	}
	return 0;
}

/*
 * The guest goes as soon as the address space is exiting, before its pages are
 * freed: nobody runs in it any more. It may still be the vCPU's current guest,
 * which then has none until the next switch_mm.
 */
void arch_exit_mmap(struct mm_struct *mm)
{
	mm_context_t *context = &mm->context;
	unsigned long flags;

	raw_spin_lock_irqsave(&contexts_lock, flags);
	list_del(&context->link);
	raw_spin_unlock_irqrestore(&contexts_lock, flags);
	context->state = GUEST_NEW;
	context->aged_end = 0;
	guest_delete(context->slot);
	ida_free(&slots, context->slot);
	context->slot = 0;
}

/* An address space that failed before anything was mapped never exits. */
void destroy_context(struct mm_struct *mm)
{
	if (mm->context.slot)
		arch_exit_mmap(mm);
}

/*
 * Empties the guest that was not emptied for longest, but not `keep'. The lock
 * is held over that, so that the guest stays; emptying takes no kernel memory.
 */
bool context_evict(mm_context_t *keep)
{
	mm_context_t *context;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&contexts_lock, flags);
	list_for_each_entry(context, &contexts, link) {
		found = context->state == GUEST_USED && context != keep;
		if (found) {
			list_move_tail(&context->link, &contexts);
			mmu_unmap_all(context);
			break;
		}
	}
	raw_spin_unlock_irqrestore(&contexts_lock, flags);
	return found;
}
