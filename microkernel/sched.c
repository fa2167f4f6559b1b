/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler. Picks; the machine state is switched by thread_switch_to(),
 * page tables are loaded on the way out.
 */
#include "sched.h"

#include "panic.h"
#include "thread.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/switch.h"
#include "x86/x86.h"

void sched_init(void)
{
	struct run_queue *rq = &this_cpu()->ready;

	for (int i = 0; i < SCHED_PRIORITIES; i++)
		list_init(&rq->queue[i]);
}

static void enqueue(struct run_queue *rq, struct thread *thread, bool head)
{
	struct list *queue = &rq->queue[thread->priority];

	if (head)
		list_add(queue, &thread->ready_link);
	else
		list_add_tail(queue, &thread->ready_link);
	rq->bitmap[thread->priority / 64] |= 1UL << (thread->priority % 64);
	this_cpu()->ready_words |= 1U << (thread->priority / 64);
}

static void dequeue(struct run_queue *rq, struct thread *thread)
{
	unsigned int word = thread->priority / 64;

	list_del(&thread->ready_link);
	if (!list_empty(&rq->queue[thread->priority]))
		return;
	rq->bitmap[word] &= ~(1UL << (thread->priority % 64));
	if (!rq->bitmap[word])
		this_cpu()->ready_words &= ~(1U << word);
}

static struct thread *highest(struct run_queue *rq)
{
	unsigned int words = this_cpu()->ready_words, priority;

	if (!words)
		return NULL;
	priority = (31 - __builtin_clz(words)) * 64;
	priority += 63 - __builtin_clzl(rq->bitmap[priority / 64]);
	return list_first(&rq->queue[priority], struct thread, ready_link);
}

/* A slice is measured only while there is somebody to share with. */
static void start_slice(struct cpu *cpu, struct thread *thread)
{
	if (list_empty(&cpu->ready.queue[thread->priority])) {
		cpu->slice_end = 0;
		return;
	}
	cpu->slice_end = read_tsc() + thread->slice_left;
	cpu->timer_dirty = true;
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
	enqueue(&cpu->ready, thread, goes_on);
	if (!current || current->state != THREAD_READY || thread->priority > current->priority)
		cpu->need_resched = true;
	else if (thread->priority == current->priority && !cpu->slice_end)
		start_slice(cpu, current);
}

void sched_block(struct thread *thread, u8 state)
{
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_READY) {
		if (thread == cpu->current)
			cpu->need_resched = true;
		else
			dequeue(&cpu->ready, thread);
	}
	thread->state = state;
}

void sched_set_priority(struct thread *thread, u8 priority)
{
	struct cpu *cpu = this_cpu();

	if (thread->state == THREAD_READY && thread != cpu->current) {
		dequeue(&cpu->ready, thread);
		thread->priority = priority;
		sched_ready(thread);
	} else {
		thread->priority = priority;
		cpu->need_resched = true;
	}
}

void sched_yield(void)
{
	struct cpu *cpu = this_cpu();

	cpu->current->slice_left = 0;
	cpu->need_resched = true;
}

void sched_tick(u64 now)
{
	struct cpu *cpu = this_cpu();

	if (cpu->slice_end && now >= cpu->slice_end && cpu->current) {
		cpu->current->slice_left = 0;
		cpu->need_resched = true;
	}
}

/* Is prev still the one to run. A spent slice counts only among equals. */
static bool keeps_running(struct thread *prev, struct thread *best)
{
	if (!best || best->priority < prev->priority) {
		if (!prev->slice_left)
			prev->slice_left = prev->timeslice;
		return true;
	}
	return best->priority == prev->priority && prev->slice_left;
}

/* What is left of the slice, so that being preempted costs nobody the rest. */
static void stop_slice(struct cpu *cpu, struct thread *thread)
{
	u64 now;

	if (!cpu->slice_end || !thread->slice_left)
		return;
	now = read_tsc();
	thread->slice_left = now < cpu->slice_end ? cpu->slice_end - now : 0;
}

void sched_run(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *prev = cpu->current, *next;

	cpu->need_resched = false;
	if (prev)
		stop_slice(cpu, prev);
	next = highest(&cpu->ready);
	if (prev && prev->state == THREAD_READY) {
		if (keeps_running(prev, next)) {
			start_slice(cpu, prev);
			return;
		}
		enqueue(&cpu->ready, prev, prev->slice_left != 0);
		if (!prev->slice_left)
			prev->slice_left = prev->timeslice;
	}
	if (!next && prev)
		thread_switch_from(prev);
	while (!next) {
		cpu->current = NULL;
		cpu->slice_end = 0;
		clock_program();
		wait_for_interrupt();
		next = highest(&cpu->ready);
	}
	cpu->need_resched = false;
	dequeue(&cpu->ready, next);
	if (cpu->current)
		thread_switch_from(cpu->current);
	cpu->current = next;
	thread_switch_to(next);
	start_slice(cpu, next);
}
