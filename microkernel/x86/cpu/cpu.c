/* SPDX-License-Identifier: GPL-2.0 */
/* Setting a CPU up: descriptors and control registers. */
#include "x86/cpu/cpu.h"

#include "x86/cpu/x86.h"

#define GDT_KERNEL_CODE		0x00af9b000000ffffUL
#define GDT_KERNEL_DATA		0x00cf93000000ffffUL
#define GDT_USER_CODE		0x00affb000000ffffUL
#define GDT_USER_CODE32		0x00cffb000000ffffUL
#define GDT_USER_DATA		0x00cff3000000ffffUL
#define GDT_TSS			0x0000890000000000UL

/* By a leaf's bits 4 and 3: write-back, write-combining, uncached unless an MTRR says write-combining, uncached. */
#define PAT			0x0007010600070106UL

#define XCR0_X87		(1UL << 0)
#define XCR0_SSE		(1UL << 1)
#define XCR0_AVX		(1UL << 2)
#define XCR0_AVX512		(7UL << 5)

static struct cpu boot_cpu;
struct cpu *cpus[CPUS_MAX] = { &boot_cpu };
unsigned int cpu_count = 1;
bool cpus_many;
struct cpu_features cpu_features;

u8 cpu_boot_stacks[CPU_STACKS + 1][STACK_SPAN] __attribute__((aligned(STACK_GUARD)));

static u64 stack_top(const struct cpu *cpu, unsigned int number)
{
	return cpu->stacks + (number + 1) * STACK_SPAN;
}

void cpu_give_stacks(struct cpu *cpu, u8 (*stacks)[STACK_SPAN])
{
	cpu->stacks = (u64)stacks;
	cpu->stack_top = stack_top(cpu, STACK_KERNEL);
}

/* How far an address is above its stack's guard, or more than that stack has. */
static u64 offset_in_stack(u64 address)
{
	u64 offset = address - (u64)cpu_boot_stacks, size = sizeof(cpu_boot_stacks);

	if (address - CPU_AREAS < CPUS_MAX * CPU_AREA_SPAN) {
		offset = (address - CPU_AREAS) % CPU_AREA_SPAN;
		size = CPU_STACKS * STACK_SPAN;
	}
	return offset < size ? offset % STACK_SPAN : STACK_SPAN;
}

bool cpu_is_guard(u64 address)
{
	return offset_in_stack(address) < STACK_GUARD;
}

bool cpu_is_stack(u64 address)
{
	u64 offset = offset_in_stack(address);

	return offset >= STACK_GUARD && offset < STACK_SPAN &&
	       (address < CPU_AREAS || (address - CPU_AREAS) / CPU_AREA_SPAN < cpu_count);
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
	for (unsigned int i = STACK_NMI; i <= STACK_MACHINE_CHECK; i++)
		cpu->tss.ist[i - 1] = stack_top(cpu, i);
	load_gdt(&gdt);
	load_cs_ss(SEL_KERNEL_CS, SEL_KERNEL_SS);
	load_tr(SEL_TSS);
	clear_ldt();
}

static void setup_control(void)
{
	u32 low, high, size, unused;

	/* The FPU is nobody's yet: see fpu.c. */
	write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_TS | CR0_NE | CR0_WP | CR0_AM);
	write_cr4(CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_FSGSBASE | CR4_OSXSAVE |
		  CR4_SMEP | CR4_SMAP | (cpu_features.umip ? CR4_UMIP : 0));
	write_msr(MSR_EFER, (read_msr(MSR_EFER) & (EFER_LME | EFER_LMA)) | EFER_NXE);
	cpuid(0xd, 0, &low, &unused, &unused, &high);
	/* There are CPUs, emulated ones, that have place for registers that they have not. */
	cpu_features.xcr0 = (low | (u64)high << 32) &
			    (XCR0_X87 | XCR0_SSE | (cpu_features.avx ? XCR0_AVX : 0) |
			     (cpu_features.avx512 ? XCR0_AVX512 : 0));
	xsetbv(0, cpu_features.xcr0);
	cpuid(0xd, 0, &unused, &size, &unused, &unused);
	cpu_features.xsave_size = size;
}

/* Whatever firmware has left in what would matter. */
static void setup_msrs(struct cpu *cpu)
{
	write_back_caches();
	write_msr(MSR_PAT, PAT);
	/* No page that was used up to now has another type than before, but the screen's; and who knows what the TLB knows. */
	write_cr3(read_cr3());
	write_msr(MSR_SYSENTER_CS, 0);	/* SYSENTER faults */
	write_msr(MSR_DEBUGCTL, 0);
	write_msr(MSR_GS_BASE, (u64)cpu);
	write_msr(MSR_KERNEL_GS_BASE, 0);
	if (cpu_features.rdtscp)
		write_msr(MSR_TSC_AUX, cpu->number);
}

struct cpu *cpu_by_stack(void)
{
	u64 stack = (u64)__builtin_frame_address(0), number = 0;

	if (stack - CPU_AREAS < CPUS_MAX * CPU_AREA_SPAN)
		number = (stack - CPU_AREAS) / CPU_AREA_SPAN;
	return cpus[number];
}

void cpu_take_gs(void)
{
	write_msr(MSR_GS_BASE, (u64)cpu_by_stack());
}

void cpu_init(struct cpu *cpu)
{
	cpu->self = cpu;
	cpu->cr3 = read_cr3();
	setup_descriptors(cpu);
	setup_control();
	setup_msrs(cpu);
}

void cpu_init_boot(void)
{
	cpu_give_stacks(&boot_cpu, cpu_boot_stacks);
	cpu_init(&boot_cpu);
}
