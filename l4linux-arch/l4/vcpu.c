// SPDX-License-Identifier: GPL-2.0
/* The vCPU's own calls: entries, waiting, timer, current guest. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/instrumentation.h>
#include <linux/linkage.h>
#include <linux/export.h>
#include <linux/panic.h>
#include <linux/smp.h>
#include <l4/calls.h>
#include <asm/vcpu.h>
#include <asm/entry.h>

/* The linker script says where it is. */
EXPORT_PER_CPU_SYMBOL(vcpu_utcb);

#ifdef CONFIG_SMP
static __always_inline l4_word_t own_entry(const char *stubs)
{
	return (l4_word_t)stubs + smp_processor_id() * ENTRY_STUB;
}

#define OWN_ENTRY(name)	own_entry(name##_stubs)
#else
#define OWN_ENTRY(name)	((l4_word_t)name)
#endif

/* This CPU's: before it has them a breakpoint would be its end. */
noinstr void vcpu_init(void)
{
	long err = l4_vcpu_control(L4_VCPU_SETUP, OWN_ENTRY(entry_syscall), OWN_ENTRY(entry_event));

	instrumentation_begin();
	if (err)
		panic("the microkernel refuses the upcall entries: error %ld", err);
	instrumentation_end();
}

/*
 * The flag is on and something is pending: on its way back the kernel makes
 * the upcall that it held back before. Called wherever interrupts are switched
 * on, so nothing in here may be traced.
 */
noinstr void vcpu_poll(void)
{
	l4_vcpu_control(L4_VCPU_POLL, 0, 0);
}
EXPORT_SYMBOL(vcpu_poll);

/*
 * irq_pending is cleared before the bits are taken: a bit that comes in between
 * is taken now and announced once more for nothing, and none is lost.
 */
noinstr unsigned long vcpu_take_pending(void)
{
	this_cpu_write(vcpu_utcb.vcpu.irq_pending, 0);
	return raw_xchg(&this_vcpu()->pending, 0);
}

unsigned long vcpu_take_more(unsigned int word)
{
	return xchg(&this_vcpu()->pending_more[word], 0);
}

void vcpu_give_pending(unsigned long bits)
{
	unsigned int bit;

	for_each_set_bit(bit, &bits, BITS_PER_LONG)
		set_bit(bit, &this_vcpu()->pending);
	vcpu_raise();
}

void vcpu_raise(void)
{
	this_cpu_write(vcpu_utcb.vcpu.irq_pending, 1);
}

noinstr void vcpu_wait(void)
{
	l4_vcpu_control(L4_VCPU_WAIT, 0, 0);
}

/* To another one of the same priority on this CPU, if there is one. */
void vcpu_yield(void)
{
	l4_yield();
}

void vcpu_set_timer(unsigned long tsc)
{
	l4_vcpu_control(L4_VCPU_TIMER, tsc, 0);
}

/* Debug registers `n' and 7; they count until they are changed, whatever process runs. */
int vcpu_set_breakpoint(unsigned int n, unsigned long address, unsigned long control)
{
	this_vcpu()->debug_address[n] = address;
	this_vcpu()->debug_control = control | (this_vcpu()->debug_control & L4_VCPU_TRAP_TSC);
	return l4_vcpu_control(L4_VCPU_DEBUG, 0, 0);
}

/* In user mode, whatever process runs. With interrupts off, as with the above. */
void vcpu_trap_tsc(int on)
{
	if (on)
		this_vcpu()->debug_control |= L4_VCPU_TRAP_TSC;
	else
		this_vcpu()->debug_control &= ~L4_VCPU_TRAP_TSC;
	l4_vcpu_control(L4_VCPU_DEBUG, 0, 0);
}

/* For one upcall whose frame the current stack cannot take. */
void vcpu_set_fault_stack(unsigned long top)
{
	l4_vcpu_control(L4_VCPU_FAULT_STACK, top, 0);
}

void vcpu_set_guest(unsigned int slot)
{
	long err = l4_vcpu_control(L4_VCPU_GUEST, slot ? slot : L4_VCPU_NO_GUEST, 0);

	if (err)
		panic("the microkernel refuses guest task %u: error %ld", slot, err);
}

#ifdef CONFIG_SMP
int vcpu_start(unsigned int cpu, unsigned long ip, unsigned long sp)
{
	return l4_thread_start(L4_INSTANCE_THREAD_BASE + cpu, ip, sp, cpu);
}

static unsigned long *word_of(unsigned int number, unsigned int cpu)
{
	struct l4_vcpu *vcpu = &per_cpu(vcpu_utcb, cpu).vcpu;

	return number < L4_VCPU_MORE_FIRST ? &vcpu->pending : &vcpu->pending_more[number / BITS_PER_LONG - 1];
}

/* That the CPU is asked makes it look. */
void vcpu_make_pending(unsigned int number, unsigned int cpu)
{
	set_bit(number % BITS_PER_LONG, word_of(number, cpu));
	if (number >= L4_VCPU_MORE_FIRST)
		set_bit(L4_VCPU_PENDING_MORE, &per_cpu(vcpu_utcb, cpu).vcpu.pending);
	ipi_object_raise(cpu);
}

/* Either may take bits out meanwhile. */
void vcpu_pass_pending(unsigned int number, unsigned int from, unsigned int to)
{
	if (test_and_clear_bit(number % BITS_PER_LONG, word_of(number, from)))
		vcpu_make_pending(number, to);
}

void vcpu_drop_pending(unsigned int number, unsigned int cpu)
{
	clear_bit(number % BITS_PER_LONG, word_of(number, cpu));
}
#endif
