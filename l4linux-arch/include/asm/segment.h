/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segment selectors. The descriptor table is the microkernel's; these values
 * are the ones it uses in frames, and the ones x86-64 programs see.
 */
#ifndef _ASM_L4_SEGMENT_H
#define _ASM_L4_SEGMENT_H

#include <asm/asm.h>
#include <asm/cache.h>

#define __KERNEL_CS		0x10	/* in frames only: the server runs in ring 3 */
#define __KERNEL_DS		0x18
#define __USER32_CS		0x23
#define __USER_DS		0x2b
#define __USER_CS		0x33

#define SEGMENT_RPL_MASK	3
#define SEGMENT_TI_MASK		4
#define USER_RPL		3

#define GDT_ENTRY_TLS_ENTRIES	3
#define NUM_EXCEPTION_VECTORS	32

#ifndef __ASSEMBLY__

/*
 * For the vDSO: which CPU and node user mode runs on. No register tells which
 * vCPU it is, so with several Linux is asked.
 */
static inline void vdso_read_cpunode(unsigned int *cpu, unsigned int *node)
{
#ifdef CONFIG_SMP
	long result = 309;	/* __NR_getcpu: <asm/unistd.h> is not for everybody who includes this */

	asm volatile("syscall" : "+a" (result)
		     : "D" (cpu), "S" (node), "d" (0) : "rcx", "r11", "memory");
#else
	if (cpu)
		*cpu = 0;
	if (node)
		*node = 0;
#endif
}

#define savesegment(seg, value) \
	asm volatile("mov %%" #seg ",%0" : "=r" (value) : : "memory")

/* A selector that the descriptor table refuses becomes 0. */
#define loadsegment(seg, value)						\
	do {								\
		unsigned int __value = (value);				\
									\
		asm volatile("1: mov %0, %%" #seg "\n"			\
			     _ASM_EXTABLE_TYPE_REG(1b, 1b, EX_TYPE_ZERO_REG, %0) \
			     : "+r" (__value) : : "memory");		\
	} while (0)

#endif
#endif
