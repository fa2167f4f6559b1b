/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for interrupts. A driver gets the object with l4_irq() (l4/parent.h),
 * binds it to itself once, and then either lets l4_serve call its interrupt
 * function, or waits for this one interrupt in the middle of a request, while
 * its clients queue up. After each interrupt it has served the device, it says
 * so with l4_irq_ack().
 */
#ifndef L4_INTERRUPT_H
#define L4_INTERRUPT_H

#include <l4/calls.h>

/*
 * Deliver to the calling thread. `mode': 0, or L4_IRQ_LEVEL and so on. Of an MSI the result is what its
 * device is to be told: address << 16 | data.
 */
static inline long l4_irq_attach(l4_cap_t irq, l4_word_t mode, l4_word_t label)
{
	return l4_irq_bind(irq, mode, l4_self(), label);
}

/* Until it comes, but no longer than `timeout'; nothing else is received. */
static inline long l4_irq_wait(l4_cap_t irq, l4_word_t timeout)
{
	struct l4_msg msg = { 0 };

	return l4_ipc(irq, L4_IPC_RECV | L4_IPC_CLOSED | l4_recv_timeout(timeout), &msg);
}

#endif
