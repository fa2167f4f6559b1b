/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For assembler that touches ring 3's memory: a page fault on an instruction
 * between two places goes on at a third. useraccess.c looks it up.
 */
#ifndef X86_FIXUP_H
#define X86_FIXUP_H

.macro fixup begin end otherwise
	.pushsection .fixups, "a"
	.quad	\begin, \end, \otherwise
	.popsection
.endm

#endif
