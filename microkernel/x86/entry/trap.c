/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an entry to the part of the kernel that deals with it, and the way
 * back out: choosing the thread, what it has left unfinished, the vCPU's pending
 * upcall, the address space, the alarm. Everything that an entry leaves to be
 * done is done in leave_kernel(), once.
 */
#include "x86/entry/trap.h"

#include "api/syscall.h"
#include "base/debug.h"
#include "base/panic.h"
#include "ipc/fault.h"
#include "ipc/ipc.h"
#include "memory/ports.h"
#include "object/irq.h"
#include "object/task.h"
#include "object/thread.h"
#include "sched/fpu.h"
#include "sched/kernel_lock.h"
#include "sched/reap.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/ioapic.h"
#include "x86/device/lapic.h"
#include "x86/entry/machine_check.h"
#include "x86/mmu/useraccess.h"

#define GATE_INTERRUPT	0x8eUL	/* present, interrupts off */
#define GATE_RING3	0x60UL	/* usable by INT3 and INTO in ring 3 */
#define TRAP_BREAKPOINT	3
#define TRAP_OVERFLOW	4
#define OPCODE_SYSCALL	0x050f

static struct gate_descriptor {
	u64 low, high;
} idt[TRAP_VECTORS] __fixed __attribute__((aligned(16)));

/* Its number in the IST: what may come when the kernel's stack is not one has its own. */
static u64 stack_of(unsigned int vector)
{
	switch (vector) {
	case TRAP_NMI:
		return STACK_NMI;
	case TRAP_DOUBLE_FAULT:
		return STACK_DOUBLE_FAULT;
	case TRAP_MACHINE_CHECK:
		return STACK_MACHINE_CHECK;
	}
	return 0;
}

static void setup_syscall(void)
{
	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE);
	write_msr(MSR_STAR, (u64)SEL_USER_CS32 << 48 | (u64)SEL_KERNEL_CS << 32);
	write_msr(MSR_LSTAR, (u64)entry_syscall);
	write_msr(MSR_CSTAR, (u64)entry_syscall32);
	write_msr(MSR_SFMASK, FLAGS_IF | FLAGS_TF | FLAGS_DF | FLAGS_AC | FLAGS_NT | FLAGS_RF |
		  FLAGS_IOPL);
}

void trap_init(void)
{
	for (unsigned int v = 0; v < TRAP_VECTORS; v++) {
		u64 entry = v < EXCEPTIONS ? (u64)entry_exceptions[v] :
					     (u64)entry_interrupts[v - EXCEPTIONS];
		u64 flags = GATE_INTERRUPT;

		if (v == TRAP_BREAKPOINT || v == TRAP_OVERFLOW)
			flags |= GATE_RING3;
		idt[v].low = (entry & 0xffff) | (u64)SEL_KERNEL_CS << 16 |
			     stack_of(v) << 32 | flags << 40 | (entry & 0xffff0000) << 32;
		idt[v].high = entry >> 32;
	}
	trap_init_cpu();
}

void trap_init_cpu(void)
{
	struct table_pointer pointer = { sizeof(idt) - 1, (u64)idt };

	load_idt(&pointer);
	setup_syscall();
}

static void interrupt(u64 vector)
{
	if (vector == VECTOR_SPURIOUS || vector < VECTOR_IOAPIC)
		return;
	if (vector == VECTOR_TIMER)
		clock_interrupt();
	else if (vector < VECTOR_TIMER)
		irq_fired(vector - VECTOR_IOAPIC);
	lapic_eoi();
}

/* An invalid opcode that is a SYSCALL: see switch_debug. */
static bool is_syscall(struct thread *thread)
{
	u16 code;

	if (thread->regs.cs != SEL_USER_CS ||
	    !copy_from_user(&code, thread->regs.ip, sizeof(code)) || code != OPCODE_SYSCALL)
		return false;
	thread->regs.ip += sizeof(code);
	thread->regs.flags &= ~FLAGS_RF;
	thread_end_wait(thread);
	return true;
}

static void syscall_emulated(struct thread *thread)
{
	if (thread->vcpu.user_mode)
		vcpu_upcall_syscall(thread);
	else
		syscall_any(thread);
}

/* Was it no fault of the thread's, but something that the kernel had put off. */
static bool was_put_off(struct thread *thread, u64 vector, u64 error)
{
	switch (vector) {
	case TRAP_INVALID_OPCODE:
		if (!this_cpu()->debug_on || !is_syscall(thread))
			return false;
		syscall_emulated(thread);
		return true;
	case TRAP_NO_FPU:
		return fpu_take(thread);
	case TRAP_GENERAL_PROTECTION:
		return !error && (ports_load(thread) || debug_port_used(thread));
	}
	return false;
}

