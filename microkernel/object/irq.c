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

_Static_assert(VECTOR_IOAPIC + IOAPIC_MAX_PINS + CPU_MESSAGES == VECTOR_TIMER, "the vectors in between");

static struct irq *irq_of_pin[IOAPIC_MAX_PINS];

static bool is_pin(u64 line)
{
	return line < IOAPIC_MAX_PINS;
}

static bool pin_in_use(u64 pin)
{
	for (u64 i = 0; i < IOAPIC_MAX_PINS; i++)
		if (irq_of_pin[i] && ioapic_same_pin(i, pin))
			return true;
	return false;
}

/*
 * The one asked for, if it is free, or another one. What is left is not taken again soon: a message
 * for the one before may be on its way.
 */
static bool take_place(struct irq *irq, struct cpu *cpu, unsigned int wanted)
{
	for (unsigned int n = 0; n < CPU_MESSAGES; n++) {
		unsigned int i = (wanted + n) % CPU_MESSAGES;

		if (cpu->messages[i])
			continue;
		cpu->messages[i] = irq;
		cpu->next_message = i + 1;
		irq->place = (struct irq_place){ cpu, i };
		return true;
	}
	return false;
}

static void leave_place(struct irq_place *place)
{
	if (place->cpu)
		place->cpu->messages[place->index] = NULL;
	place->cpu = NULL;
}

static void leave_places(struct irq *irq)
{
	leave_place(&irq->place);
	leave_place(&irq->before);
}

/* What a device is told, for its messages to arrive there; 0 if it is none that sends any. */
static long message_of(const struct irq *irq)
{
	const struct irq_place *place = &irq->place;

	return place->cpu ? lapic_msi_address(place->cpu->lapic_id) << 16 |
			    (VECTOR_IOAPIC + IOAPIC_MAX_PINS + place->index) : 0;
}

static bool shutdown_irq(struct object *object)
{
	struct irq *irq = (struct irq *)object;

	irq_unbind(irq);
	leave_places(irq);
	if (!ipc_sender_gone(&irq->source.sender))
		return false;
	if (is_pin(irq->pin))
		irq_of_pin[irq->pin] = NULL;
	return true;
}

static const struct object_ops irq_ops = { OBJECT_IRQ, shutdown_irq, NULL };

long irq_create(struct task *creator, u64 slot, u64 system_slot, u64 pin)
{
	struct irq *irq;
	int error;

	if (pin != L4_IRQ_SOFT) {
		if (!task_find(creator, system_slot, OBJECT_SYSTEM, L4_RIGHT_W, &error))
			return error;
	}
	if (pin != L4_IRQ_SOFT && pin != L4_IRQ_MSI) {
		if (!ioapic_has_pin(pin))
			return -L4_EINVAL;
		if (pin_in_use(pin))
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
	if (is_pin(pin))
		irq_of_pin[pin] = irq;
	return 0;
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

static struct cpu *home_of(const struct thread *thread)
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
		if (irq_of_pin[pin] && irq_of_pin[pin]->thread == thread)
			route(irq_of_pin[pin]);
}

static long irq_bind(struct irq *irq, u64 trigger, struct thread *thread, u64 label)
{
	if (irq->thread)
		return -L4_EBUSY;
	if ((trigger & L4_IRQ_LEVEL) && (trigger & L4_IRQ_EDGE))
		return -L4_EINVAL;
	if (thread->is_vcpu && !vcpu_has_label(label))
		return -L4_EINVAL;
	leave_places(irq);
	if (irq->pin == L4_IRQ_MSI && !take_place(irq, home_of(thread), home_of(thread)->next_message))
		return -L4_EBUSY;
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
	return message_of(irq);
}

/*
 * The place that it had stays its own until a message arrives at the new one. If it moves again
 * before, what may have arrived at the one before that is not lost: it is taken for granted. The same
 * vector of the other CPU, if it is free, is one word less for the device to be told.
 */
static bool move_place(struct irq *irq, struct cpu *cpu)
{
	struct irq_place old = irq->place;

	if (irq->pin != L4_IRQ_MSI || old.cpu == cpu)
		return true;
	if (irq->before.cpu) {
		leave_place(&irq->before);
		irq_deliver(irq);
	}
	if (!take_place(irq, cpu, old.index))
		return false;
	irq->before = old;
	return true;
}

static long irq_move(struct irq *irq, struct thread *thread)
{
	bool is_message;

	if (!irq->thread || irq->thread->is_vcpu != thread->is_vcpu)
		return -L4_EINVAL;
	if (!move_place(irq, home_of(thread)))
		return -L4_EBUSY;
	is_message = irq->source.sender.to;
	ipc_unqueue_sender(&irq->source.sender);
	list_del(&irq->thread_link);
	list_add(&thread->irqs, &irq->thread_link);
	irq->thread = thread;
	if (is_message)
		ipc_send_irq(thread, &irq->source.sender);
	route(irq);
	return message_of(irq);
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
		leave_places(irq);
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

static void pin_fired(u64 pin)
{
	struct irq *irq = irq_of_pin[pin];

	if (!irq || irq->level)
		ioapic_mask(pin);
	if (irq)
		irq_deliver(irq);
}

static void message_arrived(unsigned int index)
{
	struct irq *irq = this_cpu()->messages[index];

	if (!irq || !irq->thread)
		return;
	if (irq->place.cpu == this_cpu())
		leave_place(&irq->before);
	irq_deliver(irq);
}

void irq_fired(u64 line)
{
	if (debug_hooks.interrupted)
		debug_hooks.interrupted();
	if (is_pin(line))
		pin_fired(line);
	else
		message_arrived(line - IOAPIC_MAX_PINS);
}
