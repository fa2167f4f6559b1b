// SPDX-License-Identifier: GPL-2.0
/* Offsets and sizes that assembler files need. */
#define COMPILE_OFFSETS

#include <linux/kbuild.h>
#include <linux/sched.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>

static void __used offsets(void)
{
	OFFSET(TASK_threadsp, task_struct, thread.sp);
	BLANK();
	DEFINE(PTREGS_SIZE, sizeof(struct pt_regs));
}
