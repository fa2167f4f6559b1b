/* SPDX-License-Identifier: GPL-2.0 */
/* Exceptions and interrupts, from ring 3 and from the kernel itself. */
#ifndef X86_TRAP_H
#define X86_TRAP_H

#include <l4/vcpu.h>

#include "lib/types.h"

#define TRAP_VECTORS	256
#define EXCEPTIONS	32	/* vectors below it are; others are interrupts */
#define ENTRY_STUB	8	/* bytes of an interrupt's stub */

/* entry_*.S */
extern void entry_syscall(void);
extern void entry_syscall32(void);
extern void (*const entry_exceptions[EXCEPTIONS])(void);
extern const u8 entry_interrupts[TRAP_VECTORS - EXCEPTIONS][ENTRY_STUB];
__noreturn void entry_leave(struct l4_frame *regs);

/* Interrupts, exceptions and SYSCALL come in from here on. */
void trap_init(void);

/* From boot into the first thread. */
__noreturn void trap_leave_first(void);

#endif
