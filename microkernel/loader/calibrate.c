/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast the TSC and the local APIC's timer count: measured against the first clock that
 * counts, of those whose rate is known. Not each PC has each: newer ones switch the PIT off, small ones have no
 * HPET. Without any, the CPU may know itself (CPUID 15h).
 */
#include "loader/calibrate.h"

#include "base/panic.h"
#include "loader/acpi.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/lapic.h"
#include "x86/mmu/tables.h"

#define PIT_HZ			1193182UL
#define PIT_CHANNEL2		0x42
#define PIT_COMMAND		0x43
#define PIT_GATE		0x61

#define HPET_PERIOD		1		/* in words of 32 bits: femtoseconds */
#define HPET_ENABLE		4
#define HPET_COUNTER		60
#define HPET_PERIOD_MIN		1000000U	/* no faster than the TSC */
#define HPET_PERIOD_MAX		100000000U	/* by its specification */
#define FEMTOSECONDS		1000000000000000UL

#define PM_TIMER_HZ		3579545UL

#define CPUID_TSC		0x15

#define CALIBRATION_MS		33
#define STANDS_STILL		(1UL << 27)	/* of the TSC: so long without a tick */
#define LONGEST			(1UL << 33)	/* far more than that takes */

/* A clock of known rate. It wraps: mask has the bits that it counts in. */
struct reference {
	u64 (*read)(void);
	u64 mask, hz;
};

static volatile u32 *hpet;
static u16 pm_timer;

static u64 read_pit(void)
{
	u16 count;

	outb(PIT_COMMAND, 0x80);
	count = inb(PIT_CHANNEL2);
	count |= inb(PIT_CHANNEL2) << 8;
	/* It counts down. */
	return (u16)-count;
}

static u64 read_hpet(void)
{
	return hpet[HPET_COUNTER];
}

static u64 read_pm_timer(void)
{
	return inl(pm_timer);
}

static struct reference start_pit(void)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_COMMAND, 0xb0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	return (struct reference){ read_pit, 0xffff, PIT_HZ };
}

/* hz 0: there is none. */
static struct reference start_hpet(phys_t registers)
{
	u32 period = 0;

	hpet = registers ? tables_add_device(registers) : NULL;
	if (hpet)
		period = hpet[HPET_PERIOD];
	if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
		return (struct reference){ 0 };
	hpet[HPET_ENABLE] |= 1;
	return (struct reference){ read_hpet, ~0U, FEMTOSECONDS / period };
}

static struct reference start_pm_timer(u16 port)
{
	pm_timer = port;
	return (struct reference){ read_pm_timer, 0xffffff, port ? PM_TIMER_HZ : 0 };
}

/* One moment, seen by all three clocks. */
struct moment {
	u64 tsc, reference;
	u32 lapic;
};

/* Retries until the reads took so little time that they count as one moment. */
static struct moment look(const struct reference *reference)
{
	struct moment best = { 0 }, now;
	u64 shortest = ~0UL;

	for (int i = 0; i < 8; i++) {
		u64 begin = read_tsc(), end;

		now.reference = reference->read();
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

static bool counts(const struct reference *reference)
{
	u64 begin = read_tsc(), first = reference->read();

	while (reference->read() == first && read_tsc() - begin < STANDS_STILL)
		;
	/* We may have been away for just so long. */
	return reference->read() != first;
}

static u64 ticks_between(const struct reference *reference, const struct moment *first,
			 const struct moment *last)
{
	return (last->reference - first->reference) & reference->mask;
}

/*
 * False if we did not run for so long meanwhile (in an emulator) that the
 * reference may have wrapped.
 */
static bool measure(const struct reference *reference, struct moment *first, struct moment *last)
{
	u64 gap = 0, before, wanted = reference->hz * CALIBRATION_MS / 1000;

	lapic_timer_start(~0U);
	*first = *last = look(reference);
	do {
		before = last->tsc;
		*last = look(reference);
		gap = max_u64(gap, last->tsc - before);
	} while (ticks_between(reference, first, last) < wanted && last->tsc - first->tsc < LONGEST);
	lapic_timer_start(0);
	return gap < (last->tsc - first->tsc) / 8;
}

/* False: it does not count, or not as it should. */
static bool calibrate_by(struct reference reference)
{
	struct moment first, last;
	u64 ticks, tsc, khz, lapic_per_tsc;

	if (!reference.hz || !counts(&reference))
		return false;
	for (int attempt = 0; !measure(&reference, &first, &last) && attempt < 16;)
		attempt++;
	ticks = ticks_between(&reference, &first, &last);
	tsc = last.tsc - first.tsc;
	if (tsc >= LONGEST)
		return false;
	khz = tsc * reference.hz / ticks / 1000;
	lapic_per_tsc = ((u64)(first.lapic - last.lapic) << CLOCK_SHIFT) / tsc;
	if (!khz || !lapic_per_tsc)
		refuse("the TSC or the local APIC timer does not run");
	clock_init(khz, lapic_per_tsc);
	return true;
}

/* By the crystal that both count by. */
static bool calibrate_by_cpu(void)
{
	u32 denominator, numerator, crystal, unused;

	cpuid(0, 0, &denominator, &unused, &unused, &unused);
	if (denominator < CPUID_TSC)
		return false;
	cpuid(CPUID_TSC, 0, &denominator, &numerator, &crystal, &unused);
	if (!denominator || !numerator || !crystal)
		return false;
	clock_init((u64)crystal * numerator / denominator / 1000,
		   ((u64)denominator << CLOCK_SHIFT) / numerator);
	return true;
}

void calibrate(const struct acpi_found *acpi)
{
	if (!calibrate_by(start_pit()) && !calibrate_by(start_hpet(acpi->hpet)) &&
	    !calibrate_by(start_pm_timer(acpi->pm_timer)) && !calibrate_by_cpu())
		refuse("there is no clock to measure the TSC by: the PIT does not count, nor does an HPET or ACPI's timer");
}
