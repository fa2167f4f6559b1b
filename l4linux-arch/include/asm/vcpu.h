/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The border between Linux and L4: what the rest of arch/l4 asks of l4/, the
 * only folder that makes L4 calls (kernel/entry.S, the door, makes one:
 * resume). Negative results are L4's errors, from l4/types.h.
 *
 * The UTCB page holds the vCPU area and the batch of mapping changes. Each CPU
 * has its own; whoever fills it has the virtual interrupt flag off until the
 * call that reads it has returned.
 */
#ifndef _ASM_L4_VCPU_H
#define _ASM_L4_VCPU_H

#include <linux/types.h>
#include <asm/percpu.h>
#include <l4/instance.h>
#include <l4/utcb.h>

/*
 * To the compiler a per-CPU variable. The linker script says where the first
 * CPU's is; the parent has put the others' as far from it as their CPUs' data is.
 */
DECLARE_PER_CPU(struct l4_utcb, vcpu_utcb);

/* While interrupts are off. */
static __always_inline struct l4_utcb *this_utcb(void)
{
	return raw_cpu_ptr(&vcpu_utcb);
}

static __always_inline struct l4_vcpu *this_vcpu(void)
{
	return &this_utcb()->vcpu;
}

/* Where upcalls from user mode push their frame: the top of next's stack. */
static __always_inline void vcpu_set_entry_stack(unsigned long top)
{
	raw_cpu_write(vcpu_utcb.vcpu.entry_sp, top);
}

/* A word that outlives a resume, if that fails. */
static __always_inline void vcpu_keep(unsigned long word)
{
	raw_cpu_write(vcpu_utcb.user[0], word);
}

static __always_inline unsigned long vcpu_kept(void)
{
	return raw_cpu_read(vcpu_utcb.user[0]);
}

/* What was wrong with the batch that rode on the resume? 0: nothing. Says so once. */
static __always_inline int vcpu_batch_error(void)
{
	int error = this_vcpu()->batch_error;

	this_vcpu()->batch_error = 0;
	return error;
}

/*
 * vcpu.c. vcpu_take_pending returns the bits of vcpu.pending and clears them,
 * vcpu_give_pending sets them again; vcpu_raise makes the upcall for them come though
 * none may be set. vcpu_take_more does the same as the first for a word of pending_more.
 */
unsigned long vcpu_take_pending(void);
unsigned long vcpu_take_more(unsigned int word);
void vcpu_give_pending(unsigned long bits);
void vcpu_raise(void);
void vcpu_init(void);
void vcpu_poll(void);
void vcpu_wait(void);
void vcpu_yield(void);
void vcpu_set_timer(unsigned long tsc);
void vcpu_set_guest(unsigned int slot);
int vcpu_set_breakpoint(unsigned int n, unsigned long address, unsigned long control);
void vcpu_trap_tsc(int on);
void vcpu_set_fault_stack(unsigned long top);

/* The vCPU of another CPU begins there, with its number in rdi. */
int vcpu_start(unsigned int cpu, unsigned long ip, unsigned long sp);

/* What is pending at one CPU, and not taken yet, is another's; or nobody's. vcpu_make_pending: for who may have missed it. */
void vcpu_make_pending(unsigned int number, unsigned int cpu);
void vcpu_pass_pending(unsigned int number, unsigned int from, unsigned int to);
void vcpu_drop_pending(unsigned int number, unsigned int cpu);

/*
 * guest.c: guest tasks, by capability slot; slot 0 is none. guest_update
 * carries out the first `count' entries of the UTCB's batch; kernel_memory_free
 * tells what is left of the quota in bytes.
 */
#define GUEST_SELF	(~0U)	/* instead of a slot: the server's own upper half */

int guest_create(unsigned int slot);
void guest_delete(unsigned int slot);
int guest_update(unsigned int slot, unsigned int count);
unsigned long kernel_memory_free(void);

/*
 * irqs.c: the irq object of a global interrupt's number, or behind them of a message's, which
 * becomes pending at a CPU. irq_object_bind and irq_object_move return what the device that sends
 * the message is to be told, 0 for others.
 */
long irq_object_bind(unsigned int number, unsigned long mode, unsigned int cpu);
long irq_object_move(unsigned int number, unsigned int cpu);
void irq_object_unbind(unsigned int number);
void irq_object_ack(unsigned int number);

/* The one by which CPUs ask that CPU: bit L4_INSTANCE_PENDING_OWN of its vcpu.pending. */
int ipi_object_make(unsigned int cpu);
void ipi_object_raise(unsigned int cpu);
void ipi_object_ack(unsigned int cpu);

/* parent.c: what only roottask can do. */
void __attribute__((noreturn)) parent_end(unsigned long how, unsigned long detail);
int parent_map_device(unsigned long phys, unsigned int order);

/* A gate to the server of that name, in an empty slot. -L4_ERIGHTS: not by the boot script. */
long parent_server(const char *name, unsigned int slot);

#endif
