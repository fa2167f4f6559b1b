/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts on and off: the virtual interrupt flag, a byte in the vCPU area of
 * this CPU. Off is one store: a thread may go to another CPU before it, not in
 * it. On is a store and then a look at what came meanwhile: in this order,
 * because whatever comes after the store is delivered at once by the microkernel,
 * and what came before it has set irq_pending.
 *
 * "flags" are that byte, 0 or 1; frames carry it as EFLAGS.IF.
 */
#ifndef _ASM_L4_IRQFLAGS_H
#define _ASM_L4_IRQFLAGS_H

#include <asm/processor-flags.h>

#ifndef __ASSEMBLY__

#include <linux/compiler.h>
#include <asm/vcpu.h>

static __always_inline unsigned long arch_local_save_flags(void)
{
	return this_cpu_read(vcpu_utcb.vcpu.irq_on);
}

static __always_inline void arch_local_irq_disable(void)
{
	this_cpu_write(vcpu_utcb.vcpu.irq_on, 0);
	barrier();
}

/* Compared where it is: the compiler takes what is volatile into a register first. */
static __always_inline bool arch_irq_pending(void)
{
	bool pending;

	asm volatile("cmpb $0, " __percpu_arg(1)
		     : "=@ccne" (pending) : "m" (__my_cpu_var(vcpu_utcb.vcpu.irq_pending)));
	return pending;
}

static __always_inline void arch_local_irq_enable(void)
{
	barrier();
	this_cpu_write(vcpu_utcb.vcpu.irq_on, 1);
	barrier();
	if (unlikely(arch_irq_pending()))
		vcpu_poll();
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}

static __always_inline int arch_irqs_disabled_flags(unsigned long flags)
{
	return !flags;
}

static __always_inline int arch_irqs_disabled(void)
{
	return arch_irqs_disabled_flags(arch_local_save_flags());
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		arch_local_irq_enable();
}

#endif
#endif