/* address: of a page fault. */
static void exception(struct thread *thread, u64 vector, u64 error, u64 address)
{
	if (vector != TRAP_PAGE_FAULT && was_put_off(thread, vector, error))
		return;
	debug_entered(thread, vector, error, thread->regs.ip, 0, 0);
	if (thread->is_vcpu)
		vcpu_upcall_event(thread, vector, error,
				  vector == TRAP_PAGE_FAULT ? address : 0);
	else if (vector == TRAP_PAGE_FAULT)
		fault_page(thread, address, error);
	else
		fault_exception(thread, vector, error);
}

static void system_call(struct thread *thread)
{
	if (thread->vcpu.user_mode)
		vcpu_upcall_syscall(thread);
	else
		syscall_dispatch(thread);
}

static void dispatch_entry(struct thread *thread, const struct entered *entered)
{
	/* Of a port that another thread's coming has let it use meanwhile. */
	if (entered->vector == TRAP_GENERAL_PROTECTION && !entered->error && !entered->had_ports &&
	    (ports_load(thread) || ports_are_loaded(thread)))
		return;
	if (entered->vector == DEBUG_SYSCALL)
		system_call(thread);
	else
		exception(thread, entered->vector, entered->error, entered->address);
}

/* The thread's, in its time; when it is broken off somebody else is to run. */
static void finish_work(struct thread *thread)
{
	if (thread->unfinished & UNFINISHED_MOVE) {
		sched_leave(thread);
	} else if (thread->unfinished & UNFINISHED_ENTRY) {
		thread->unfinished &= ~UNFINISHED_ENTRY;
		switch_address_space(thread);
		dispatch_entry(thread, &thread->entered);
	} else if (thread->unfinished & UNFINISHED_CALL) {
		switch_address_space(thread);
		syscall_continue(thread);
	} else if (thread->unfinished & UNFINISHED_TRANSFER) {
		ipc_continue(thread);
	} else {
		reap_run(thread);
	}
}

static struct l4_frame *leave_kernel(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *thread;

	for (;;) {
		if (cpu->need_resched || !cpu->current)
			sched_run();
		thread = cpu->current;
		if (unlikely(thread->unfinished)) {
			finish_work(thread);
			/* It was broken off: those who wait for the lock go first. */
			if (cpu->current && cpu->current->unfinished)
				kernel_offer_lock();
			continue;
		}
		if (thread->is_vcpu && vcpu_upcall_due(thread))
			vcpu_upcall_event(thread, L4_VCPU_VECTOR_IRQ, 0, 0);
		if (!cpu->need_resched)
			break;
	}
	if (cpu->timer_dirty)
		clock_program();
	switch_address_space(thread);
	if (cpu->ports_loaded)
		ports_switch(thread);
	if (unlikely(cpu->debug_on))
		switch_tsc(thread);
	return &thread->regs;
}

struct l4_frame *trap_syscall(void)
{
	system_call(this_cpu()->current);
	return leave_kernel();
}

struct l4_frame *trap_leave(void)
{
	return leave_kernel();
}

struct l4_frame *trap_odd_ip(void)
{
	exception(this_cpu()->current, TRAP_GENERAL_PROTECTION, 0, 0);
	return leave_kernel();
}

struct l4_frame *trap_user(u64 vector)
{
	struct thread *thread = this_cpu()->current;

	if (vector >= EXCEPTIONS)
		interrupt(vector);
	else
		exception(thread, vector, vector == TRAP_DEBUG ? take_dr6() : thread->regs.orig_ax,
			  read_cr2());
	return leave_kernel();
}

void trap_leave_first(void)
{
	struct l4_frame *frame;

	this_cpu()->preempt_off = false;
	frame = leave_kernel();
	if (cpus_many)
		kernel_unlock();
	entry_leave(frame);
}

void trap_kernel(u64 vector, struct l4_frame *frame)
{
	u64 fixup = vector == TRAP_PAGE_FAULT ? useraccess_fixup(frame->ip) : 0;

	if (vector >= EXCEPTIONS)
		interrupt(vector);
	else if (fixup)
		frame->ip = fixup;
	else
		panic_trap(vector, frame);
}

/* A double fault or machine check, which may have come anywhere. */
void trap_fatal(u64 vector, const struct l4_frame *frame)
{
	cpu_take_gs();
	if (vector == TRAP_MACHINE_CHECK)
		machine_check_print();
	else if (cpu_is_guard(read_cr2()))
		printk("\nthe kernel's stack has overflowed\n");
	panic_trap(vector, frame);
}
