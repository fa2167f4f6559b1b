/* SPDX-License-Identifier: GPL-2.0 */
/* One canary for all threads: %gs, where x86 has each thread's own, belongs to the process. */
#ifndef _ASM_L4_STACKPROTECTOR_H
#define _ASM_L4_STACKPROTECTOR_H

#ifdef CONFIG_STACKPROTECTOR

#include <linux/sched.h>

extern unsigned long __stack_chk_guard;

/* Whoever calls this never returns, and so does not look at the canary that it began with. */
static __always_inline void boot_init_stack_canary(void)
{
	current->stack_canary = get_random_canary();
	__stack_chk_guard = current->stack_canary;
}

#endif
#endif
