/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O ports for processes: ioperm and iopl. A thread that called one of them
 * has TIF_IO_BITMAP set, and a record of what it may do.
 */
#ifndef _ASM_L4_USER_PORTS_H
#define _ASM_L4_USER_PORTS_H

#include <linux/thread_info.h>
#include <asm/ptrace.h>

int user_ports_copy(struct task_struct *child);
void user_ports_drop(struct task_struct *task);

/* May the current thread use these ports, may it use all? */
bool user_ports_allow(unsigned int port, unsigned int size);
bool user_ports_all(void);

bool user_port_access(struct pt_regs *regs);	/* user_port_insn.c */

/* The child of the current thread has the same rights, but its own record. */
static inline int user_ports_fork(struct task_struct *child)
{
	return unlikely(test_thread_flag(TIF_IO_BITMAP)) ? user_ports_copy(child) : 0;
}

static inline void user_ports_exit(struct task_struct *task)
{
	if (unlikely(test_tsk_thread_flag(task, TIF_IO_BITMAP)))
		user_ports_drop(task);
}

/*
 * A general protection fault of the current thread, interrupts on. True: it
 * was an access that the thread may make, and it has been made, or has ended
 * with a signal.
 */
static inline bool user_ports_fault(struct pt_regs *regs)
{
	return unlikely(test_thread_flag(TIF_IO_BITMAP)) && user_port_access(regs);
}

#endif
