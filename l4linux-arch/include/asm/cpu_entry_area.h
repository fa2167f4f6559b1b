/* SPDX-License-Identifier: GPL-2.0 */
/*
 * There are no stacks but the threads' own: what x86's stack dump would call
 * entry and exception stacks is empty.
 */
#ifndef _ASM_L4_CPU_ENTRY_AREA_H
#define _ASM_L4_CPU_ENTRY_AREA_H

#define N_EXCEPTION_STACKS	1

struct entry_stack {
	char none;
};

#define cpu_entry_stack(cpu)	((struct entry_stack *)NULL)

#endif
