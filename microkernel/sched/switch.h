/* SPDX-License-Identifier: GPL-2.0 */
/* Switching machine state between threads, and to their address spaces. */
#ifndef X86_SWITCH_H
#define X86_SWITCH_H

#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

/*
 * Makes next current: exchanges what the kernel itself does not use, which is
 * bases and selectors; the FPU by need. prev: whose these are; NULL: nobody's.
 */
void thread_switch(struct thread *prev, struct thread *next);

/* The same with nobody to come: what is the thread's own is in it afterwards. */
void thread_switch_away(struct thread *prev);

/* Bases and selectors, which are in no frame, into the current thread: others may read, set or move it then. */
void thread_save_bases(struct thread *thread);

/*
 * CPU time. What has passed on the CPU since the last time was prev's, which leaves
 * it; or, while it idled, nobody's, and next begins, which may be who was there
 * before. IPC's short way does not look at the clock: what passes before the next
 * switch that does counts for the one that is current then.
 */
void switch_count_time(struct cpu *cpu, struct thread *prev);
void switch_end_idle(struct cpu *cpu, const struct thread *next);

/* How long it has been current, in TSC ticks. */
u64 switch_time_of(const struct thread *thread);

/* Loads the view that a thread is to see now: host view, guest view or its task's own. */
static inline void switch_address_space(const struct thread *thread)
{
	cpu_need_table(this_cpu(), thread->vcpu.user_mode ? thread->vcpu.guest_root : thread->vcpu.host_root);
}

/* Debug registers: those of the vCPU that runs from now on, as its UTCB has them, or none. */
void switch_debug(const struct thread *thread);
/* With debug_on: the time-stamp counter as the mode that the vCPU goes on in may have it. */
void switch_tsc(const struct thread *thread);
/* May they be so. */
bool switch_debug_allowed(const struct l4_vcpu *shared);

/* The thread goes away: nothing of it may stay in the CPU. */
void switch_forget(struct thread *thread);

#endif
