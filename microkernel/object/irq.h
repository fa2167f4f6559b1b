/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts as messages. An irq object stands for an IOAPIC pin, a message of
 * a device (MSI) or a software notification, and is bound to one thread.
 *
 *   idle --fires--> in service --ACK--> idle
 *                     |   ^
 *             fires: pending, delivered again at the ACK
 *
 * A level-triggered pin is masked while in service, so its line cannot storm.
 */
#ifndef IRQ_H
#define IRQ_H

#include "ipc/ipc.h"

/* The vector of a CPU at which a device's messages arrive. */
struct irq_place {
	struct cpu *cpu;	/* NULL: none */
	unsigned int index;	/* in cpu->messages */
};

struct irq {
	struct source source;	/* its message while that waits for its receiver */
	struct thread *thread;	/* NULL: not bound; unlinked by the thread */
	struct list thread_link;
	u64 pin;		/* global interrupt number, L4_IRQ_MSI or L4_IRQ_SOFT */
	/*
	 * Of an MSI since it was bound: where they arrive, and where until the device knows of a move. If its
	 * thread goes it has them still: the device may not be silent yet.
	 */
	struct irq_place place, before;
	bool level;
	bool in_service;
	bool pending;
};

long irq_create(struct task *creator, u64 slot, u64 system_slot, u64 pin);
long irq_control(struct irq *irq, u64 op, struct thread *thread, u64 label);

/* The thread gets another home, or has one since now: its pins' interrupts go there. */
void irq_follow(const struct thread *thread);

/* The thread goes away: its interrupts are masked and bound to nobody. */
void irq_unbind(struct irq *irq);

/* An interrupt came to this CPU: of that pin, or behind the pins one by message. */
void irq_fired(u64 line);

#endif
