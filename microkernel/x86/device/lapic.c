/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The local APIC, in either form (Intel's manual, volume 3, chapter on the APIC): registers in
 * memory, or, as an x2APIC, MSRs of the same order. All CPUs have the same form: the one in which firmware
 * has left the first one's, as not every machine can go back from the second, nor deliver its devices' interrupts in it.
 */
#include "x86/device/lapic.h"

#include "x86/cpu/x86.h"

#define REG_ID			0x20
#define REG_TASK_PRIORITY	0x80
#define REG_EOI			0xb0
#define REG_SPURIOUS		0xf0
#define REG_COMMAND		0x300
#define REG_COMMAND_TO		0x310
#define REG_LVT_TIMER		0x320
#define REG_LVT_PERFORMANCE	0x340
#define REG_LVT_LINT0		0x350
#define REG_LVT_LINT1		0x360
#define REG_TIMER_INITIAL	0x380
#define REG_TIMER_CURRENT	0x390
#define REG_TIMER_DIVIDE	0x3e0

#define COMMAND_FIXED		0x4000U		/* `assert' */
#define COMMAND_NMI		0x4400U
#define COMMAND_INIT		0x4500U
#define COMMAND_STARTUP		0x4600U
#define COMMAND_PENDING		(1U << 12)
#define LVT_MASKED		(1U << 16)
#define LVT_TSC_DEADLINE	(2U << 17)
#define SPURIOUS_ENABLE		(1U << 8)
#define DIVIDE_BY_1		0xb
#define MSI_ADDRESS		0xfee00000UL
#define APIC_BASE_ENABLE	(1UL << 11)
#define APIC_BASE_X2		(1UL << 10)

static volatile u32 *registers;	/* NULL: MSRs */

static u32 msr_of(u32 reg)
{
	return MSR_X2APIC + reg / 16;
}

static void write_register(u32 reg, u32 value)
{
	if (registers)
		registers[reg / 4] = value;
	else
		write_msr(msr_of(reg), value);
}

static u32 read_register(u32 reg)
{
	return registers ? registers[reg / 4] : read_msr(msr_of(reg));
}

bool lapic_is_x2(void)
{
	return read_msr(MSR_APIC_BASE) & APIC_BASE_X2;
}

void lapic_init(volatile u32 *in_memory)
{
	registers = in_memory;
	lapic_init_cpu();
}

/* To the first CPU's form. Back from an x2APIC it goes by way of none. */
static void switch_on(void)
{
	u64 base = read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	if (registers && (base & APIC_BASE_X2)) {
		base &= ~APIC_BASE_X2;
		write_msr(MSR_APIC_BASE, base & ~APIC_BASE_ENABLE);
	}
	write_msr(MSR_APIC_BASE, base);
	if (!registers)
		write_msr(MSR_APIC_BASE, base | APIC_BASE_X2);
}

void lapic_init_cpu(void)
{
	switch_on();
	write_register(REG_TASK_PRIORITY, 0);
	write_register(REG_LVT_PERFORMANCE, LVT_MASKED);
	write_register(REG_LVT_LINT0, LVT_MASKED);
	write_register(REG_LVT_LINT1, LVT_MASKED);
	write_register(REG_TIMER_DIVIDE, DIVIDE_BY_1);
	write_register(REG_LVT_TIMER, VECTOR_TIMER);
	write_register(REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
}

void lapic_eoi(void)
{
	write_register(REG_EOI, 0);
}

void lapic_wait_for_request(void)
{
	/* Not by the register in memory: that could be written too late. */
	write_cr8((VECTOR_REQUEST >> 4) - 1);
	wait_for_interrupt();
	write_cr8(0);
}

u32 lapic_id(void)
{
	u32 id = read_register(REG_ID);

	return registers ? id >> 24 : id;
}

static void command(u32 to, u32 what)
{
	if (!registers) {
		/* What was written before is to be seen by who is interrupted: this write waits for nothing. */
		msr_fence();
		write_msr(msr_of(REG_COMMAND), (u64)to << 32 | what);
		return;
	}
	while (registers[REG_COMMAND / 4] & COMMAND_PENDING)
		cpu_relax();
	write_register(REG_COMMAND_TO, to << 24);
	write_register(REG_COMMAND, what);
}

void lapic_interrupt(u32 to, u8 vector)
{
	command(to, COMMAND_FIXED | vector);
}

void lapic_send_nmi(u32 to)
{
	command(to, COMMAND_NMI);
}

void lapic_send_init(u32 to)
{
	command(to, COMMAND_INIT);
}

void lapic_send_startup(u32 to, phys_t page)
{
	command(to, COMMAND_STARTUP | page >> PAGE_SHIFT);
}

u64 lapic_msi_address(u32 to)
{
	return MSI_ADDRESS | to << 12;
}

void lapic_timer_start(u32 ticks)
{
	write_register(REG_TIMER_INITIAL, ticks);
}

/* Clears the count. Only behind the fence does the deadline's MSR take what is written to it. */
void lapic_timer_by_deadline(void)
{
	write_register(REG_LVT_TIMER, VECTOR_TIMER | LVT_TSC_DEADLINE);
	msr_fence();
}

u32 lapic_timer_count(void)
{
	return read_register(REG_TIMER_CURRENT);
}
