/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that have no C: those of user mode, and empty stand-ins for the
 * control registers that borrowed sources set up and the microkernel owns.
 */
#ifndef _ASM_L4_SPECIAL_INSNS_H
#define _ASM_L4_SPECIAL_INSNS_H

#ifndef __ASSEMBLY__

#include <linux/types.h>
#include <asm/processor-flags.h>

static inline unsigned long read_cr0(void)
{
	return X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM |
	       X86_CR0_PG;
}

static inline void write_cr0(unsigned long value) { }
static inline void cr4_set_bits(unsigned long mask) { }
static inline void cr4_clear_bits(unsigned long mask) { }

static inline void tile_release(void) { }

static inline void clflush(volatile void *address)
{
	asm volatile("clflush %0" : "+m" (*(volatile char *)address));
}

/* io.h's iosubmit_cmds512: only for devices that nobody here has. */
void movdir64b_io(void __iomem *destination, const void *source);

#endif
#endif
