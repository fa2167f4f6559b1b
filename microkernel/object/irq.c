/* SPDX-License-Identifier: GPL-2.0 */
/* Irq objects: binding, delivery, acknowledgement. The IOAPIC is ioapic.c's. */
#include "object/irq.h"

#include "base/debug.h"
#include "ipc/ipc.h"
#include "object/task.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/device/ioapic.h"
#include "x86/device/lapic.h"

#define TRIGGER_BITS	(L4_IRQ_LEVEL | L4_IRQ_EDGE | L4_IRQ_LOW)

/* By vector: the pins, then what devices write to the local APIC themselves (MSI). */
static struct irq *irq_of_line[VECTOR_TIMER - VECTOR_IOAPIC];

static bool is_pin(u64 line)
{
	return line < IOAPIC_MAX_PINS;
}

static bool pin_in_use(u64 pin)
{
	for (u64 i = 0; i < IOAPIC_MAX_PINS; i++)
		if (irq_of_line[i] && ioapic_same_pin(i, pin))
			return true;
	return false;
}

/* What a device is told, for its interrupts to come to that CPU. */
static long msi_message(u64 line, const struct cpu *cpu)
{
	return lapic_msi_address(cpu->lapic_id) << 16 | (VECTOR_IOAPIC + line);
}

/* ARRAY_SIZE: all are in use. */
static u64 free_msi_line(void)
{
	u64 line = IOAPIC_MAX_PINS;

	while (line < ARRAY_SIZE(irq_of_line) && irq_of_line[line])
		line++;
	return line;
}

static bool shutdown_irq(struct object *object)
{
	struct irq *irq = (struct irq *)object;

	irq_unbind(irq);
	if (!ipc_sender_gone(&irq->source.sender))
		return false;
	if (irq->pin != L4_IRQ_SOFT)
		irq_of_line[irq->pin] = NULL;
	return true;
}

static const struct object_ops irq_ops = { OBJECT_IRQ, shutdown_irq, NULL };

long irq_create(struct task *creator, u64 slot, u64 system_slot, u64 pin)
{
	bool msi = pin == L4_IRQ_MSI;
	struct irq *irq;
	int error;

	if (pin != L4_IRQ_SOFT) {
		if (!task_find(creator, system_slot, OBJECT_SYSTEM, L4_RIGHT_W, &error))
			return error;
		if (msi)
			pin = free_msi_line();
		else if (!ioapic_has_pin(pin))
			return -L4_EINVAL;
		if (msi ? pin == ARRAY_SIZE(irq_of_line) : pin_in_use(pin))
			return -L4_EBUSY;
	}
	irq = (struct irq *)object_create(&irq_ops, sizeof(*irq), task_quota(creator),
					  &creator->object);
	if (!irq)
		return -L4_ENOMEM;
	irq->pin = pin;
	irq->source.sender.priority = 255;
	irq->source.sender.is_irq = true;
	list_init(&irq->source.sender.link);
	list_init(&irq->source.sender.awaited_by);
	list_init(&irq->thread_link);
	error = cap_insert_root(&creator->space, slot, &irq->source.object, L4_RIGHTS_ALL);
	if (error) {
		object_abandon(&irq->source.object);
		return error;
	}
	if (pin != L4_IRQ_SOFT)
		irq_of_line[pin] = irq;
	return msi ? msi_message(pin, this_cpu()) : 0;
}

static void irq_deliver(struct irq *irq)
{
	if (!irq->thread || irq->in_service) {
		irq->pending = true;
		return;
	}
	irq->in_service = true;
	irq->pending = false;
	if (irq->thread->is_vcpu)
		vcpu_post(irq->thread, irq->source.sender.label);
	else
		ipc_send_irq(irq->thread, &irq->source.sender);
}

static void mask(struct irq *irq)
{
	if (is_pin(irq->pin))
		ioapic_mask(irq->pin);
}

static void unmask(struct irq *irq)
{
	if (is_pin(irq->pin))
		ioapic_unmask(irq->pin);
}

static const struct cpu *home_of(const struct thread *thread)
{
	return thread->moves_to ? thread->moves_to : thread->home;
}

/* To the CPU that its thread is on, or goes to. */
static void route(const struct irq *irq)
{
	if (is_pin(irq->pin))
		ioapic_route(irq->pin, home_of(irq->thread)->lapic_id);
}

void irq_follow(const struct thread *thread)
{
	for (u64 pin = 0; pin < IOAPIC_MAX_PINS; pin++)
		if (irq_of_line[pin] && irq_of_line[pin]->thread == thread)
			route(irq_of_line[pin]);
}

static long irq_bind(struct irq *irq, u64 trigger, struct thread *thread, u64 label)
{
	if (irq->thread)
		return -L4_EBUSY;
	if ((trigger & L4_IRQ_LEVEL) && (trigger & L4_IRQ_EDGE))
		return -L4_EINVAL;
	if (thread->is_vcpu && label >= L4_VCPU_PENDING_TIMER)
		return -L4_EINVAL;
	irq->thread = thread;
	irq->source.sender.label = label;
	irq->in_service = false;
	list_add(&thread->irqs, &irq->thread_link);
	route(irq);
	if (is_pin(irq->pin))
		irq->level = ioapic_set_trigger(irq->pin, trigger);
	if (irq->pending)
		irq_deliver(irq);
	unmask(irq);
	return 0;
}

static long irq_move(struct irq *irq, struct thread *thread)
{
	bool is_message = irq->source.sender.to;

	if (!irq->thread || irq->thread->is_vcpu != thread->is_vcpu)
		return -L4_EINVAL;
	ipc_unqueue_sender(&irq->source.sender);
	list_del(&irq->thread_link);
	list_add(&thread->irqs, &irq->thread_link);
	irq->thread = thread;
	if (is_message)
		ipc_send_irq(thread, &irq->source.sender);
	route(irq);
	return is_pin(irq->pin) || irq->pin == L4_IRQ_SOFT ? 0 : msi_message(irq->pin, home_of(thread));
}

void irq_unbind(struct irq *irq)
{
	mask(irq);
	ipc_unqueue_sender(&irq->source.sender);
	list_del(&irq->thread_link);
	irq->thread = NULL;
	irq->in_service = irq->pending = false;
}

long irq_control(struct irq *irq, u64 op, struct thread *thread, u64 label)
{
	if ((op & ~TRIGGER_BITS) == L4_IRQ_BIND)
		return irq_bind(irq, op, thread, label);
	switch (op) {
	case L4_IRQ_MOVE:
		return irq_move(irq, thread);
	case L4_IRQ_UNBIND:
		irq_unbind(irq);
		return 0;
	case L4_IRQ_ACK:
		if (!irq->in_service)
			return 0;
		irq->in_service = false;
		if (irq->pending)
			irq_deliver(irq);
		else if (irq->level)
			unmask(irq);
		return 0;
	case L4_IRQ_RAISE:
		if (irq->pin != L4_IRQ_SOFT)
			return -L4_EINVAL;
		irq_deliver(irq);
		return 0;
	}
	return -L4_EINVAL;
}

void irq_fired(u64 line)
{
	struct irq *irq = irq_of_line[line];

	if (debug_hooks.interrupted)
		debug_hooks.interrupted();
	if (is_pin(line) && (!irq || irq->level))
		ioapic_mask(line);
	if (irq)
		irq_deliver(irq);
}
