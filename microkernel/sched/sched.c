/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler. Picks; the machine state is switched by thread_switch(),
 * page tables are loaded on the way out.
 */
#include "sched/sched.h"

#include "base/panic.h"
#include "sched/fpu.h"
#include "sched/kernel_lock.h"
#include "sched/request.h"
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

static inline void tell_home(const struct thread *thread)
{
	if (unlikely(cpus_many) && thread->home != this_cpu())
		request_look(thread->home);
}

void sched_tell_home(const struct thread *thread)
{
	tell_home(thread);
}

void sched_add_timer(struct thread *thread, struct timer *timer, u64 deadline)
{
	if (clock_add(thread->home, timer, deadline))
		sched_tell_home(thread);
}

void sched_remove_timer(struct thread *thread, struct timer *timer)
{
	clock_remove(thread->home, timer);
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
	struct cpu *cpu = thread->home;
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
		tell_home(thread);
		return;
	}
	enqueue(cpu, thread, goes_on);
	if (thread->priority == current->priority && !cpu->slice_end) {
		start_slice(cpu, current);
		tell_home(thread);
	}
}

void sched_block(struct thread *thread, u8 state)
{
	struct cpu *cpu = thread->home;

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
	struct cpu *cpu = thread->home;

	if (thread->state == THREAD_READY && thread != cpu->current) {
		dequeue(cpu, thread);
		thread->priority = priority;
		sched_ready(thread);
	} else {
		thread->priority = priority;
		cpu->need_resched = true;
		sched_tell_home(thread);
	}
}

void sched_yield(struct thread *to)
{
	struct cpu *cpu = this_cpu();

	if (to && to->home == cpu && to->state == THREAD_READY && to != cpu->current)
		cpu->yielded_to = to;
	else
		cpu->current->slice_left = 0;
	cpu->need_resched = true;
}

static void move_timer(struct timer *timer, struct cpu *from, struct cpu *to)
{
	if (!timer->queued)
		return;
	clock_remove(from, timer);
	clock_add(to, timer, timer->deadline);
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

/* It is in no queue, and no CPU's current thread. */
static void rehome(struct thread *thread, struct cpu *cpu)
{
	struct cpu *old = thread->home;

	thread->unfinished &= ~UNFINISHED_MOVE;
	thread->moves_to = NULL;
	fpu_save(thread);
	if (old->yielded_to == thread)
		old->yielded_to = NULL;
	move_timer(&thread->timeout, old, cpu);
	move_timer(&thread->vcpu.timer, old, cpu);
	thread->home = cpu;
	if (thread->state == THREAD_READY)
		sched_ready(thread);
	else
		tell_home(thread);
}

/* From another CPU, which waits for us, a thread is taken away with all it has there. */
void sched_move(struct thread *thread, struct cpu *cpu)
{
	struct cpu *old = thread->home;

	if (old == cpu && !thread->moves_to)
		return;
	if (thread == this_cpu()->current) {
		thread->moves_to = cpu;
		thread->unfinished |= UNFINISHED_MOVE;
		return;
	}
	kernel_hold(thread);
	if (old->current == thread) {
		stop_slice(old, thread);
		switch_count_time(old, thread);
		old->current = NULL;
		old->need_resched = true;
	} else if (thread->state == THREAD_READY) {
		dequeue(old, thread);
	}
	rehome(thread, cpu);
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
		kernel_wait();
		next = highest(cpu);
	} while (!next);
	switch_end_idle(cpu, next);
	cpu->need_resched = false;
	return next;
}

void sched_leave(struct thread *thread)
{
	stop_slice(this_cpu(), thread);
	thread_switch_away(thread);
	rehome(thread, thread->moves_to);
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
	if (unlikely(!next)) {
		/* While this CPU idles, others may move it, and end it. */
		if (prev && cpus_many)
			thread_switch_away(prev);
		else if (prev)
			switch_count_time(cpu, prev);
		prev = cpus_many ? NULL : prev;
		next = wait_for_thread(cpu);
	}
	dequeue(cpu, next);
	thread_switch(prev, next);
	start_slice(cpu, next);
}
