// SPDX-License-Identifier: GPL-2.0
/* Short delays: spinning until the TSC, which runs at a constant rate, is there. */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/math64.h>

#include <asm/io.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/tsc.h>

#include <l4/instance.h>

/* Right for who is moved to another CPU meanwhile, as all CPUs' TSCs are taken to be in step. */
void __delay(unsigned long cycles)
{
	u64 start = rdtsc_ordered();

	while (rdtsc_ordered() - start < cycles)
		cpu_relax();
}
EXPORT_SYMBOL(__delay);

/* xloops: seconds times 2^32 */
void __const_udelay(unsigned long xloops)
{
	__delay(mul_u64_u64_shr(xloops, l4_instance->tsc_khz * 1000, 32) + 1);
}
EXPORT_SYMBOL(__const_udelay);

void __udelay(unsigned long usecs)
{
	__const_udelay(usecs * 0x10c7);	/* 2^32 / 10^6, rounded up */
}
EXPORT_SYMBOL(__udelay);

void __ndelay(unsigned long nsecs)
{
	__const_udelay(nsecs * 5);	/* 2^32 / 10^9, rounded up */
}
EXPORT_SYMBOL(__ndelay);

/* After outb_p and its kin: as long as the write to a slow port that it was. */
void native_io_delay(void)
{
	udelay(2);
}
EXPORT_SYMBOL(native_io_delay);
