/* SPDX-License-Identifier: GPL-2.0 */
/* What the CPU must have, and setting it up: descriptors, control registers, SYSCALL. */
#include "x86/cpu/cpu.h"

#include "base/panic.h"
#include "x86/cpu/x86.h"
#include "x86/entry/trap.h"

#define GDT_KERNEL_CODE		0x00af9b000000ffffUL
#define GDT_KERNEL_DATA		0x00cf93000000ffffUL
#define GDT_USER_CODE		0x00affb000000ffffUL
#define GDT_USER_CODE32		0x00cffb000000ffffUL
#define GDT_USER_DATA		0x00cff3000000ffffUL
#define GDT_TSS			0x0000890000000000UL

#define XCR0_X87		(1UL << 0)
#define XCR0_SSE		(1UL << 1)
#define XCR0_AVX		(1UL << 2)
#define XCR0_AVX512		(7UL << 5)

static struct cpu boot_cpu;
struct cpu_features cpu_features;

static u8 boot_stack[KERNEL_STACK_SIZE] __attribute__((aligned(16)));
static u8 fault_stack[KERNEL_STACK_SIZE] __attribute__((aligned(16)));

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

static bool has(u32 leaf, u8 reg, u8 bit)
{
	u32 regs[4], max, unused;

	cpuid(leaf & 0x80000000, 0, &max, &unused, &unused, &unused);
	if (leaf > max)
		return false;
	cpuid(leaf, 0, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
	return regs[reg] & (1U << bit);
}

void cpu_check(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!has(needs[i].leaf, needs[i].reg, needs[i].bit))
			refuse("this CPU lacks %s, which the kernel needs", needs[i].name);
	cpu_features.tsc_deadline = has(1, ECX, 24);
	cpu_features.large_1g = has(0x80000001, EDX, 26);
	cpu_features.umip = has(7, ECX, 2);
	cpu_features.rdtscp = has(0x80000001, EDX, 27);
}

static void setup_descriptors(struct cpu *cpu)
{
	u64 tss = (u64)&cpu->tss, limit = sizeof(cpu->tss) - 1;
	struct table_pointer gdt = { sizeof(cpu->gdt) - 1, (u64)cpu->gdt };

	cpu->gdt[SEL_KERNEL_CS / 8] = GDT_KERNEL_CODE;
	cpu->gdt[SEL_KERNEL_SS / 8] = GDT_KERNEL_DATA;
	cpu->gdt[SEL_USER_CS32 / 8] = GDT_USER_CODE32;
	cpu->gdt[SEL_USER_SS / 8] = GDT_USER_DATA;
	cpu->gdt[SEL_USER_CS / 8] = GDT_USER_CODE;
	cpu->gdt[SEL_TSS / 8] = GDT_TSS | (limit & 0xffff) | (tss & 0xffffff) << 16 |
				(tss & 0xff000000) << 32;
	cpu->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	cpu->tss.io_base = cpu->server_io_base = IO_BITMAP_OFF;
	cpu->tss.io_bitmap[IO_BITMAP_BYTES] = 0xff;
	cpu->tss.ist[0] = (u64)fault_stack + sizeof(fault_stack);
	load_gdt(&gdt);
	load_cs_ss(SEL_KERNEL_CS, SEL_KERNEL_SS);
	load_tr(SEL_TSS);
	clear_ldt();
}

static void setup_control(void)
{
	u32 low, high, size, unused;

	write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE | CR0_WP | CR0_AM);
	write_cr4(CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_FSGSBASE | CR4_OSXSAVE |
		  CR4_SMEP | CR4_SMAP | (cpu_features.umip ? CR4_UMIP : 0));
	cpuid(0xd, 0, &low, &unused, &unused, &high);
	cpu_features.xcr0 = (low | (u64)high << 32) &
			    (XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512);
	xsetbv(0, cpu_features.xcr0);
	cpuid(0xd, 0, &unused, &size, &unused, &unused);
	cpu_features.xsave_size = size;
}

static void setup_syscall(void)
{
	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE | EFER_NXE);
	write_msr(MSR_STAR, (u64)SEL_USER_CS32 << 48 | (u64)SEL_KERNEL_CS << 32);
	write_msr(MSR_LSTAR, (u64)entry_syscall);
	write_msr(MSR_CSTAR, (u64)entry_syscall32);
	write_msr(MSR_SFMASK, FLAGS_IF | FLAGS_TF | FLAGS_DF | FLAGS_AC | FLAGS_NT | FLAGS_RF |
		  FLAGS_IOPL);
	if (cpu_features.rdtscp)
		write_msr(MSR_TSC_AUX, 0);
}

void cpu_init(void)
{
	struct cpu *cpu = &boot_cpu;

	cpu->self = cpu;
	cpu->stack_top = (u64)boot_stack + sizeof(boot_stack);
	cpu->cr3 = read_cr3();
	setup_descriptors(cpu);
	trap_init();
	setup_control();
	setup_syscall();
	write_msr(MSR_GS_BASE, (u64)cpu);
	write_msr(MSR_KERNEL_GS_BASE, 0);
}
