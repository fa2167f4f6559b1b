/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest updates: a host maps frames of its own into its guests' lower halves,
 * or once more into its own upper half, in batches. The source is named by the
 * host's own address; such mappings have no node in the mapping database.
 *
 *   batch[i]: guest_va | op | rights, host_va, pages
 *        |                    |
 *        |   walk of the host's tables: one per contiguous run
 *        +-> store in the target's tables (with PTE_ALIAS in the host itself)
 *
 * What rides on a resume is done without the kernel's lock (guest_try_update):
 *
 *   the guest's tables	changes who has set its `edited'; who has the kernel's lock
 *			waits for that, who has not gives up
 *   the host's tables	are read as the CPU itself reads them: each entry once. Who takes
 *			something from them flushes it before he goes through the guests, or
 *			frees a table: the view is loaded where this is done, and interrupts
 *			are off, so that the flush waits until it is over.
 *   TLBs		are flushed here; another CPU that has the guest loaded can be asked
 *			only with the lock: `flush_due' until then, and whoever sets `edited'
 *			with the lock flushes first
 */
#ifndef GUEST_H
#define GUEST_H

#include "memory/space.h"
#include "sched/steps.h"

#include <l4/utcb.h>

/*
 * Carries out `count' entries in order; target NULL means the host itself.
 * The batch and its generation are shared with ring 3: each word is read once.
 * *done: entries carried out whole. 0, as l4/syscall.h says for guest_update, or
 * PREEMPTED.
 */
int guest_update(struct space *host, struct space *target, const struct l4_utcb *utcb, u64 count,
		 u64 *done, struct steps *steps) __must_check;

/* Is it for guest_update to say whether the batch may still be mapped? */
static inline bool guest_batch_is_old(const struct space *target, const struct l4_utcb *utcb)
{
	return unlikely(utcb->vcpu.batch_generation <
			__atomic_load_n(&target->generation, __ATOMIC_RELAXED));
}

/*
 * The short way for most of all entries: some pages for a guest from one leaf
 * in the host's upper half, where the guest has the table already, and the
 * batch is not old. Returns how many it did; the next entry is another sort. Doing one twice is harmless.
 */
u64 guest_update_short(struct space *host, struct space *guest,
		    const volatile struct l4_batch_entry *entry, u64 count);

/*
 * The same for the whole batch of the vCPU that runs here in the server, and without
 * the kernel's lock. False: nothing, or a part, is done, and with the lock it is to be done.
 */
bool guest_try_update(struct space *host, struct space *guest, const struct l4_utcb *utcb,
		      u64 count) __must_check;

#endif
