// SPDX-License-Identifier: GPL-2.0
/*
 * Callers: threads of Linux's own task that call servers, so that no vCPU waits for
 * them. Linux writes what is to be sent into the caller and raises its interrupt; the
 * thread makes the call, writes the answer there, sets its bit in `answered', and
 * raises the interrupt that all of them share, which vCPU 0 gets.
 *
 * Such a thread is none of Linux's: it has no current, no CPU's data, no pager. It
 * executes nothing but caller_loop, and touches nothing but its struct caller, which is
 * never freed. If a call is given up its IPC is cancelled, and the thread comes back.
 */
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <l4/calls.h>
#include <asm/call.h>
#include <asm/setup.h>
#include <asm/vcpu.h>

#define STACK_WORDS	128	/* an upcall never comes there: frames of caller_loop only */

struct caller {
	/* The thread's, from its interrupt on to the other one. */
	unsigned long index;
	unsigned long server;
	struct call_message message;
	long error;
	unsigned long stack[STACK_WORDS] __aligned(16);
	/* Linux's */
	bool made, taken;
	unsigned int cpu;	/* that it lives on: that of the vCPU which made it */
	caller_done done;
	void *owner;
#ifdef CONFIG_SMP
	call_single_data_t hurry;
#endif
};

static struct caller callers[L4_INSTANCE_CALLERS];
static DEFINE_MUTEX(callers_lock);	/* made, taken */
static bool are_ready;			/* there is the interrupt that they share */
static unsigned long answered;		/* bit n: caller n, and Linux has not seen it */

static __always_inline l4_cap_t thread_of(const struct caller *caller)
{
	return L4_INSTANCE_CALLER_BASE + 2 * caller->index;
}

static __always_inline l4_cap_t irq_of(const struct caller *caller)
{
	return L4_INSTANCE_CALLER_BASE + 2 * caller->index + 1;
}

static struct l4_utcb *utcb_of(const struct caller *caller)
{
	return (struct l4_utcb *)(L4_INSTANCE_CALLER_UTCB + caller->index * L4_PAGE_SIZE);
}

/*
 * All that the thread ever executes. Who cancels may be too early or too late: then it
 * is the wait for work that ends, and begins again.
 */
static noinstr __no_stack_protector void caller_loop(struct caller *caller)
{
	struct l4_msg msg;

	for (;;) {
		msg.tag = msg.mr[0] = msg.mr[1] = msg.mr[2] = msg.mr[3] = 0;
		if (l4_ipc_recv_from(irq_of(caller), &msg))
			continue;
		l4_irq_ack(irq_of(caller));
		msg.tag = caller->message.tag;
		msg.mr[0] = caller->message.word[0];
		msg.mr[1] = caller->message.word[1];
		msg.mr[2] = caller->message.word[2];
		msg.mr[3] = caller->message.word[3];
		caller->error = l4_ipc_call(caller->server, &msg);
		caller->message.tag = msg.tag;
		caller->message.word[0] = msg.mr[0];
		caller->message.word[1] = msg.mr[1];
		caller->message.word[2] = msg.mr[2];
		caller->message.word[3] = msg.mr[3];
		arch_set_bit(caller->index, &answered);
		l4_irq_raise(L4_INSTANCE_ANSWER);
	}
}

/* From here on the caller can be started afresh, by this function too: nothing of it is looked at any more. */
static void report(struct caller *caller)
{
	struct call_message answer = caller->message;

	caller->done(caller->owner, caller->error, &answer);
}

static void report_answers(struct work_struct *work)
{
	unsigned long bits = xchg(&answered, 0);
	unsigned int n;

	for_each_set_bit(n, &bits, L4_INSTANCE_CALLERS)
		report(&callers[n]);
}

static DECLARE_WORK(reporting, report_answers);

/* Acknowledged first: whose bit comes from now on raises it again. */
void callers_answered(void)
{
	if (!READ_ONCE(are_ready) || smp_processor_id())
		return;
	l4_irq_ack(L4_INSTANCE_ANSWER);
	if (READ_ONCE(answered))
		queue_work(system_bh_wq, &reporting);
}

