/* SPDX-License-Identifier: GPL-2.0 */
/* What whoever has authority over the machine asks: see system.h. */
#include "api/system.h"

#include <l4/syscall.h>

#include "base/console.h"
#include "base/kmem.h"
#include "base/screen.h"
#include "object/task.h"
#include "sched/preempt.h"
#include "sched/thread.h"

#define POLL	600	/* instructions that reading a port stands for */
#define PIXEL	6	/* and that drawing one takes */

/* Waits as long as printk() would, but at preemption points. False: to be gone on with. */
static bool await_console(struct putc_steps *steps)
{
	while (steps->polls < CONSOLE_PATIENCE && !console_ready()) {
		steps->polls++;
		if (preempt_point(POLL))
			return false;
	}
	return true;
}

static long put_character(struct steps *steps, char c)
{
	unsigned int pixels;

	steps_begin(steps, STEPS_PUTC);
	while (!steps->putc.sent) {
		bool last = c != '\n' || steps->putc.returned;

		if (!await_console(&steps->putc))
			return PREEMPTED;
		console_send(last ? c : '\r');
		steps->putc = (struct putc_steps){ .returned = true, .sent = last };
	}
	while ((pixels = screen_draw(c, &steps->putc.line)))
		if (preempt_point(pixels * PIXEL))
			return PREEMPTED;
	steps_drop(steps);
	return 0;
}

long system_control(struct thread *caller)
{
	int error;

	if (!task_find(caller->task, caller->regs.di, OBJECT_SYSTEM, L4_RIGHT_W, &error))
		return error;
	switch (caller->regs.si) {
	case L4_SYSTEM_PUTC:
		return put_character(&caller->steps, caller->regs.dx);
	case L4_SYSTEM_KMEM_FREE:
		return kmem_free_bytes();
	case L4_SYSTEM_OBJECTS:
		return object_count();
	case L4_SYSTEM_SCREEN_OFF:
		screen_off();
		return 0;
	}
	return -L4_EINVAL;
}
