/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's threads and objects beside the model's, and what must be true of its lists; see ipc_model.h. */
#include "ipc_model.h"

static int number_of(const struct thread *k)
{
	for (int i = 0; k && i < THREADS; i++)
		if (thread[i].k == k)
			return i;
	return NOBODY;
}

static void check_queue(const struct m_thread *t)
{
	const struct list *pos = t->k->senders.next, *rank = &t->k->ranks;

	for (unsigned int i = 0; i < t->queued; i++, pos = pos->next) {
		const struct sender *s = list_entry(pos, const struct sender, link);

		assert_ptr_not_equal(pos, &t->k->senders);
		assert_ptr_equal(pos->next->prev, pos);
		assert_ptr_equal(s->to, t->k);
		if (!i || t->queue[i - 1].priority != t->queue[i].priority) {
			rank = rank->next;
			assert_ptr_equal(rank, &s->rank);
		}
		assert_int_equal(s->priority, t->queue[i].priority);
		assert_int_equal(s->is_irq, t->queue[i].irq != NOBODY);
		if (s->is_irq)
			assert_ptr_equal(s, &irq[t->queue[i].irq].k->source.sender);
		else
			assert_ptr_equal(s, &thread[t->queue[i].thread].k->sender);
	}
	assert_ptr_equal(pos, &t->k->senders);
	assert_ptr_equal(rank->next, &t->k->ranks);
}

static void check_registers(const struct m_thread *t)
{
	const struct l4_frame *m = &t->regs, *k = &t->k->regs;

	if ((t->state == THREAD_READY && !t->busy) || t->state == THREAD_STOPPED)
		assert_int_equal(k->ax, m->ax);
	assert_int_equal(k->di, m->di);
	assert_int_equal(k->si, m->si);
	assert_int_equal(k->dx, m->dx);
	assert_int_equal(k->r8, m->r8);
	assert_int_equal(k->r9, m->r9);
	assert_int_equal(k->r10, m->r10);
	assert_int_equal(k->bx, m->bx);
	assert_int_equal(k->bp, m->bp);
	assert_int_equal(k->sp, m->sp);
	assert_int_equal(k->ip, m->ip);
	assert_int_equal(k->flags, m->flags);
}

static void check_thread(struct m_thread *t)
{
	const struct thread *k = t->k;

	assert_int_equal(k->object.dead, t->dead);
	if (t->dead)
		return;
	assert_int_equal(k->state, t->state);
	assert_int_equal(k->priority, t->priority);
	assert_int_equal(number_of(k->reply_to), t->reply_to);
	assert_int_equal(number_of(k->replier), t->replier);
	assert_true(!k->reply_to || k->reply_to->replier == k);
	assert_true(!k->replier || k->replier->reply_to == k);
	assert_int_equal(k->fault.proto, t->fault.proto);
	assert_int_equal(k->timeout.queued, t->deadline != 0);
	if (t->deadline)
		assert_int_equal(k->timeout.deadline, t->deadline);
	assert_int_equal(k->vcpu.timer.queued, t->vcpu_deadline != 0);
	assert_int_equal(number_of(k->sender.to), t->state == THREAD_SENDING ? t->to : NOBODY);
	if (t->vcpu) {
		assert_int_equal(k->utcb->vcpu.pending, t->pending);
		assert_memory_equal(k->utcb->vcpu.pending_more, t->more, sizeof(t->more));
	}
	assert_int_equal(number_of(k->transfer.peer), t->peer);
	assert_int_equal(!!(k->unfinished & UNFINISHED_TRANSFER), t->busy);
	check_queue(t);
	if (t->state != THREAD_STOPPED || t->can_continue)
		check_registers(t);
	for (unsigned int i = L4_MSG_REGS; i < t->fresh; i++)
		assert_int_equal(k->utcb->mr[i], t->mr[i]);
	t->fresh = 0;
}

/* Each ready thread but the current one is in the run queues once. */
static void check_run_queues(void)
{
	const struct cpu *cpu = this_cpu();
	unsigned int found = 0, ready = 0;
	const struct thread *reaper = NULL;

	for (int p = 0; p < SCHED_PRIORITIES; p++) {
		const struct list *queue = &cpu->ready.queue[p], *pos;
		bool bit = cpu->ready.bitmap[p / 64] >> (p % 64) & 1;

		if (!bit) {
			assert_true(list_empty(queue));
			continue;
		}
		assert_false(list_empty(queue));
		list_for_each(pos, queue) {
			const struct thread *k = list_entry(pos, struct thread, ready_link);
			int i = number_of(k);

			/* A thread that deletes itself wakes the reaper, the one thread we know nothing of. */
			if (i == NOBODY) {
				assert_null(reaper);
				assert_int_equal(k->priority, p);
				reaper = k;
				continue;
			}
			assert_int_not_equal(i, current);
			assert_int_equal(thread[i].state, THREAD_READY);
			assert_int_equal(thread[i].priority, p);
			assert_ptr_equal(pos->next->prev, pos);
			assert_true(++found <= THREADS);
		}
	}
	for (int i = 0; i < THREADS; i++)
		ready += thread[i].k && !thread[i].dead && thread[i].state == THREAD_READY;
	assert_int_equal(found, ready - 1);
}

