/* SPDX-License-Identifier: GPL-2.0 */
/* x86's, with what it and its users expect to be there: kernel/text_patch.c does it. */
#ifndef _ASM_L4_TEXT_PATCHING_H
#define _ASM_L4_TEXT_PATCHING_H

#include <linux/bug.h>
#include <linux/cache.h>
#include <asm/nospec-branch.h>
#include <arch/x86/include/asm/text-patching.h>

/* Beside x86's CALL_INSN_OPCODE and its kin. */
#define OPCODE_TWO_BYTE	0x0f
#define OPCODE_JCC	0x80	/* after that byte; also the 15 behind it */

/* kernel/text_patch_live.c: with several CPUs. */
bool text_patch_breakpoint(struct pt_regs *regs);
bool text_patch_late_breakpoint(struct pt_regs *regs);
void text_patch_unasked_begin(void);
void text_patch_unasked_end(void);

#endif
