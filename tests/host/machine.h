/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The whole kernel but its assembler, on a CPU that is a few variables. Its
 * memory comes from the host's allocator, so that the sanitizer sees every use
 * of an object that is gone. Tests act as ring 3 of the current thread.
 */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/syscall.h"
#include "base/kmem.h"
#include "base/object.h"
#include "ipc/ipc.h"
#include "ipc/ipc_fast.h"
#include "memory/map.h"
#include "memory/place.h"
#include "object/gate.h"
#include "object/irq.h"
#include "object/task.h"
#include "object/thread.h"
#include "sched/sched.h"
#include "x86/cpu/cpu.h"
#include "x86/device/clock.h"
#include "x86/mmu/useraccess.h"
#include "map_calls.h"

#define MACHINE_PINS		24
#define MACHINE_KERNEL_QUOTA	(1UL << 30)
#define MACHINE_USER_RAM	(16UL << 20)	/* where the memory that is not the kernel's begins */
#define MACHINE_USER_BYTES	(8UL << 20)

/* Starts it: a task with all rights in slot L4_CAP_TASK and a running thread in slot L4_CAP_THREAD. */
void machine_start(u64 quota, u8 priority);

/* Takes that task away, and checks that nothing is left of it and of all that came from it. */
void machine_stop_all(void);

extern struct task *machine_root;
extern struct quota machine_quota;
extern struct steps host_work;		/* of what is called from outside, not in a thread's name */

static inline struct thread *machine_current(void)
{
	return this_cpu()->current;
}

/* What the assembler would call: the plain functions, or many.c's. */
struct machine_door {
	struct syscall_result (*short_call)(struct thread *caller, u64 number);
	struct l4_frame *(*call)(void), *(*leave)(void);
	struct ipc_fast_result (*short_ipc)(u64 dest, u64 tag, u64 flags, struct thread *from);
	void (*unlock)(void);	/* behind a short IPC; can be NULL */
};

extern struct machine_door machine_door;

/* A call of the current thread's, as entry_syscall.S would make it; the result is in its registers. */
void machine_call(u64 number, u64 a, u64 b, u64 c, u64 d);

/* An IPC of the current thread's; words 0..3 are in its registers. try_fast: by the short way if it can. */
void machine_ipc(u64 dest, u64 tag, u64 flags, bool try_fast);

/* The same for vcpu_resume (of what regs.sp names), and for a call by a vCPU's process. */
void machine_resume(void);
void machine_process_call(u64 number);

/* Whether the last machine_ipc went the short way. */
extern _Thread_local bool machine_was_fast;

/* While the current thread is in ring 3: an interrupt or exception comes; time passes, and with it the alarm. */
void machine_trap(u64 vector, u64 error);
void machine_pass(u64 ticks);

/* The way out after something was done to the kernel's objects from outside. */
void machine_leave(void);

/* Shuts down what the current thread has deleted, at once. */
void machine_reap(void);

/*
 * What is asked when nobody is ready: true if it has let a pin fire, else the
 * alarm goes off. And what happens when the kernel lets interrupts in at a
 * preemption point (machine_start switches these off). Both can be NULL.
 */
extern bool (*machine_asleep)(void);
extern void (*machine_in_window)(void);

/* With several CPUs: another one is interrupted. */
extern void (*machine_interrupt_cpu)(u32 to, u8 vector);
extern void (*machine_wait_for_request)(void);	/* where a CPU sleeps until another one wakes it */
void machine_interrupt_kernel(u64 pin);
void machine_alarm_in_kernel(void);

/* What the IOAPIC was told. */
extern bool machine_pin_masked[MACHINE_PINS], machine_pin_level[MACHINE_PINS];

/* When a quota is spent; can be NULL. */
extern void (*machine_no_memory)(void);

/* Bytes of kernel memory handed out. */
u64 machine_memory_used(void);

#endif