static void drop(l4_cap_t slot)
{
	l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

static long make_ready(void)
{
	long error;

	if (are_ready)
		return 0;
	error = l4_irq_create(L4_INSTANCE_ANSWER, L4_CAP_NONE, L4_IRQ_SOFT) ?:
		l4_irq_bind(L4_INSTANCE_ANSWER, 0, L4_INSTANCE_THREAD_BASE, L4_INSTANCE_PENDING_OWN);
	if (error)
		drop(L4_INSTANCE_ANSWER);
	WRITE_ONCE(are_ready, !error);
	return error;
}

#ifdef CONFIG_SMP
static void hurry_here(void *caller)
{
	l4_yield_to(thread_of(caller));
}
#endif

/* Its home is the CPU that makes it: so nothing moves this to another one meanwhile. */
static long make(struct caller *caller)
{
	l4_cap_t thread = thread_of(caller), irq = irq_of(caller);
	long error;

	preempt_disable();
	caller->cpu = smp_processor_id();
	error = l4_thread_create(thread, L4_INSTANCE_TASK, (l4_word_t)utcb_of(caller), 0);
	preempt_enable();
	if (!error)
		error = l4_thread_control(thread, L4_THREAD_PRIORITY, l4_instance->priority);
	if (!error)
		error = l4_irq_create(irq, L4_CAP_NONE, L4_IRQ_SOFT);
	if (!error)
		error = l4_irq_bind(irq, 0, thread, 0);
	if (!error)
		error = l4_thread_start(thread, (l4_word_t)caller_loop,
					(l4_word_t)&caller->stack[STACK_WORDS - 1], (l4_word_t)caller);
	if (error) {
		drop(thread);
		drop(irq);
		return error;
	}
#ifdef CONFIG_SMP
	INIT_CSD(&caller->hurry, hurry_here, caller);
#endif
	caller->made = true;
	return 0;
}

struct caller *caller_get(void)
{
	struct caller *caller = ERR_PTR(-EBUSY);
	long error = 0;
	unsigned int n;

	mutex_lock(&callers_lock);
	for (n = 0; n < L4_INSTANCE_CALLERS && callers[n].taken; n++)
		;
	if (n < L4_INSTANCE_CALLERS) {
		caller = &callers[n];
		caller->index = n;
		error = make_ready();
		if (!error && !caller->made)
			error = make(caller);
		caller->taken = !error;
	}
	mutex_unlock(&callers_lock);
	if (error) {
		pr_warn_once("L4: no thread to call servers: error %ld\n", error);
		return ERR_PTR(-ENOMEM);
	}
	return caller;
}

/* The thread stays, for the next who wants one. */
void caller_put(struct caller *caller)
{
	mutex_lock(&callers_lock);
	caller->taken = false;
	mutex_unlock(&callers_lock);
}

void caller_start(struct caller *caller, unsigned int server, const struct call_message *message,
		  unsigned long item, caller_done done, void *owner)
{
	caller->server = server;
	caller->message = *message;
	caller->message.tag |= l4_tag(0, item != 0, 0);
	utcb_of(caller)->item[0] = (struct l4_item){ item, 0 };
	caller->done = done;
	caller->owner = owner;
	l4_irq_raise(irq_of(caller));
}

/*
 * It has the priority of the vCPU that runs there, which would have the CPU up to the end
 * of its timeslice else.
 */
void caller_hurry(struct caller *caller)
{
#ifdef CONFIG_SMP
	if (get_cpu() != caller->cpu)
		smp_call_function_single_async(caller->cpu, &caller->hurry);
	else
		hurry_here(caller);
	put_cpu();
#else
	l4_yield_to(thread_of(caller));
#endif
}

void caller_cancel(struct caller *caller)
{
	l4_thread_control(thread_of(caller), L4_THREAD_CANCEL, 0);
}

struct waiter {
	struct completion over;
	long error;
	struct call_message *message;
};

static void wake(void *owner, long error, const struct call_message *answer)
{
	struct waiter *waiter = owner;

	waiter->error = error;
	*waiter->message = *answer;
	complete(&waiter->over);
}

/* The thread may not have begun when it is cancelled: so that is done until it helps. */
long caller_call(struct caller *caller, unsigned int server, struct call_message *message,
		 unsigned long item)
{
	struct waiter waiter = { .message = message };
	bool is_killed;

	init_completion(&waiter.over);
	caller_start(caller, server, message, item, wake, &waiter);
	caller_hurry(caller);
	is_killed = wait_for_completion_killable(&waiter.over);
	if (is_killed)
		do
			caller_cancel(caller);
		while (!wait_for_completion_timeout(&waiter.over, 1));
	return is_killed ? -L4_ECANCELED : waiter.error;
}
