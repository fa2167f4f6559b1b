/* SPDX-License-Identifier: GPL-2.0 */
/* How fast the TSC and the local APIC's timer count: measured against the PIT. */
#include "loader/calibrate.h"

#include "base/panic.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/lapic.h"

#define PIT_HZ			1193182UL
#define PIT_CHANNEL2		0x42
#define PIT_COMMAND		0x43
#define PIT_GATE		0x61
#define CALIBRATION_TICKS	40000U	/* of the PIT: 33 ms */
#define LONGEST			(1UL << 32)	/* of the TSC: far more than that takes */

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

/*
 * False if we did not run for so long meanwhile (in an emulator) that the PIT
 * may have wrapped. A PIT that does not count is not waited for.
 */
static bool measure(struct moment *first, struct moment *last)
{
	u64 gap = 0, before;

	lapic_timer_start(~0U);
	*first = *last = look();
	do {
		before = last->tsc;
		*last = look();
		gap = max_u64(gap, last->tsc - before);
	} while ((u16)(first->pit - last->pit) < CALIBRATION_TICKS &&
		 last->tsc - first->tsc < LONGEST);
	lapic_timer_start(0);
	return gap < (last->tsc - first->tsc) / 8;
}

void calibrate(void)
{
	struct moment first, last;
	u64 pit, tsc, khz, lapic_per_tsc;

	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_COMMAND, 0xb0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	for (int attempt = 0; !measure(&first, &last) && attempt < 16;)
		attempt++;
	pit = (u16)(first.pit - last.pit);
	tsc = last.tsc - first.tsc;
	if (pit < CALIBRATION_TICKS)
		refuse("the PIT does not count, or the TSC far too fast");
	khz = tsc * PIT_HZ / pit / 1000;
	lapic_per_tsc = ((u64)(first.lapic - last.lapic) << CLOCK_SHIFT) / tsc;
	if (!khz || !lapic_per_tsc)
		refuse("the TSC or the local APIC timer does not run");
	clock_init(khz, lapic_per_tsc);
}
