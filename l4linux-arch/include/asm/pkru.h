/* SPDX-License-Identifier: GPL-2.0 */
/* Protection keys are off: there is no register to save. */
#ifndef _ASM_L4_PKRU_H
#define _ASM_L4_PKRU_H

#include <linux/types.h>

#define init_pkru_value		0
#define pkru_get_init_value()	0

static inline u32 read_pkru(void)
{
	return 0;
}

static inline void write_pkru(u32 pkru) { }
static inline void pkru_write_default(void) { }

#endif
