/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads. Each has a UTCB at an address that follows from its slot, and in
 * its user words the slot and its struct l4_thread. At its end it raises a
 * software interrupt that its maker waits for.
 */
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define UTCB_AREA	0x00007fff10000000UL
#define USER_THREAD	1	/* in utcb->user[] */

static l4_word_t utcb_address(l4_cap_t cap)
{
	return UTCB_AREA + (cap - L4_SLOTS_FIRST) * L4_PAGE_SIZE;
}

static void begin(struct l4_thread *thread)
{
	struct l4_utcb *utcb = (struct l4_utcb *)utcb_address(thread->cap);

	l4_thread_is(utcb, thread->cap);
	utcb->user[USER_THREAD] = (l4_word_t)thread;
	thread->entry(thread->argument);
	l4_thread_exit();
}

void l4_thread_exit(void)
{
	struct l4_thread *thread = (struct l4_thread *)l4_utcb()->user[USER_THREAD];

	if (!thread)
		l4_end(0);
	l4_irq_raise(thread->done);
	l4_sleep_forever();
}

static long make(struct l4_thread *thread, unsigned int priority)
{
	long error = l4_thread_create(thread->cap, L4_CAP_TASK, utcb_address(thread->cap), 0);

	if (!error)
		error = l4_thread_control(thread->cap, L4_THREAD_PAGER, L4_CAP_PAGER);
	if (!error)
		error = l4_thread_control(thread->cap, L4_THREAD_HANDLER, L4_CAP_PAGER);
	if (!error)
		error = l4_thread_control(thread->cap, L4_THREAD_PRIORITY, priority);
	if (!error)
		error = l4_irq_create(thread->done, L4_CAP_NONE, L4_IRQ_SOFT);
	if (!error)
		error = l4_irq_attach(thread->done, 0, 0);
	return error;
}

/* As a function begins: behind a return address. */
static l4_word_t stack_top(const struct l4_thread *thread)
{
	return (l4_word_t)thread->stack + (1UL << L4_THREAD_STACK_ORDER) - sizeof(l4_word_t);
}

long l4_thread_run(struct l4_thread *thread, void (*entry)(void *argument), void *argument,
		   unsigned int priority)
{
	long cap = l4_slot_alloc(), done = l4_slot_alloc();
	long error = -L4_ENOMEM;

	*thread = (struct l4_thread){
		.cap = cap < 0 ? 0 : cap,
		.done = done < 0 ? 0 : done,
		.stack = l4_pages_alloc(L4_THREAD_STACK_ORDER),
		.entry = entry,
		.argument = argument,
	};
	if (thread->cap && thread->done && thread->stack)
		error = make(thread, priority);
	if (!error)
		error = l4_thread_start(thread->cap, (l4_word_t)begin, stack_top(thread),
					(l4_word_t)thread);
	if (error)
		l4_thread_kill(thread);
	return error;
}

void l4_thread_kill(struct l4_thread *thread)
{
	if (thread->cap)
		l4_slot_free(thread->cap);
	if (thread->done)
		l4_slot_free(thread->done);
	if (thread->stack)
		l4_pages_free(thread->stack, L4_THREAD_STACK_ORDER);
	*thread = (struct l4_thread){ 0 };
}

long l4_thread_join(struct l4_thread *thread)
{
	long error = l4_irq_wait(thread->done, L4_TIMEOUT_NEVER);

	if (!error)
		l4_thread_kill(thread);
	return error;
}

/* Timeouts are rounded up, and by an eighth of a percent at most. */
long l4_sleep_us(l4_word_t us)
{
	long error = l4_ipc_sleep(l4_timeout_us(us));

	return error == -L4_ETIMEDOUT ? 0 : error;
}
