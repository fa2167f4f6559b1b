// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts from CPU to CPU. What is wanted of a CPU is a word of bits; whoever
 * sets the first of them raises the CPU's irq object, which sets a bit of its
 * vcpu.pending. The CPU acknowledges first and takes the bits then: so none is
 * overlooked, and at worst it looks once for nothing.
 */
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/current.h>
#include <asm/irq.h>
#include <asm/irq_regs.h>
#include <asm/vcpu.h>

#define BACKTRACE_MS	100

enum {
	IPI_RESCHEDULE,
	IPI_CALL,
	IPI_STOP,
	IPI_BACKTRACE,
	IPI_KINDS
};

static DEFINE_PER_CPU_ALIGNED(atomic_long_t, wanted);
static DEFINE_PER_CPU(unsigned long [IPI_KINDS], counts);

void ipi_show(struct seq_file *file, int precision)
{
	irq_show_line(file, precision, "RES", &counts[IPI_RESCHEDULE], "Rescheduling interrupts");
	irq_show_line(file, precision, "CAL", &counts[IPI_CALL], "Function call interrupts");
}

unsigned long ipi_count(unsigned int cpu)
{
	return per_cpu(counts[IPI_RESCHEDULE], cpu) + per_cpu(counts[IPI_CALL], cpu);
}

static void send(unsigned int cpu, int kind)
{
	if (!atomic_long_fetch_or(BIT(kind), per_cpu_ptr(&wanted, cpu)))
		ipi_object_raise(cpu);
}

void arch_smp_send_reschedule(int cpu)
{
	send(cpu, IPI_RESCHEDULE);
}

/* Who waits for an answer, with interrupts on, may have the CPU that the answer needs. */
static void let_answer(unsigned int cpu)
{
	if (static_branch_unlikely(&spin_locks_sleep) && !irqs_disabled() && vcpu_is_preempted(cpu))
		vcpu_yield();
}

void arch_send_call_function_single_ipi(int cpu)
{
	send(cpu, IPI_CALL);
	let_answer(cpu);
}

void arch_send_call_function_ipi_mask(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask)
		send(cpu, IPI_CALL);
	for_each_cpu(cpu, mask)
		let_answer(cpu);
}

/* With interrupts off, for ever. What still wakes it is taken, or it would not sleep. */
static void __noreturn stop(void)
{
	set_cpu_online(smp_processor_id(), false);
	for (;;) {
		vcpu_take_pending();
		vcpu_wait();
	}
}

/* One that panics while another one does, with interrupts off: that one need not wait for it. */
void __noreturn panic_smp_self_stop(void)
{
	stop();
}

void smp_send_stop(void)
{
	unsigned int cpu, ms;

	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id())
			send(cpu, IPI_STOP);
	for (ms = 0; num_online_cpus() > 1 && ms < MSEC_PER_SEC; ms++)
		udelay(USEC_PER_MSEC);
}

/*
 * There are no NMIs. Whoever does not answer soon has interrupts off, perhaps because it waits
 * for a lock of the caller's: of it we show what its thread has left on its stack.
 */
static void ask_for_backtraces(cpumask_t *cpus)
{
	unsigned int cpu, ms;

	for_each_cpu(cpu, cpus)
		send(cpu, IPI_BACKTRACE);
	for (ms = 0; ms < BACKTRACE_MS && !cpumask_empty(cpus); ms++)
		mdelay(1);
	for_each_cpu(cpu, cpus) {
		pr_info("CPU %u does not answer; its thread:\n", cpu);
		sched_show_task(per_cpu(pcpu_hot.current_task, cpu));
		cpumask_clear_cpu(cpu, cpus);
	}
}

void arch_trigger_cpumask_backtrace(const cpumask_t *cpus, int exclude)
{
	nmi_trigger_cpumask_backtrace(cpus, exclude, ask_for_backtraces);
}

/* Interrupts are off. */
void ipi_handle(void)
{
	unsigned int cpu = smp_processor_id();
	unsigned long bits;

	ipi_object_ack(cpu);
	bits = atomic_long_xchg(this_cpu_ptr(&wanted), 0);
	if (bits & BIT(IPI_STOP))
		stop();
	if (bits & BIT(IPI_BACKTRACE))
		nmi_cpu_backtrace(get_irq_regs());
	if (bits & BIT(IPI_RESCHEDULE)) {
		__this_cpu_inc(counts[IPI_RESCHEDULE]);
		scheduler_ipi();
	}
	if (bits & BIT(IPI_CALL)) {
		__this_cpu_inc(counts[IPI_CALL]);
		generic_smp_call_function_interrupt();
	}
}

/* What is wanted of a CPU that is no longer there; another one can ask it anew. */
noinstr void ipi_forget(void)
{
	ipi_object_ack(smp_processor_id());
	raw_atomic_long_set(this_cpu_ptr(&wanted), 0);
}

void __init ipi_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		int err = ipi_object_make(cpu);

		if (err)
			panic("no interrupts between CPUs: error %d", err);
	}
}
