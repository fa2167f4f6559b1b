/* SPDX-License-Identifier: GPL-2.0 */
/* For assembler only: the registers that a C function must give back as they were, on the stack. */
#ifndef L4_ASM_H
#define L4_ASM_H

	.macro save_kept
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	.endm

	.macro restore_kept
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	.endm

#endif
