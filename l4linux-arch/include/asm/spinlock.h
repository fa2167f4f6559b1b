/* SPDX-License-Identifier: GPL-2.0 */
/* Queued locks, as on native x86. */
#ifndef _ASM_L4_SPINLOCK_H
#define _ASM_L4_SPINLOCK_H

#include <asm/qspinlock.h>
#include <asm/qrwlock.h>

#endif
