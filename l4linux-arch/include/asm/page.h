/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86's pages, with a map of page structures that starts where the instance's
 * memory does: that may be anywhere in the machine's.
 */
#ifndef _ASM_L4_PAGE_H
#define _ASM_L4_PAGE_H

#ifndef __ASSEMBLY__
extern unsigned long first_pfn;		/* that of the map's first structure */
#define ARCH_PFN_OFFSET first_pfn
#endif

#include <arch/x86/include/asm/page.h>

#endif
