/* SPDX-License-Identifier: GPL-2.0 */
/* The PC's real-time clock: how its drivers reach the registers. */
#ifndef _ASM_L4_MC146818RTC_H
#define _ASM_L4_MC146818RTC_H

#include <asm/io.h>

#define RTC_PORT(x)	(0x70 + (x))	/* the index, the data */
#define RTC_IRQ		8
#define RTC_ALWAYS_BCD	0		/* the chip says whether it is */

/* Under rtc_lock: nothing may come between the two accesses. */
static inline unsigned char CMOS_READ(unsigned char index)
{
	outb(index, RTC_PORT(0));
	return inb(RTC_PORT(1));
}

static inline void CMOS_WRITE(unsigned char value, unsigned char index)
{
	outb(index, RTC_PORT(0));
	outb(value, RTC_PORT(1));
}

#endif
