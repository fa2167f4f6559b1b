/* SPDX-License-Identifier: GPL-2.0 */
/* The window of a preemption point: see preempt.h. */
#include "sched/preempt.h"

#include "sched/kernel_lock.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"

bool preempt_window(void)
{
	struct cpu *cpu = this_cpu();

	cpu->preempt_left = PREEMPT_INTERVAL;
	if (cpu->preempt_off)
		return false;
	let_interrupts_in();
	if (cpu->timer_dirty)
		clock_program();
	if (kernel_lock_wanted())
		cpu->need_resched = true;
	return cpu->need_resched;
}
