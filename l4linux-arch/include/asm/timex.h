/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_L4_TIMEX_H
#define _ASM_L4_TIMEX_H

#include <asm/tsc.h>

static inline unsigned long random_get_entropy(void)
{
	return rdtsc();
}
#define random_get_entropy random_get_entropy

#define CLOCK_TICK_RATE	1193182		/* of the PC's timer chip, for old drivers */

#endif
