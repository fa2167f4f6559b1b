// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU as Linux and /proc/cpuinfo see it: read with CPUID, less what only
 * a kernel could use and what the microkernel has not switched on. Runs once
 * at boot, before there is anything to lock against; constant afterwards.
 */
#include <linux/cpu.h>
#include <linux/cpufreq.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/hwcap2.h>
#include <asm/runtime-const.h>
#include <asm/setup.h>
#include <asm/tsc.h>

#include <l4/instance.h>

DEFINE_PER_CPU_ALIGNED(struct pcpu_hot, pcpu_hot) = {
	.current_task	= &init_task,
	.preempt_count	= INIT_PREEMPT_COUNT,
	.top_of_stack	= TOP_OF_INIT_STACK,
};
EXPORT_PER_CPU_SYMBOL(pcpu_hot);
EXPORT_PER_CPU_SYMBOL(const_pcpu_hot);

struct cpuinfo_x86 boot_cpu_data __read_mostly;
EXPORT_SYMBOL(boot_cpu_data);

DEFINE_PER_CPU_READ_MOSTLY(struct cpuinfo_x86, cpu_info);
EXPORT_PER_CPU_SYMBOL(cpu_info);

u32 elf_hwcap2 __read_mostly = HWCAP2_FSGSBASE;

/* The end of what access_ok accepts; put into the code by arch_cpu_finalize_init. */
unsigned long USER_PTR_MAX __ro_after_init = TASK_SIZE_MAX;
EXPORT_SYMBOL(USER_PTR_MAX);

enum { EAX, EBX, ECX, EDX };

/* Where each word of x86_capability comes from. */
static const struct {
	u32 word, leaf, subleaf;
	int reg;
} feature_words[] __initconst = {
	{ CPUID_1_EDX,		0x00000001, 0, EDX },
	{ CPUID_1_ECX,		0x00000001, 0, ECX },
	{ CPUID_6_EAX,		0x00000006, 0, EAX },
	{ CPUID_7_0_EBX,	0x00000007, 0, EBX },
	{ CPUID_7_ECX,		0x00000007, 0, ECX },
	{ CPUID_7_EDX,		0x00000007, 0, EDX },
	{ CPUID_7_1_EAX,	0x00000007, 1, EAX },
	{ CPUID_D_1_EAX,	0x0000000d, 1, EAX },
	{ CPUID_8000_0001_EDX,	0x80000001, 0, EDX },
	{ CPUID_8000_0001_ECX,	0x80000001, 0, ECX },
	{ CPUID_8000_0007_EBX,	0x80000007, 0, EBX },
	{ CPUID_8000_0008_EBX,	0x80000008, 0, EBX },
	{ CPUID_8000_000A_EDX,	0x8000000a, 0, EDX },
	{ CPUID_8000_001F_EAX,	0x8000001f, 0, EAX },
	{ CPUID_8000_0021_EAX,	0x80000021, 0, EAX },
};

static bool __init leaf_exists(const struct cpuinfo_x86 *c, u32 leaf)
{
	return leaf <= (leaf & 0x80000000 ? c->extended_cpuid_level : (u32)c->cpuid_level);
}

static void __init read_identity(struct cpuinfo_x86 *c)
{
	u32 reg[4];

	cpuid(0, &reg[EAX], &reg[EBX], &reg[ECX], &reg[EDX]);
	c->cpuid_level = reg[EAX];
	memcpy(c->x86_vendor_id, &reg[EBX], 4);
	memcpy(c->x86_vendor_id + 4, &reg[EDX], 4);
	memcpy(c->x86_vendor_id + 8, &reg[ECX], 4);
	c->x86_vendor = !strcmp(c->x86_vendor_id, "GenuineIntel") ? X86_VENDOR_INTEL :
			!strcmp(c->x86_vendor_id, "AuthenticAMD") ? X86_VENDOR_AMD :
			!strcmp(c->x86_vendor_id, "HygonGenuine") ? X86_VENDOR_HYGON :
			X86_VENDOR_UNKNOWN;
	c->extended_cpuid_level = cpuid_eax(0x80000000);

	cpuid(1, &reg[EAX], &reg[EBX], &reg[ECX], &reg[EDX]);
	c->x86 = (reg[EAX] >> 8) & 0xf;
	c->x86_model = (reg[EAX] >> 4) & 0xf;
	c->x86_stepping = reg[EAX] & 0xf;
	if (c->x86 >= 6)
		c->x86_model |= (reg[EAX] >> 12) & 0xf0;
	if (c->x86 == 0xf)
		c->x86 += (reg[EAX] >> 20) & 0xff;
	c->x86_clflush_size = ((reg[EBX] >> 8) & 0xff) * 8;
	c->x86_cache_alignment = c->x86_clflush_size;
	c->topo.apicid = reg[EBX] >> 24;
	c->topo.initial_apicid = c->topo.apicid;
	c->booted_cores = 1;
}

