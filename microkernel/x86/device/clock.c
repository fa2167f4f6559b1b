/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clock and alarm. The alarm is set lazily: one that is early only costs a
 * spurious interrupt that sets it again, so a later deadline never touches
 * the APIC. Invariant outside this file: with timer_dirty clear, the alarm is
 * not later than the earliest deadline.
 */
#include "x86/device/clock.h"

#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"

static u64 tsc_khz;
static u64 lapic_per_tsc;	/* fixed point, CLOCK_SHIFT bits of fraction */

void clock_init(u64 khz, u64 counts)
{
	tsc_khz = khz;
	lapic_per_tsc = counts;
	clock_init_cpu();
}

void clock_init_cpu(void)
{
	if (cpu_features.tsc_deadline)
		lapic_timer_by_deadline();
}

u64 clock_tsc_khz(void)
{
	return tsc_khz;
}

u64 clock_ticks_of_us(u64 us)
{
	return us * tsc_khz / 1000;
}

u64 clock_after_us(u64 us)
{
	return read_tsc() + clock_ticks_of_us(us);
}

bool clock_add(struct cpu *cpu, struct timer *timer, u64 deadline)
{
	timer_queue_add(&cpu->timers, timer, deadline);
	if (cpu->timers.root != timer)
		return false;
	cpu->timer_dirty = true;
	return true;
}

void clock_remove(struct cpu *cpu, struct timer *timer)
{
	timer_queue_remove(&cpu->timers, timer);
}

static void set_alarm(u64 deadline)
{
	u64 now, ticks;

	if (cpu_features.tsc_deadline) {
		write_msr(MSR_TSC_DEADLINE, deadline);
		return;
	}
	now = read_tsc();
	ticks = deadline > now ? deadline - now : 0;
	/* Farther than the counter reaches: an early alarm sets it again. */
	ticks = min_u64(ticks, 1UL << 31);
	ticks = (ticks * lapic_per_tsc >> CLOCK_SHIFT) + 1;
	lapic_timer_start(min_u64(ticks, ~0U));
}

void clock_program(void)
{
	struct cpu *cpu = this_cpu();
	u64 deadline = cpu->slice_end ? cpu->slice_end : ~0UL;

	cpu->timer_dirty = false;
	if (cpu->timers.root)
		deadline = min_u64(deadline, cpu->timers.root->deadline);
	if (deadline == ~0UL || (cpu->alarm && cpu->alarm <= deadline))
		return;
	cpu->alarm = deadline;
	set_alarm(deadline);
}

void clock_interrupt(void)
{
	struct cpu *cpu = this_cpu();
	u64 now = read_tsc();

	cpu->alarm = 0;
	cpu->timer_dirty = true;
	timer_queue_run(&cpu->timers, now);
	if (cpu->slice_end && now >= cpu->slice_end)
		cpu->need_resched = true;
}
