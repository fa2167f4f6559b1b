/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt numbers: 0..15 are the PC's, as drivers such as 8250 expect, up to 60 other pins; those
 * behind are given to messages as devices ask for them.
 */
#ifndef _ASM_L4_IRQ_H
#define _ASM_L4_IRQ_H

#include <linux/types.h>

#define NR_IRQS_LEGACY	16
#define NR_IRQS		320

struct cpumask;
struct pt_regs;
struct seq_file;

/* The event upcall for pending interrupts. */
void handle_pending_irqs(struct pt_regs *regs);

/* The interrupt of the message with that number, which the parent has granted; 0: there is no memory. */
unsigned int irq_of_message(unsigned int number);
unsigned int message_of_irq(unsigned int irq);

/* A line of /proc/interrupts. */
void irq_show_line(struct seq_file *file, int precision, const char *name,
		   const unsigned long __percpu *count, const char *text);

/* What the first number of /proc/stat's line counts beside those with a number. */
u64 arch_irq_stat_cpu(unsigned int cpu);
#define arch_irq_stat_cpu arch_irq_stat_cpu

/* ipi.c: what other CPUs are doing, for SysRq and whoever finds one that hangs. */
#ifdef CONFIG_SMP
void arch_trigger_cpumask_backtrace(const struct cpumask *cpus, int exclude);
#define arch_trigger_cpumask_backtrace arch_trigger_cpumask_backtrace
#endif

static inline int irq_canonicalize(int irq)
{
	return irq == 2 ? 9 : irq;
}

#endif
