/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first instruction of the server. In: rdi = the instance page; the
 * virtual interrupt flag is off and no upcall has an entry yet. The loader has
 * mapped the image with its bss zeroed; there is no stack.
 */
#include <linux/init.h>
#include <linux/linkage.h>
#include <l4/instance.h>

	__HEAD
SYM_CODE_START(l4_head)
	movq	$__top_init_kernel_stack, %rsp
	xorl	%ebp, %ebp
	call	l4_start_linux
	ud2
SYM_CODE_END(l4_head)

#ifdef CONFIG_SMP
/* The same of another CPU. In: rdi = its number, rsp = the top of its idle thread's stack. */
SYM_CODE_START(l4_head_secondary)
	imulq	$L4_INSTANCE_UTCB_STRIDE, %rdi, %rax
	wrgsbase %rax
	xorl	%ebp, %ebp
	call	smp_start_secondary
	ud2
SYM_CODE_END(l4_head_secondary)
#endif
