/* SPDX-License-Identifier: GPL-2.0 */
/* Linux's guard pages around single objects, to catch bad accesses to them: mm/kfence.c. */
#ifndef _ASM_L4_KFENCE_H
#define _ASM_L4_KFENCE_H

#include <linux/types.h>

bool arch_kfence_init_pool(void);
bool kfence_protect_page(unsigned long address, bool protect);

#endif
