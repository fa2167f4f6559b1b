/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Queued locks, as on native x86; paravirtual ones if other vCPUs share our CPUs,
 * and an unlock costs a no-op if not.
 */
#ifndef _ASM_L4_SPINLOCK_H
#define _ASM_L4_SPINLOCK_H

#include <linux/jump_label.h>
#include <asm/barrier.h>
#include <asm/spinlock_types.h>
#include <asm/vcpu.h>

#ifdef CONFIG_SMP

/* Rounds before a waiter sleeps: about what to sleep and to be woken costs. */
#define SPIN_THRESHOLD	(1 << 11)

DECLARE_STATIC_KEY_FALSE(spin_locks_sleep);

void native_queued_spin_lock_slowpath(struct qspinlock *lock, u32 val);
void __pv_queued_spin_lock_slowpath(struct qspinlock *lock, u32 val);
void __pv_queued_spin_unlock(struct qspinlock *lock);

static inline void pv_queued_spin_lock_slowpath(struct qspinlock *lock, u32 val)
{
	if (static_branch_unlikely(&spin_locks_sleep))
		__pv_queued_spin_lock_slowpath(lock, val);
	else
		native_queued_spin_lock_slowpath(lock, val);
}

static inline void pv_queued_spin_unlock(struct qspinlock *lock)
{
	if (static_branch_unlikely(&spin_locks_sleep))
		__pv_queued_spin_unlock(lock);
	else
		smp_store_release(&lock->locked, 0);
}

/* Sleeps, if the byte still has the value, until pv_kick of this CPU; or for less. */
void pv_wait(u8 *byte, u8 value);
void pv_kick(int cpu);

/* Not worth waiting for: it could work, but another thread has its CPU. */
static inline bool pv_vcpu_is_preempted(long cpu)
{
	return READ_ONCE(per_cpu(vcpu_utcb, cpu).vcpu.preempted);
}

void spin_locks_init(void);

#include <asm/qspinlock.h>

#endif

#include <asm/qrwlock.h>

#endif
