/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler. Picks; the machine state is switched by thread_switch(),
 * page tables are loaded on the way out.
 */
#include "sched/sched.h"

#include "base/panic.h"
#include "sched/switch.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"

void sched_init(void)
{
	struct run_queue *rq = &this_cpu()->ready;

	for (int i = 0; i < SCHED_PRIORITIES; i++)
		list_init(&rq->queue[i]);
}

static void enqueue(struct cpu *cpu, struct thread *thread, bool head)
{
	unsigned int priority = thread->priority;
	struct list *queue = &cpu->ready.queue[priority];
	bool was_empty = list_empty(queue);

	if (head)
		list_add(queue, &thread->ready_link);
	else
		list_add_tail(queue, &thread->ready_link);
	if (!was_empty)
		return;
	cpu->ready.bitmap[priority / 64] |= 1UL << (priority % 64);
	cpu->ready_words |= 1U << (priority / 64);
}

static void dequeue(struct cpu *cpu, struct thread *thread)
{
	unsigned int priority = thread->priority, word = priority / 64;

	if (thread == cpu->heir) {
		cpu->heir = NULL;
		return;
	}
	list_del(&thread->ready_link);
	if (!list_empty(&cpu->ready.queue[priority]))
		return;
	cpu->ready.bitmap[word] &= ~(1UL << (priority % 64));
	if (!cpu->ready.bitmap[word])
		cpu->ready_words &= ~(1U << word);
}

/* The best of those that are ready. */
static inline struct thread *highest(struct cpu *cpu)
{
	if (cpu->heir)
		return cpu->heir;
	if (!cpu->ready_words)
		return NULL;
	return list_first(&cpu->ready.queue[sched_best(cpu)], struct thread, ready_link);
}

static inline void end_slice_after(struct cpu *cpu, u64 ticks)
{
	cpu->slice_end = read_tsc() + ticks;
	/* An alarm that is early sets itself again: the slices of many switches cost one. */
	if (!cpu->alarm || cpu->alarm > cpu->slice_end)
		cpu->timer_dirty = true;
}

/* A slice is measured only while there is somebody to share with. */
static inline void start_slice(struct cpu *cpu, struct thread *thread)
{
	if (list_empty(&cpu->ready.queue[thread->priority]))
		cpu->slice_end = 0;
	else
		end_slice_after(cpu, thread->slice_left);
}

static inline void disinherit(struct cpu *cpu)
{
	if (cpu->heir)
		enqueue(cpu, cpu->heir, true);
	cpu->heir = NULL;
}

/*
 * The thread should run before all others, and does not wait in the queue for
 * that: it is put there when a better one comes before sched_run(). True if so.
 */
static inline bool inherits(struct cpu *cpu, struct thread *thread, bool goes_on)
{
	struct thread *best = highest(cpu);

	if (best && best->priority >= thread->priority + goes_on)
		return false;
	disinherit(cpu);
	cpu->heir = thread;
	return true;
}

void sched_ready(struct thread *thread)
{
	struct cpu *cpu = this_cpu();
	struct thread *current = cpu->current;
	/* A call does not end its caller's turn: it has the rest of its slice when the reply comes. */
	bool goes_on = thread->state == THREAD_AWAITING_REPLY && thread->slice_left;

	thread->state = THREAD_READY;
	thread->slow &= ~SLOW_WAIT;
	if (thread == current)
		return;
	if (!thread->slice_left)
		thread->slice_left = thread->timeslice;
	if (!current || current->state != THREAD_READY || thread->priority > current->priority) {
		cpu->need_resched = true;
		if (!inherits(cpu, thread, goes_on))
			enqueue(cpu, thread, goes_on);
		return;
	}
	enqueue(cpu, thread, goes_on);
	if (thread->priority == current->priority && !cpu->slice_end)
		start_slice(cpu, current);
}

void sched_block(struct thread *thread, u8 state)
{
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_READY) {
		if (thread == cpu->current)
			cpu->need_resched = true;
		else
			dequeue(cpu, thread);
	}
	thread->state = state;
}

void sched_set_priority(struct thread *thread, u8 priority)
{
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_READY && thread != cpu->current) {
		dequeue(cpu, thread);
		thread->priority = priority;
		sched_ready(thread);
	} else {
		thread->priority = priority;
		cpu->need_resched = true;
	}
}

void sched_yield(struct thread *to)
{
	struct cpu *cpu = this_cpu();

	if (to && to->state == THREAD_READY && to != cpu->current)
		cpu->yielded_to = to;
	else
		cpu->current->slice_left = 0;
	cpu->need_resched = true;
}

/* Is prev still the one to run. A spent slice counts only among equals. */
static inline bool keeps_running(struct thread *prev, struct thread *best)
{
	if (!best || best->priority < prev->priority) {
		if (!prev->slice_left)
			prev->slice_left = prev->timeslice;
		return true;
	}
	return best->priority == prev->priority && prev->slice_left;
}

/* What is left of the slice, so that being preempted costs nobody the rest. */
static inline void stop_slice(struct cpu *cpu, struct thread *thread)
{
	u64 now;

	if (!cpu->slice_end || !thread->slice_left)
		return;
	now = read_tsc();
	thread->slice_left = now < cpu->slice_end ? cpu->slice_end - now : 0;
}

/* Who yields would run on: so another one may in its place and time, whatever its priority. */
static bool yields(struct cpu *cpu, struct thread *prev, struct thread *next)
{
	cpu->yielded_to = NULL;
	if (!prev || prev->state != THREAD_READY || next->state != THREAD_READY ||
	    highest(cpu)->priority > prev->priority)
		return false;
	dequeue(cpu, next);
	enqueue(cpu, prev, false);
	next->slice_left = prev->slice_left;
	prev->slice_left = prev->timeslice;
	thread_switch(prev, next);
	end_slice_after(cpu, next->slice_left);
	return true;
}

static struct thread *wait_for_thread(struct cpu *cpu)
{
	struct thread *next;

	cpu->current = NULL;
	cpu->slice_end = 0;
	do {
		clock_program();
		wait_for_interrupt();
		next = highest(cpu);
	} while (!next);
	cpu->need_resched = false;
	return next;
}

void sched_run(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *prev = cpu->current, *next;

	cpu->need_resched = false;
	if (prev)
		stop_slice(cpu, prev);
	if (unlikely(cpu->yielded_to) && yields(cpu, prev, cpu->yielded_to))
		return;
	next = highest(cpu);
	if (prev && prev->state == THREAD_READY) {
		if (keeps_running(prev, next)) {
			disinherit(cpu);
			start_slice(cpu, prev);
			return;
		}
		if (next->priority == prev->priority && next != cpu->heir) {
			/* By turns: the queue keeps its length. */
			list_del(&next->ready_link);
			list_add_tail(&cpu->ready.queue[prev->priority], &prev->ready_link);
			prev->slice_left = prev->timeslice;
			thread_switch(prev, next);
			end_slice_after(cpu, next->slice_left);
			return;
		}
		enqueue(cpu, prev, prev->slice_left != 0);
		if (!prev->slice_left)
			prev->slice_left = prev->timeslice;
	}
	if (unlikely(!next))
		next = wait_for_thread(cpu);
	dequeue(cpu, next);
	thread_switch(prev, next);
	start_slice(cpu, next);
}
