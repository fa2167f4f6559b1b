/* SPDX-License-Identifier: GPL-2.0 */
/* How functions written in assembler are aligned and how they return. */
#ifndef _ASM_L4_LINKAGE_H
#define _ASM_L4_LINKAGE_H

#include <linux/stringify.h>

#undef notrace
#define notrace __attribute__((no_instrument_function))

#define __ALIGN		.balign CONFIG_FUNCTION_ALIGNMENT, 0x90;
#define __ALIGN_STR	__stringify(__ALIGN)
#define ASM_FUNC_ALIGN	__ALIGN_STR
#define SYM_F_ALIGN	__ALIGN

/* memcpy and its kin: nobody replaces them, so the alias is no weak one. */
#define SYM_FUNC_ALIAS_MEMFUNC	SYM_FUNC_ALIAS

#ifdef __ASSEMBLY__
#define RET		ret
#else
#define ASM_RET		"ret\n\t"
#endif

#endif
