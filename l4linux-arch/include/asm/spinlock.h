/* SPDX-License-Identifier: GPL-2.0 */
/* Queued locks, as on native x86. */
#ifndef _ASM_L4_SPINLOCK_H
#define _ASM_L4_SPINLOCK_H

#include <asm/vcpu.h>

/* Not worth waiting for: it could work, but another thread has its CPU. */
#define vcpu_is_preempted vcpu_is_preempted
static inline bool vcpu_is_preempted(int cpu)
{
	return READ_ONCE(per_cpu(vcpu_utcb, cpu).vcpu.preempted);
}

#include <asm/qspinlock.h>
#include <asm/qrwlock.h>

#endif
