/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Machine checks: the CPU's word for memory or buses that fail. Nothing is
 * mended; each bank that holds an error is printed, and the kernel stops.
 * Without CR4.MCE one would be a reset without a word.
 */
#include "x86/entry/machine_check.h"

#include "base/panic.h"
#include "x86/cpu/x86.h"

#define MSR_MCG_CAP		0x179
#define MSR_MCG_STATUS		0x17a
#define MSR_MCG_CTL		0x17b
#define MSR_BANK_CTL(n)		(0x400 + 4 * (n))
#define MSR_BANK_STATUS(n)	(0x401 + 4 * (n))
#define MSR_BANK_ADDR(n)	(0x402 + 4 * (n))

#define CAP_BANKS		0xff
#define CAP_CTL			(1UL << 8)
#define STATUS_VALID		(1UL << 63)
#define STATUS_ADDR		(1UL << 58)

#define CPUID_MCE		(1U << 7)
#define CPUID_MCA		(1U << 14)

static u32 features(void)
{
	u32 unused, edx;

	cpuid(1, 0, &unused, &unused, &unused, &edx);
	return edx;
}

static bool has_banks(void)
{
	return features() & CPUID_MCA;
}

void machine_check_init(void)
{
	u64 cap;

	if (!(features() & CPUID_MCE))
		return;
	if (has_banks()) {
		cap = read_msr(MSR_MCG_CAP);
		if (cap & CAP_CTL)
			write_msr(MSR_MCG_CTL, ~0UL);
		for (u32 n = 0; n < (cap & CAP_BANKS); n++) {
			write_msr(MSR_BANK_CTL(n), ~0UL);
			/* What firmware has left there is not of our time. */
			write_msr(MSR_BANK_STATUS(n), 0);
		}
	}
	write_cr4(read_cr4() | CR4_MCE);
}

void machine_check_print(void)
{
	u64 banks = has_banks() ? read_msr(MSR_MCG_CAP) & CAP_BANKS : 0;

	printk("\nmachine check: the hardware reports an error\n");
	if (banks)
		printk("status of the machine %lx\n", read_msr(MSR_MCG_STATUS));
	for (u32 n = 0; n < banks; n++) {
		u64 status = read_msr(MSR_BANK_STATUS(n));

		if (!(status & STATUS_VALID))
			continue;
		printk("bank %u: status %016lx", n, status);
		if (status & STATUS_ADDR)
			printk(" at %lx", read_msr(MSR_BANK_ADDR(n)));
		printk("\n");
	}
}
