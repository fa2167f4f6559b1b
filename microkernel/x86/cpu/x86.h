/* SPDX-License-Identifier: GPL-2.0 */
/* The machine's instructions that C has no words for: all inline assembler of the kernel. */
#ifndef X86_X86_H
#define X86_X86_H

#include "lib/types.h"

#define MSR_APIC_BASE		0x1b
#define MSR_SYSENTER_CS		0x174
#define MSR_DEBUGCTL		0x1d9
#define MSR_PAT			0x277
#define MSR_X2APIC		0x800
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103
#define MSR_TSC_DEADLINE	0x6e0

#define EFER_SCE		(1UL << 0)
#define EFER_LME		(1UL << 8)
#define EFER_LMA		(1UL << 10)
#define EFER_NXE		(1UL << 11)

#define CR0_MP			(1UL << 1)
#define CR0_EM			(1UL << 2)
#define CR0_TS			(1UL << 3)
#define CR0_NE			(1UL << 5)
#define CR0_WP			(1UL << 16)
#define CR0_AM			(1UL << 18)

#define CR4_TSD			(1UL << 2)
#define CR4_PAE			(1UL << 5)
#define CR4_MCE			(1UL << 6)
#define CR4_PGE			(1UL << 7)
#define CR4_OSFXSR		(1UL << 9)
#define CR4_OSXMMEXCPT		(1UL << 10)
#define CR4_UMIP		(1UL << 11)
#define CR4_FSGSBASE		(1UL << 16)
#define CR4_OSXSAVE		(1UL << 18)
#define CR4_SMEP		(1UL << 20)
#define CR4_SMAP		(1UL << 21)

#define FLAGS_FIXED		(1UL << 1)
#define FLAGS_TF		(1UL << 8)
#define FLAGS_IF		(1UL << 9)
#define FLAGS_DF		(1UL << 10)
#define FLAGS_IOPL		(3UL << 12)
#define FLAGS_NT		(1UL << 14)
#define FLAGS_RF		(1UL << 16)
#define FLAGS_AC		(1UL << 18)
/* What ring 3 may set by itself: CF PF AF ZF SF TF DF OF NT RF AC ID. */
#define FLAGS_USER		0x254dd5UL

#define TRAP_DEBUG		1
#define TRAP_NMI		2
#define TRAP_INVALID_OPCODE	6
#define TRAP_NO_FPU		7
#define TRAP_DOUBLE_FAULT	8
#define TRAP_GENERAL_PROTECTION	13
#define TRAP_PAGE_FAULT		14
#define TRAP_MACHINE_CHECK	18

#define DR6_NONE		0xffff0ff0UL
#define DR7_ENABLED		0xffUL
#define DR7_SET			0xffff07ffUL	/* enabled, exact, types and lengths; bit 10 is always 1 */

#define PF_WRITE		2UL
#define PF_USER			4UL
#define PF_FETCH		16UL

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	asm volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(sub));
}

static inline u64 read_msr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (u64)high << 32;
}

static inline void write_msr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

