/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptor tables are the microkernel's: only the types, for borrowed sources. */
#ifndef _ASM_L4_DESC_H
#define _ASM_L4_DESC_H

#include <asm/desc_defs.h>
#include <asm/ldt.h>

#endif
