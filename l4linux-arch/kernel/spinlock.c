// SPDX-License-Identifier: GPL-2.0
/*
 * Spin locks of vCPUs that share CPUs: who spins may have the CPU that the lock's
 * holder needs. So Linux's queued locks in their paravirtual form are used then:
 * who has waited for long sleeps, and is kicked. How, is here.
 */
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/time.h>
#include <asm/vcpu.h>
#include <asm/setup.h>

/* Off: locks that are no queues, for want of these. */
DEFINE_STATIC_KEY_FALSE(virt_spin_lock_key);

DEFINE_STATIC_KEY_FALSE(spin_locks_sleep);
EXPORT_SYMBOL(spin_locks_sleep);
EXPORT_SYMBOL(__pv_queued_spin_unlock);

/*
 * Until somebody raises this CPU's irq object, or for less. What is pending already
 * is put aside: if interrupts are off it stays so, and would not let us sleep; if they
 * are on it is handled first, as somebody may wait for that. After the acknowledgement
 * the object can be raised; then the byte is looked at, which was changed before the kick.
 *
 * What is put aside escapes vcpu_drop_pending: if its driver goes just then the next
 * one's handler is called once for nothing, which on a shared line happens as well.
 */
void pv_wait(u8 *byte, u8 value)
{
	unsigned long flags, pending;

	local_irq_save(flags);
	pending = vcpu_take_pending();
	ipi_object_ack(smp_processor_id());
	if (READ_ONCE(*byte) == value && (!pending || raw_irqs_disabled_flags(flags)))
		timer_wait();
	vcpu_give_pending(pending);
	local_irq_restore(flags);
}

void pv_kick(int cpu)
{
	ipi_object_raise(cpu);
}

/* Before another CPU runs: nobody waits yet. */
void __init spin_locks_init(void)
{
	if (l4_instance->cpu_count == 1 || !l4_instance->cpus_shared || nopvspin)
		return;
	__pv_init_lock_hash();
	static_branch_enable(&spin_locks_sleep);
}
