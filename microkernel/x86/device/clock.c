/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clock and alarm. The alarm is set lazily: one that is early only costs a
 * spurious interrupt that sets it again, so a later deadline never touches
 * the APIC. Invariant outside this file: with timer_dirty clear, the alarm is
 * not later than the earliest deadline.
 */
#include "x86/device/clock.h"

#include "base/panic.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"

#define PIT_HZ			1193182UL
#define PIT_CHANNEL2		0x42
#define PIT_COMMAND		0x43
#define PIT_GATE		0x61
#define CALIBRATION_TICKS	40000U	/* of the PIT: 33 ms */
#define LAPIC_SHIFT		32

static u64 tsc_khz;
static u64 lapic_per_tsc;	/* fixed point, LAPIC_SHIFT bits of fraction */

/* One moment, seen by all three clocks. */
struct moment {
	u64 tsc;
	u32 lapic;
	u16 pit;
};

/* Retries until the reads took so little time that they count as one moment. */
static struct moment look(void)
{
	struct moment best = { 0 }, now;
	u64 shortest = ~0UL;

	for (int i = 0; i < 8; i++) {
		u64 begin = read_tsc(), end;

		outb(PIT_COMMAND, 0x80);
		now.pit = inb(PIT_CHANNEL2);
		now.pit |= inb(PIT_CHANNEL2) << 8;
		now.lapic = lapic_timer_count();
		end = read_tsc();
		now.tsc = begin + (end - begin) / 2;
		if (end - begin < shortest) {
			shortest = end - begin;
			best = now;
		}
	}
	return best;
}

/* False if we did not run for so long meanwhile (in an emulator) that the PIT may have wrapped. */
static bool measure(struct moment *first, struct moment *last)
{
	u64 gap = 0, before;

	lapic_timer_start(~0U);
	*first = *last = look();
	do {
		before = last->tsc;
		*last = look();
		gap = max_u64(gap, last->tsc - before);
	} while ((u16)(first->pit - last->pit) < CALIBRATION_TICKS);
	lapic_timer_start(0);
	return gap < (last->tsc - first->tsc) / 8;
}

void clock_init(void)
{
	struct moment first, last;
	u64 pit, tsc;

	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_COMMAND, 0xb0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	for (int attempt = 0; !measure(&first, &last) && attempt < 16;)
		attempt++;
	pit = (u16)(first.pit - last.pit);
	tsc = last.tsc - first.tsc;
	tsc_khz = tsc * PIT_HZ / pit / 1000;
	lapic_per_tsc = ((u64)(first.lapic - last.lapic) << LAPIC_SHIFT) / tsc;
	if (!tsc_khz || !lapic_per_tsc)
		refuse("the TSC or the local APIC timer does not run");
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

void clock_add(struct timer *timer, u64 deadline)
{
	struct cpu *cpu = this_cpu();

	timer_queue_add(&cpu->timers, timer, deadline);
	if (cpu->timers.root == timer)
		cpu->timer_dirty = true;
}

void clock_remove(struct timer *timer)
{
	timer_queue_remove(&this_cpu()->timers, timer);
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
	ticks = (ticks * lapic_per_tsc >> LAPIC_SHIFT) + 1;
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
