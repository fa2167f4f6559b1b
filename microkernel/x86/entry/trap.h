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

/* The same on another CPU, after that. */
void trap_init_cpu(void);

/* From boot into the first thread. With more than one CPU, the kernel's lock is taken. */
__noreturn void trap_leave_first(void);

/*
 * What entry.S calls, for the current thread, whose registers are all in it.
 * Each returns the frame to go on with.
 */
struct l4_frame *trap_syscall(void);
struct l4_frame *trap_leave(void);	/* nothing but what is unfinished */
struct l4_frame *trap_odd_ip(void);	/* a frame that cannot be gone on with */
struct l4_frame *trap_user(u64 vector);
void trap_kernel(u64 vector, struct l4_frame *frame);
__noreturn void trap_fatal(u64 vector, const struct l4_frame *frame);

#endif