static inline u64 read_cr0(void)
{
	u64 value;

	asm volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

/* The task priority: interrupts of this class and those below wait. */
static inline void write_cr8(u64 value)
{
	asm volatile("mov %0, %%cr8" : : "r"(value) : "memory");
}

static inline void write_cr0(u64 value)
{
	asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline u64 read_cr2(void)
{
	u64 value;

	asm volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

/* Why the debug exception came. It adds up until it is read. */
static inline u64 take_dr6(void)
{
	u64 value;

	asm volatile("mov %%dr6, %0; mov %1, %%dr6" : "=&r"(value) : "r"(DR6_NONE));
	return value;
}

static inline void write_debug(const u64 *address, u64 control)
{
	asm volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3; mov %4, %%dr7"
		     : : "r"(address[0]), "r"(address[1]), "r"(address[2]), "r"(address[3]),
		       "r"(control));
}

static inline u64 read_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline void write_cr3(u64 value)
{
	asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline u64 read_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void clear_ts(void)
{
	asm volatile("clts" : : : "memory");
}

static inline void invlpg(u64 addr)
{
	asm volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

static inline u64 read_tsc(void)
{
	u64 low, high;		/* the upper halves of both registers are cleared */

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | high << 32;
}

static inline void memory_fence(void)
{
	asm volatile("mfence" : : : "memory");
}

/* Before a write to one of the MSRs that wait for nothing: the local APIC's, the deadline's. */
static inline void msr_fence(void)
{
	asm volatile("mfence; lfence" : : : "memory");
}

static inline void write_back_caches(void)
{
	asm volatile("wbinvd" : : : "memory");
}

static inline void xsetbv(u32 index, u64 value)
{
	asm volatile("xsetbv" : : "c"(index), "a"((u32)value), "d"((u32)(value >> 32)));
}

static inline void xsave(void *area)
{
	asm volatile("xsave64 (%0)" : : "r"(area), "a"(~0U), "d"(~0U) : "memory");
}

static inline void xrstor(const void *area)
{
	asm volatile("xrstor64 (%0)" : : "r"(area), "a"(~0U), "d"(~0U) : "memory");
}

static inline u64 read_fs_base(void)
{
	u64 value;

	asm volatile("rdfsbase %0" : "=r"(value));
	return value;
}

static inline void write_fs_base(u64 value)
{
	asm volatile("wrfsbase %0" : : "r"(value));
}

/* Ring 3's GS base, while the kernel's is in use: it waits behind SWAPGS. */
static inline u64 read_user_gs_base(void)
{
	u64 value;

	asm volatile("swapgs; rdgsbase %0; swapgs" : "=r"(value));
	return value;
}

static inline void write_user_gs_base(u64 value)
{
	asm volatile("swapgs; wrgsbase %0; swapgs" : : "r"(value));
}

static inline u64 exchange_user_gs_base(u64 next)
{
	u64 value;

	asm volatile("swapgs; rdgsbase %0; wrgsbase %1; swapgs" : "=&r"(value) : "r"(next));
	return value;
}

/* Not 0 if any data segment register holds a selector. */
static inline bool read_data_selectors_any(void)
{
	u32 all, one;
	bool any;

	asm volatile("mov %%ds, %1; mov %%es, %2; or %2, %1; mov %%fs, %2; or %2, %1; "
		     "mov %%gs, %2; or %2, %1" : "=@ccnz"(any), "=&r"(all), "=&r"(one));
	return any;
}

/* DS, ES, FS and GS selectors packed into one word. */
static inline u64 read_data_selectors(void)
{
	u16 ds, es, fs, gs;

	asm volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
		     : "=rm"(ds), "=rm"(es), "=rm"(fs), "=rm"(gs));
	return ds | (u64)es << 16 | (u64)fs << 32 | (u64)gs << 48;
}

/* Loading FS or GS clears its base: set the bases afterwards. */
static inline void write_data_selectors(u64 packed)
{
	asm volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%fs; swapgs; mov %3, %%gs; swapgs"
		     : : "r"((u32)(u16)packed), "r"((u32)(u16)(packed >> 16)),
		       "r"((u32)(u16)(packed >> 32)), "r"((u32)(u16)(packed >> 48)));
}

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

static inline void load_gdt(const struct table_pointer *pointer)
{
	asm volatile("lgdt %0" : : "m"(*pointer));
}

static inline void load_idt(const struct table_pointer *pointer)
{
	asm volatile("lidt %0" : : "m"(*pointer));
}

static inline void load_tr(u16 selector)
{
	asm volatile("ltr %0" : : "r"(selector));
}

/* No local descriptors: after reset LDTR would allow 64 KiB of them at address 0. */
static inline void clear_ldt(void)
{
	asm volatile("lldt %0" : : "r"((u16)0));
}

static inline void load_cs_ss(u64 cs, u64 ss)
{
	asm volatile("mov %1, %%ss; push %0; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:"
		     : : "r"(cs), "r"((u32)ss) : "rax", "memory");
}

/* Lets interrupts in until one was handled; returns with them off. */
static inline void wait_for_interrupt(void)
{
	asm volatile("sti; hlt; cli" : : : "memory");
}

/* Lets in those that wait: STI takes effect behind the next instruction. */
static inline void let_interrupts_in(void)
{
	asm volatile("sti; nop; cli" : : : "memory");
}

static inline __noreturn void halt_forever(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

static inline u64 read_frame_pointer(void)
{
	u64 value;

	asm volatile("mov %%rbp, %0" : "=r"(value));
	return value;
}

static inline void copy_words(u64 *to, const u64 *from, u64 count)
{
	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static inline void copy_bytes(void *to, const void *from, u64 size)
{
	u64 words = size / 8;

	asm volatile("rep movsq; mov %3, %2; rep movsb" : "+D"(to), "+S"(from), "+c"(words)
		     : "r"(size % 8) : "memory");
}

static inline void cpu_relax(void)
{
	asm volatile("pause");
}

#endif