static void __init read_extended_identity(struct cpuinfo_x86 *c)
{
	u32 *name = (u32 *)c->x86_model_id;
	u32 eax, ebx, ecx, edx, i;

	if (leaf_exists(c, 0x80000004)) {
		for (i = 0; i < 3; i++)
			cpuid(0x80000002 + i, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2],
			      &name[4 * i + 3]);
		strim(c->x86_model_id);
	}
	if (leaf_exists(c, 0x80000006)) {
		cpuid(0x80000006, &eax, &ebx, &ecx, &edx);
		c->x86_cache_size = ecx >> 16;
		c->x86_tlbsize = ((ebx >> 16) & 0xfff) + (ebx & 0xfff);
	}
	if (leaf_exists(c, 0x80000007))
		c->x86_power = cpuid_edx(0x80000007);
	c->x86_phys_bits = 36;
	c->x86_virt_bits = 48;
	if (leaf_exists(c, 0x80000008)) {
		eax = cpuid_eax(0x80000008);
		c->x86_phys_bits = eax & 0xff;
		c->x86_virt_bits = (eax >> 8) & 0xff;
	}
}

/* A feature whose registers XCR0 does not enable is as good as missing. */
static void __init clear_unusable_features(struct cpuinfo_x86 *c)
{
	u32 bit;

	for (bit = 0; bit < MAX_CPU_FEATURES; bit++)
		if (cpu_feature_disabled(bit))
			clear_cpu_cap(c, bit);
	if (!(l4_instance->xcr0 & XFEATURE_MASK_YMM)) {
		clear_cpu_cap(c, X86_FEATURE_AVX);
		clear_cpu_cap(c, X86_FEATURE_AVX2);
	}
	if (!(l4_instance->xcr0 & XFEATURE_MASK_ZMM_Hi256))
		clear_cpu_cap(c, X86_FEATURE_AVX512F);
}

static void __init read_features(struct cpuinfo_x86 *c)
{
	u32 reg[4], i;

	for (i = 0; i < ARRAY_SIZE(feature_words); i++) {
		if (!leaf_exists(c, feature_words[i].leaf))
			continue;
		cpuid_count(feature_words[i].leaf, feature_words[i].subleaf, &reg[EAX],
			    &reg[EBX], &reg[ECX], &reg[EDX]);
		c->x86_capability[feature_words[i].word] = reg[feature_words[i].reg];
	}
	set_cpu_cap(c, X86_FEATURE_ALWAYS);
	set_cpu_cap(c, X86_FEATURE_CPUID);
	set_cpu_cap(c, X86_FEATURE_NOPL);
	set_cpu_cap(c, X86_FEATURE_REP_GOOD);
	set_cpu_cap(c, X86_FEATURE_CONSTANT_TSC);
	clear_unusable_features(c);

	/* FXSAVE and XSAVE may leave the last x87 instruction's address of another process. */
	if ((c->x86_vendor == X86_VENDOR_AMD || c->x86_vendor == X86_VENDOR_HYGON) &&
	    !cpu_has(c, X86_FEATURE_XSAVEERPTR))
		set_cpu_cap(c, X86_BUG_FXSAVE_LEAK);
}

/* From setup_arch, when l4_instance is known. */
void __init cpu_init(void)
{
	struct cpuinfo_x86 *c = &boot_cpu_data;

	read_identity(c);
	read_extended_identity(c);
	read_features(c);
}

/* What /proc/cpuinfo tells of a CPU: they are all the same, in one package. */
static void cpu_fill_data(unsigned int cpu)
{
	struct cpuinfo_x86 *c = &cpu_data(cpu);

	*c = boot_cpu_data;
	c->cpu_index = cpu;
	c->booted_cores = num_possible_cpus();
	c->topo.core_id = c->topo.apicid = c->topo.initial_apicid = cpu;
}

/* Another CPU, by itself. Its registers are the microkernel's affair. */
void cpu_init_secondary(void)
{
	cpu_fill_data(smp_processor_id());
}

void __init arch_cpu_finalize_init(void)
{
	boot_cpu_data.loops_per_jiffy = loops_per_jiffy;
	fpu__init_system();
	cpu_fill_data(0);
	runtime_const_init(ptr, USER_PTR_MAX);
}

/* For /proc/cpuinfo, in kHz. */
unsigned int arch_freq_get_on_cpu(int cpu)
{
	return cpu_khz;
}
