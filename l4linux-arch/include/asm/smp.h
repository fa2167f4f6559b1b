/* SPDX-License-Identifier: GPL-2.0 */
/* Several CPUs: each is a vCPU of the instance with the same number. */
#ifndef _ASM_L4_SMP_H
#define _ASM_L4_SMP_H

#ifdef CONFIG_SMP

#include <linux/cpumask.h>
#include <linux/linkage.h>
#include <asm/current.h>
#include <asm/percpu.h>

struct seq_file;

#define raw_smp_processor_id()	this_cpu_read(pcpu_hot.cpu_number)
#define __smp_processor_id()	__this_cpu_read(pcpu_hot.cpu_number)

/* ipi.c: asking another CPU. ipi_init makes it possible, for all there may be. */
void arch_smp_send_reschedule(int cpu);
void arch_send_call_function_single_ipi(int cpu);
void arch_send_call_function_ipi_mask(const struct cpumask *mask);
void ipi_init(void);
void ipi_handle(void);
void ipi_forget(void);
void ipi_show(struct seq_file *file, int precision);
unsigned long ipi_count(unsigned int cpu);	/* of those that it shows */

/* setup_arch's: which CPUs there may be, and the memory for their data (percpu.c). */
void smp_find_cpus(void);
void percpu_reserve(void);

/* With HOTPLUG_CPU; a CPU that has ended is not to be killed, too. */
int __cpu_disable(void);

static inline void __cpu_die(unsigned int cpu)
{
}

/* The first code of a CPU other than the first: head.S, smp.c. rdi: its number. */
asmlinkage void l4_head_secondary(void);
asmlinkage void smp_start_secondary(void);

#endif
#endif
