/* SPDX-License-Identifier: GPL-2.0 */
/* A thread's registers as others see and set them. */
#include "sched/thread.h"

#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

void thread_get_regs(const struct thread *thread, u64 *mr)
{
	struct l4_thread_regs *regs = (struct l4_thread_regs *)mr;

	regs->frame = thread->regs;
	regs->fs_base = thread->fs_base;
	regs->gs_base = thread->gs_base;
	/* It has had a fault just now. */
	if (thread == this_cpu()->current) {
		regs->fs_base = read_fs_base();
		regs->gs_base = read_user_gs_base();
	}
}

bool thread_set_regs(struct thread *thread, const u64 *mr)
{
	struct l4_thread_regs regs;

	copy_words((u64 *)&regs, mr, L4_REGS_WORDS);
	if (!is_canonical(regs.frame.ip) || !is_canonical(regs.fs_base) ||
	    !is_canonical(regs.gs_base) ||
	    (regs.frame.flags & ~(FLAGS_USER | FLAGS_IF | FLAGS_FIXED)))
		return false;
	thread->regs = regs.frame;
	thread_forget_call(thread);
	thread->regs.cs = SEL_USER_CS;
	thread->regs.ss = SEL_USER_SS;
	thread->regs.flags |= FLAGS_IF | FLAGS_FIXED;
	thread->fs_base = regs.fs_base;
	thread->gs_base = regs.gs_base;
	thread->can_continue = true;
	return true;
}