static unsigned int check_heap(const struct timer *t)
{
	unsigned int count = 0;

	for (; t; t = t->sibling) {
		assert_true(t->queued);
		if (t->child)
			assert_ptr_equal(t->child->prev, t);
		if (t->sibling)
			assert_ptr_equal(t->sibling->prev, t);
		for (const struct timer *c = t->child; c; c = c->sibling)
			assert_true(c->deadline >= t->deadline);
		count += 1 + check_heap(t->child);
	}
	return count;
}

static void check_timers(void)
{
	unsigned int waiting = 0;

	for (int i = 0; i < THREADS; i++)
		if (thread[i].k)
			waiting += !!thread[i].deadline + !!thread[i].vcpu_deadline;
	assert_int_equal(check_heap(this_cpu()->timers.root), waiting);
	if (this_cpu()->slice_end)
		assert_true(machine.alarm && machine.alarm <= this_cpu()->slice_end);
	if (waiting)
		assert_true(machine.alarm && machine.alarm <= this_cpu()->timers.root->deadline);
}

unsigned int highest_ready(void)
{
	unsigned int highest = 0;

	for (int i = 0; i < THREADS; i++)
		if (lives(i) && thread[i].state == THREAD_READY && thread[i].priority > highest)
			highest = thread[i].priority;
	return highest;
}

/*
 * Among equals all have their turn: how long a ready thread has seen others run
 * whose priority is not above its own.
 */
void check_turns(void)
{
	static u64 waited[THREADS], before;
	u64 passed = machine.tsc - before, slices = MS;

	before = machine.tsc;
	for (int i = 0; i < THREADS; i++)
		if (lives(i))
			slices += 2 * thread[i].timeslice;
	for (int i = 0; i < THREADS; i++) {
		if (!lives(i) || machine_current() == thread[i].k || thread[i].state != THREAD_READY)
			waited[i] = 0;
		else if (machine_current()->priority <= thread[i].priority)
			waited[i] += passed;
		assert_true(waited[i] <= slices);
	}
}

static void check_current(void)
{
	const struct m_thread *t = &thread[current];

	assert_int_equal(t->state, THREAD_READY);
	if (current != donee)
		donee = NOBODY;
	assert_true(donee == current || highest_ready() <= t->priority);
	assert_int_equal(machine.cr3, space_root(&t->k->task->space));
	assert_int_equal(machine.fs_base, t->fs);
	assert_int_equal(machine.user_gs_base, t->gs);
	assert_int_equal(machine.selectors, t->selectors);
	assert_true((machine.cr0 & CR0_TS) || this_cpu()->fpu_owner == t->k);
	assert_false(this_cpu()->need_resched);
	assert_int_equal(t->k->unfinished, 0);
}

static void check_objects(void)
{
	for (int i = 0; i < IRQS; i++) {
		if (!irq[i].exists)
			continue;
		assert_int_equal(number_of(irq[i].k->thread), irq[i].thread);
		assert_int_equal(irq[i].k->in_service, irq[i].in_service);
		assert_int_equal(irq[i].k->pending, irq[i].pending);
		assert_int_equal(!!irq[i].k->source.sender.to, irq[i].queued);
		/* A level that is being served must not storm. */
		if (i >= IRQS - PINS && irq[i].thread == NOBODY)
			assert_true(machine_pin_masked[pin_of[i]]);
	}
	for (int i = 0; i < GATES; i++)
		if (gate[i].exists)
			assert_int_equal(number_of(gate[i].k->thread), gate[i].thread);
}

static void check_received(void)
{
	for (int t = 0; t < TASKS; t++) {
		for (unsigned int i = 0; task[t] && i < WINDOW; i++) {
			struct object *object = cap_object(cap_word(&task[t]->space, WINDOW_SLOT + i));

			if (received[t][i].gate == NOBODY)
				assert_null(object);
			else
				assert_ptr_equal(object, &received[t][i].k->object);
		}
	}
}

void check_all(void)
{
	current = number_of(machine_current());
	assert_int_not_equal(current, NOBODY);
	for (int i = 0; i < THREADS; i++)
		if (thread[i].k)
			check_thread(&thread[i]);
	check_run_queues();
	check_timers();
	check_current();
	check_turns();
	check_objects();
	if (host_step % 16 == 0)
		check_received();
}
