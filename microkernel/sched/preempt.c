/* SPDX-License-Identifier: GPL-2.0 */
/* The window of a preemption point: see preempt.h. */
#include "sched/preempt.h"

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
	return cpu->need_resched;
}
