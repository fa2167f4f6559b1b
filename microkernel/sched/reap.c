/* SPDX-License-Identifier: GPL-2.0 */
/* Whose time an object's end is taken from. See reap.h. */
#include "sched/reap.h"

#include "base/object.h"
#include "sched/preempt.h"
#include "sched/sched.h"
#include "sched/thread.h"

static struct thread reaper = {
	.doomed = { &reaper.doomed, &reaper.doomed },
	.ready_link = { &reaper.ready_link, &reaper.ready_link },
	.timeslice = ~0U,
};

/* If it does not run already: where the list comes from, in whose time it would have been. */
static void wake_reaper(struct cpu *home, u8 priority)
{
	if (reaper.state == THREAD_STOPPED)
		reaper.home = home;
	reaper.unfinished = UNFINISHED_DELETION;
	if (priority > reaper.priority)
		sched_set_priority(&reaper, priority);
	if (reaper.state == THREAD_STOPPED)
		sched_ready(&reaper);
}

void reap_add(struct object *object)
{
	struct thread *thread = this_cpu()->current;

	if (!thread)
		thread = &reaper;
	list_del(&object->link);
	list_add_tail(&thread->doomed, &object->link);
	thread->unfinished |= UNFINISHED_DELETION;
	if (thread == &reaper)
		wake_reaper(this_cpu(), 0);
}

void reap_take_over(struct thread *thread)
{
	if (list_empty(&thread->doomed))
		return;
	list_splice_tail(&reaper.doomed, &thread->doomed);
	thread->unfinished &= ~UNFINISHED_DELETION;
	wake_reaper(thread->home, thread->priority);
}

/* A thread that deletes itself is not to be looked at any more. */
void reap_run(struct thread *thread)
{
	while (!list_empty(&thread->doomed)) {
		if (!object_end(list_first(&thread->doomed, struct object, link)) ||
		    this_cpu()->current != thread || preempt_point(800))
			return;
	}
	thread->unfinished &= ~UNFINISHED_DELETION;
	if (thread == &reaper) {
		reaper.priority = 0;
		sched_block(&reaper, THREAD_STOPPED);
	}
}
