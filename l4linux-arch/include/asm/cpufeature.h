/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU features, with x86's numbers and x86's names of the questions. What the
 * baseline CPU has is known when compiling; what only a kernel can use is
 * answered with no, whatever the CPU says, and cpu.c also clears it from
 * x86_capability. So no code for either is left in the image.
 */
#ifndef _ASM_L4_CPUFEATURE_H
#define _ASM_L4_CPUFEATURE_H

#ifndef __ASSEMBLY__

#include <linux/bitops.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/processor.h>

/* Words of x86_capability */
enum cpuid_leafs {
	CPUID_1_EDX		= 0,
	CPUID_8000_0001_EDX	= 1,
	CPUID_1_ECX		= 4,
	CPUID_8000_0001_ECX	= 6,
	CPUID_7_0_EBX		= 9,
	CPUID_D_1_EAX		= 10,
	CPUID_7_1_EAX		= 12,
	CPUID_8000_0008_EBX	= 13,
	CPUID_6_EAX		= 14,
	CPUID_8000_000A_EDX	= 15,
	CPUID_7_ECX		= 16,
	CPUID_8000_0007_EBX	= 17,
	CPUID_7_EDX		= 18,
	CPUID_8000_001F_EAX	= 19,
	CPUID_8000_0021_EAX	= 20,
};

#define X86_CAP_FMT_NUM		"%d:%d"
#define x86_cap_flag_num(flag)	((flag) >> 5), ((flag) & 31)

extern const char * const x86_cap_flags[NCAPINTS * 32];
extern const char * const x86_power_flags[32];
extern const char * const x86_bug_flags[NBUGINTS * 32];

/* Declared for x86's fpu/init.c, which asks only CPUs without CPUID. */
extern __u32 cpu_caps_cleared[];

static __always_inline bool cpu_feature_required(unsigned int bit)
{
	switch (bit) {
	case X86_FEATURE_FPU:
	case X86_FEATURE_FXSR:
	case X86_FEATURE_XMM:
	case X86_FEATURE_XMM2:
	case X86_FEATURE_XSAVE:
	case X86_FEATURE_FSGSBASE:
	case X86_FEATURE_CPUID:
	case X86_FEATURE_TSC:
	case X86_FEATURE_CX8:
	case X86_FEATURE_CX16:
	case X86_FEATURE_CMOV:
	case X86_FEATURE_POPCNT:
	case X86_FEATURE_PGE:
	case X86_FEATURE_PSE:
	case X86_FEATURE_NX:
	case X86_FEATURE_LM:
		return true;
	}
	return false;
}

static __always_inline bool cpu_feature_disabled(unsigned int bit)
{
	switch (bit) {
	case X86_FEATURE_XSAVEC:	/* the compacted format goes with XSAVES */
	case X86_FEATURE_XSAVES:
	case X86_FEATURE_XCOMPACTED:
	case X86_FEATURE_XFD:
	case X86_FEATURE_ARCH_LBR:
	case X86_FEATURE_AMX_TILE:
	case X86_FEATURE_PKU:
	case X86_FEATURE_OSPKE:
	case X86_FEATURE_MPX:
	case X86_FEATURE_ENQCMD:
	case X86_FEATURE_LA57:
	case X86_FEATURE_SHSTK:
	case X86_FEATURE_IBT:
	case X86_FEATURE_FRED:
	case X86_FEATURE_UMIP:
	case X86_FEATURE_PTI:
	case X86_FEATURE_XENPV:
	case X86_FEATURE_SGX:
	case X86_FEATURE_VMX:
	case X86_FEATURE_SVM:
		return true;
	}
	return false;
}

static __always_inline bool test_cpu_cap(const struct cpuinfo_x86 *c, unsigned int bit)
{
	if (__builtin_constant_p(bit) && cpu_feature_required(bit))
		return true;
	if (__builtin_constant_p(bit) && cpu_feature_disabled(bit))
		return false;
	return arch_test_bit(bit, (const unsigned long *)c->x86_capability);
}

#define cpu_has(c, bit)			test_cpu_cap(c, bit)
#define boot_cpu_has(bit)		cpu_has(&boot_cpu_data, bit)
#define this_cpu_has(bit)		boot_cpu_has(bit)
#define static_cpu_has(bit)		boot_cpu_has(bit)
#define cpu_feature_enabled(bit)	boot_cpu_has(bit)
#define cpu_has_bug(c, bit)		cpu_has(c, bit)
#define static_cpu_has_bug(bit)		boot_cpu_has(bit)
#define boot_cpu_has_bug(bit)		boot_cpu_has(bit)

#define set_cpu_cap(c, bit)		set_bit(bit, (unsigned long *)(c)->x86_capability)
#define clear_cpu_cap(c, bit)		clear_bit(bit, (unsigned long *)(c)->x86_capability)
#define setup_force_cpu_cap(bit)	set_cpu_cap(&boot_cpu_data, bit)
#define setup_clear_cpu_cap(bit)	clear_cpu_cap(&boot_cpu_data, bit)

#define MAX_CPU_FEATURES		(NCAPINTS * 32)
#define cpu_have_feature		boot_cpu_has
#define CPU_FEATURE_TYPEFMT		"x86,ven%04Xfam%04Xmod%04X"
#define CPU_FEATURE_TYPEVAL		boot_cpu_data.x86_vendor, boot_cpu_data.x86, \
					boot_cpu_data.x86_model

#endif
#endif
