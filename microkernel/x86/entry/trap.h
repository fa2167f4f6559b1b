/* SPDX-License-Identifier: GPL-2.0 */
/* Exceptions and interrupts, from ring 3 and from the kernel itself. */
#ifndef X86_TRAP_H
#define X86_TRAP_H

#include <l4/vcpu.h>

#include "lib/types.h"

#define TRAP_VECTORS	256

/* entry.S */
extern void entry_syscall(void);
extern void entry_syscall32(void);
extern void (*const entry_vectors[TRAP_VECTORS])(void);
__noreturn void entry_leave(struct l4_frame *regs);

/* Interrupts, exceptions and SYSCALL come in from here on. */
void trap_init(void);

/* From boot into the first thread. */
__noreturn void trap_leave_first(void);

#endif
