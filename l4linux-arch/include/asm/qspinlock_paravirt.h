/* SPDX-License-Identifier: GPL-2.0 */
/* Instead of x86's, which has the unlock in assembler: Linux's own in C will do. */
#ifndef _ASM_L4_QSPINLOCK_PARAVIRT_H
#define _ASM_L4_QSPINLOCK_PARAVIRT_H

void __pv_queued_spin_unlock_slowpath(struct qspinlock *lock, u8 locked);

#endif
