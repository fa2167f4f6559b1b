// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs come and go: the parent has made a vCPU for each, which lies still until
 * Linux starts it here. One that has gone waits to begin again.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/instrumentation.h>
#include <linux/irq.h>
#include <linux/sched/hotplug.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/text-patching.h>
#include <asm/time.h>
#include <asm/traps.h>
#include <asm/vcpu.h>

/*
 * Whether a CPU may run Linux. It makes BEGUN of WANTED itself, so either it has begun,
 * and will say when it is up, or who wanted it has given it up, and then it lies still
 * until it is wanted anew, however late it comes. Hence one completion is enough.
 */
enum {
	LIES_STILL,
	WANTED,
	BEGUN
};

static DEFINE_PER_CPU(atomic_t, life);
static DEFINE_PER_CPU(bool, was_started);	/* its vCPU */
static DECLARE_COMPLETION(is_up);

void __init smp_find_cpus(void)
{
	unsigned int cpu, count = min_t(unsigned int, l4_instance->cpu_count, nr_cpu_ids);

	for (cpu = 0; cpu < count; cpu++)
		set_cpu_possible(cpu, true);
}

void __init smp_prepare_boot_cpu(void)
{
	spin_locks_init();
}

void __init smp_prepare_cpus(unsigned int max_cpus)
{
	unsigned int cpu;

	ipi_init();
	if (max_cpus)
		for_each_possible_cpu(cpu)
			set_cpu_present(cpu, true);
}

void __init smp_cpus_done(unsigned int max_cpus)
{
}

static int start(unsigned int cpu, struct task_struct *idle)
{
	int err;

	/* Before it is woken to see it. One that has not ended yet must not take it for its end. */
	if (atomic_cmpxchg(&per_cpu(life, cpu), LIES_STILL, WANTED) != LIES_STILL)
		return -EBUSY;
	if (per_cpu(was_started, cpu)) {
		ipi_object_raise(cpu);
		return 0;
	}
	err = vcpu_start(cpu, (unsigned long)l4_head_secondary, (unsigned long)task_pt_regs(idle));
	if (err)
		atomic_set(&per_cpu(life, cpu), LIES_STILL);
	per_cpu(was_started, cpu) = !err;
	return err;
}

static bool give_up(unsigned int cpu)
{
	return atomic_cmpxchg(&per_cpu(life, cpu), WANTED, LIES_STILL) == WANTED;
}

int __cpu_up(unsigned int cpu, struct task_struct *idle)
{
	struct pcpu_hot *hot = per_cpu_ptr(&pcpu_hot, cpu);
	int err;

	hot->current_task = idle;
	hot->top_of_stack = task_top_of_stack(idle);
	reinit_completion(&is_up);
	err = start(cpu, idle);
	if (err) {
		pr_err("CPU %u cannot be started: error %d\n", cpu, err);
		return -EIO;
	}
	if (wait_for_completion_timeout(&is_up, 10 * HZ))
		return 0;
	if (give_up(cpu)) {
		pr_err("CPU %u does not come up\n", cpu);
		return -EIO;
	}
	wait_for_completion(&is_up);
	return 0;
}

/* What others have asked the CPU that it was is forgotten; that it is wanted wakes it, too. */
static __always_inline void lie_still(void)
{
	atomic_t *word = raw_cpu_ptr(&life);

	while (raw_atomic_cmpxchg(word, WANTED, BEGUN) != WANTED) {
		vcpu_take_pending();
		ipi_forget();
		if (raw_atomic_read(word) != WANTED)
			timer_wait();
	}
}

/*
 * On the stack of the idle thread, which it becomes. Interrupts are off. Until it has
 * its entries the CPU cannot take a breakpoint.
 */
asmlinkage __visible noinstr void smp_start_secondary(void)
{
	unsigned int cpu = smp_processor_id();

	vcpu_init();
	timer_begin();
	lie_still();
	text_patch_unasked_begin();
	instrumentation_begin();
	set_fault_stack();
	mmgrab(&init_mm);
	current->active_mm = &init_mm;
	cpu_init_secondary();
	timer_init();
	notify_cpu_starting(cpu);
	set_cpu_online(cpu, true);
	text_patch_unasked_end();
	complete(&is_up);
	local_irq_enable();
	cpu_startup_entry(CPUHP_AP_ONLINE_IDLE);
	instrumentation_end();
}

#ifdef CONFIG_HOTPLUG_CPU
/* As natively. */
bool arch_cpu_is_hotpluggable(int cpu)
{
	return cpu != 0;
}

int __cpu_disable(void)
{
	text_patch_unasked_begin();
	set_cpu_online(smp_processor_id(), false);
	irq_migrate_all_off_this_cpu();
	return 0;
}

/*
 * The last of its idle thread, with interrupts off; a new life begins where the first one
 * did. Behind the report it can be wanted again, and runs nothing that could be changed.
 */
void __noreturn noinstr arch_cpu_idle_dead(void)
{
	unsigned long cpu = smp_processor_id();

	instrumentation_begin();
	idle_task_exit();
	atomic_set(this_cpu_ptr(&life), LIES_STILL);
	cpuhp_ap_report_dead();
	instrumentation_end();
	text_patch_unasked_end();
	asm volatile("movq %0, %%rsp\n\t"
		     "jmp l4_head_secondary"
		     : : "r" (task_pt_regs(current)), "D" (cpu) : "memory");
	unreachable();
}
#endif
