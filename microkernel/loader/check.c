/* SPDX-License-Identifier: GPL-2.0 */
/* What the CPU must have, and what else it has. */
#include "loader/check.h"

#include "base/panic.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

enum { EAX, EBX, ECX, EDX };

/* What the kernel cannot do without, by CPUID leaf and register. */
static const struct need {
	u32 leaf;
	u8 reg, bit;
	const char *name;
} needs[] = {
	{ 1, ECX, 26, "XSAVE" },
	{ 1, ECX, 13, "CMPXCHG16B" },
	{ 1, ECX, 20, "SSE4.2" },
	{ 1, ECX, 23, "POPCNT" },
	{ 1, EDX, 9, "a local APIC" },
	{ 7, EBX, 0, "FSGSBASE" },
	{ 7, EBX, 7, "SMEP" },
	{ 7, EBX, 20, "SMAP" },
	{ 0x80000001, EDX, 20, "NX" },
	{ 0x80000001, EDX, 11, "SYSCALL" },
};

static bool has_leaf(u32 leaf)
{
	u32 max, unused;

	cpuid(leaf & 0x80000000, 0, &max, &unused, &unused, &unused);
	return leaf <= max;
}

static bool has(u32 leaf, u8 reg, u8 bit)
{
	u32 regs[4];

	if (!has_leaf(leaf))
		return false;
	cpuid(leaf, 0, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
	return regs[reg] & (1U << bit);
}

unsigned int cpu_address_bits(void)
{
	u32 bits, unused;

	if (!has_leaf(0x80000008))
		return 36;
	cpuid(0x80000008, 0, &bits, &unused, &unused, &unused);
	return bits & 0xff;
}

void cpu_check(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!has(needs[i].leaf, needs[i].reg, needs[i].bit))
			refuse("this CPU lacks %s, which the kernel needs", needs[i].name);
	cpu_features.address_bits = cpu_address_bits();
	cpu_features.avx = has(1, ECX, 28);
	cpu_features.avx512 = cpu_features.avx && has(7, EBX, 16);
	cpu_features.x2apic = has(1, ECX, 21);
	cpu_features.tsc_deadline = has(1, ECX, 24);
	cpu_features.large_1g = has(0x80000001, EDX, 26);
	cpu_features.umip = has(7, ECX, 2);
	cpu_features.rdtscp = has(0x80000001, EDX, 27);
}
