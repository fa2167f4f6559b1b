/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything when the whole kernel is compiled for the host
 * (machine.h): the layout and the instructions of its own headers, but what
 * addresses memory or runs in ring 0 only is taken from the fake machine.
 */
#ifndef MACHINE_X86_H
#define MACHINE_X86_H

#define phys_to_virt		kernel_phys_to_virt
#define virt_to_phys		kernel_virt_to_phys
#include "x86/cpu/layout.h"
#undef phys_to_virt
#undef virt_to_phys

#define outb			kernel_outb
#define inb			kernel_inb
#define read_msr		kernel_read_msr
#define write_msr		kernel_write_msr
#define take_dr6		kernel_take_dr6
#define write_debug		kernel_write_debug
#define read_cr0		kernel_read_cr0
#define write_cr0		kernel_write_cr0
#define read_cr4		kernel_read_cr4
#define write_cr4		kernel_write_cr4
#define read_cr2		kernel_read_cr2
#define write_cr3		kernel_write_cr3
#define clear_ts		kernel_clear_ts
#define invlpg			kernel_invlpg
#define read_tsc		kernel_read_tsc
#define xsave			kernel_xsave
#define xrstor			kernel_xrstor
#define read_fs_base		kernel_read_fs_base
#define write_fs_base		kernel_write_fs_base
#define read_user_gs_base	kernel_read_user_gs_base
#define write_user_gs_base	kernel_write_user_gs_base
#define exchange_user_gs_base	kernel_exchange_user_gs_base
#define read_data_selectors_any	kernel_read_data_selectors_any
#define read_data_selectors	kernel_read_data_selectors
#define write_data_selectors	kernel_write_data_selectors
#define cpu_relax		kernel_cpu_relax
#define wait_for_interrupt	kernel_wait_for_interrupt
#define let_interrupts_in	kernel_let_interrupts_in
#define copy_words		kernel_copy_words
#define copy_bytes		kernel_copy_bytes
#include "x86/cpu/x86.h"
#undef outb
#undef inb
#undef read_msr
#undef write_msr
#undef take_dr6
#undef write_debug
#undef read_cr0
#undef write_cr0
#undef read_cr4
#undef write_cr4
#undef read_cr2
#undef write_cr3
#undef clear_ts
#undef invlpg
#undef read_tsc
#undef xsave
#undef xrstor
#undef read_fs_base
#undef write_fs_base
#undef read_user_gs_base
#undef write_user_gs_base
#undef exchange_user_gs_base
#undef read_data_selectors_any
#undef read_data_selectors
#undef write_data_selectors
#undef cpu_relax
#undef wait_for_interrupt
#undef let_interrupts_in
#undef copy_words
#undef copy_bytes

/* A host's compiler may use other registers than the general ones: no such promises. */
#undef __keeps_registers
#define __keeps_registers

#define MACHINE_TLB	8

struct machine {
	u64 tsc;
	u64 tsc_step;		/* how long reading it takes */
	bool host_time;
	u64 alarm;		/* 0: not set */
	u64 alarms;		/* how often it went off */
	u64 cr0, cr2, cr3, cr4;
	u64 fs_base, user_gs_base, selectors;
	u64 efer, debug_address[4], debug_control;
	u64 pit;		/* its count, latched; two reads */
	struct machine_tlb_entry {
		u64 va, leaf;	/* leaf 0: none */
	} tlb[MACHINE_TLB];	/* a test fills it */
};

/* Of the CPU that the host's thread is. */
extern _Thread_local struct machine machine;
extern u8 *host_ram;

void machine_relax(void);
void machine_sleep(void);
void machine_window(void);

static inline void *phys_to_virt(phys_t phys)
{
	return host_ram + phys;
}

static inline phys_t virt_to_phys(const void *virt)
{
	return (const u8 *)virt - host_ram;
}

/* Several CPUs have the host's time: it is the same for all. */
static inline u64 read_tsc(void)
{
	return machine.host_time ? __builtin_ia32_rdtsc() : (machine.tsc += machine.tsc_step);
}

/* Only the PIT's latch and count matter: 1193182 Hz beside a TSC of 1 GHz. */
static inline void outb(u16 port, u8 value)
{
	(void)port;
	(void)value;
	machine.pit = ~(machine.tsc * 1193182 / 1000000000) & 0xffff;
}

static inline u8 inb(u16 port)
{
	u8 low = machine.pit;

	(void)port;
	machine.pit >>= 8;
	return low;
}

static inline u64 read_msr(u32 msr)
{
	return msr == MSR_EFER ? machine.efer : 0;
}

static inline void write_msr(u32 msr, u64 value)
{
	if (msr == MSR_TSC_DEADLINE)
		machine.alarm = value;
	else if (msr == MSR_EFER)
		machine.efer = value;
}

static inline u64 take_dr6(void)
{
	return DR6_NONE;
}

static inline void write_debug(const u64 *address, u64 control)
{
	for (int i = 0; i < 4; i++)
		machine.debug_address[i] = address[i];
	machine.debug_control = control;
}

static inline u64 read_cr4(void)
{
	return machine.cr4;
}

static inline void write_cr4(u64 value)
{
	machine.cr4 = value;
}

static inline u64 read_cr0(void)
{
	return machine.cr0;
}

static inline void write_cr0(u64 value)
{
	machine.cr0 = value;
}

static inline u64 read_cr2(void)
{
	return machine.cr2;
}

static inline void write_cr3(u64 value)
{
	machine.cr3 = value;
	for (unsigned int i = 0; i < MACHINE_TLB; i++)
		machine.tlb[i].leaf = 0;
}

static inline void clear_ts(void)
{
	machine.cr0 &= ~CR0_TS;
}

static inline void invlpg(u64 addr)
{
	for (unsigned int i = 0; i < MACHINE_TLB; i++)
		if (machine.tlb[i].va == addr)
			machine.tlb[i].leaf = 0;
}

static inline void xsave(void *area)
{
	*(u64 *)area = 1;
}

static inline void xrstor(const void *area)
{
	(void)*(const volatile u64 *)area;
}

static inline u64 read_fs_base(void)
{
	return machine.fs_base;
}

static inline void write_fs_base(u64 value)
{
	machine.fs_base = value;
}

static inline u64 read_user_gs_base(void)
{
	return machine.user_gs_base;
}

static inline void write_user_gs_base(u64 value)
{
	machine.user_gs_base = value;
}

static inline u64 exchange_user_gs_base(u64 next)
{
	u64 old = machine.user_gs_base;

	machine.user_gs_base = next;
	return old;
}

static inline u64 read_data_selectors(void)
{
	return machine.selectors;
}

static inline u32 read_data_selectors_any(void)
{
	return !!machine.selectors;
}

/* Loading FS or GS clears its base. */
static inline void write_data_selectors(u64 packed)
{
	machine.fs_base = machine.user_gs_base = 0;
	machine.selectors = packed;
}

static inline void copy_words(u64 *to, const u64 *from, u64 count)
{
	while (count--)
		*to++ = *from++;
}

static inline void copy_bytes(void *to, const void *from, u64 size)
{
	for (u64 i = 0; i < size; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
}

static inline void cpu_relax(void)
{
	machine_relax();
}

static inline void wait_for_interrupt(void)
{
	machine_sleep();
}

static inline void let_interrupts_in(void)
{
	machine_window();
}

#endif
