/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one door between ring 3 and the kernel, in assembler: what its files share.
 *
 *   entry_syscall.S   system calls: where they come in, and what C does of them
 *   entry_vcpu.S      upcalls and resumes of processes, without C
 *   entry_trap.S      exceptions and interrupts; the way out
 *
 * In: by SYSCALL (ip in rcx, flags in r11, stack still ring 3's) or by an
 * interrupt gate (the CPU has pushed ss..ip to tss.rsp0). Either way the
 * registers end up as a struct l4_frame in the current thread, rsp moves to
 * the CPU's kernel stack, and C is called; interrupts stay off throughout.
 * Out: C returns in rax the frame to continue with; it is popped and left by
 * SYSRET when that restores all of it, else by IRET. Ring 3 may also be in
 * 32-bit code, by a far jump of its own. The frame's cs says so; the short ways
 * of SYSCALL leave an old one there until they meet the long ones.
 *
 * From one file to another go these, with GS base the kernel's but where it is said:
 *
 *   upcall_syscall, resume  from entry_syscall: all registers are ring 3's but rsp, the
 *                           current thread
 *   syscall_long            back from both: all registers ring 3's, rsp any
 *   page_fault              from trap_common: see there; GS base still ring 3's
 *   trap_long               back from it, likewise
 *   leave                   rax: the frame to continue with; rsp any
 */
#ifndef X86_ENTRY_H
#define X86_ENTRY_H

/*
 * With more than one CPU another function is called, which takes the kernel's
 * lock, or another place is jumped to: many.c puts these in at boot.
 */
.macro call_c function
many\@:
	call	\function
	.pushsection .many, "a"
	.quad	many\@, \function\()_many, 0xe8
	.popsection
.endm

.macro jump_if_many target
many\@:
	.byte	0x0f, 0x1f, 0x44, 0, 0		/* a NOP as long as a jump */
	.pushsection .many, "a"
	.quad	many\@, \target, 0xe9
	.popsection
.endm

.macro push_registers_to_ax
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
.endm

.macro push_registers_from_r8
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
.endm

/* The registers of a system call into the thread's frame; the stack is the kernel's then. */
.macro push_syscall_frame
	mov	%gs:CPU_REGS_END, %rsp
	push	$SEL_USER_SS
	push	%gs:CPU_USER_SP
	push	%r11
	push	$SEL_USER_CS
	push	%rcx
	push	%rax
	push	%rdi
	push_registers_to_ax
	push_registers_from_r8
	mov	%gs:CPU_STACK_TOP, %rsp
	xor	%ebp, %ebp
.endm

.macro pop_registers
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
.endm

/*
 * Is the server's stack at \reg one that may be touched: canonical, upper half
 * but not the kernel's slot, which is -256 in steps of that size. Spoils \tmp.
 */
.macro check_server_stack reg tmp otherwise
	mov	\reg, \tmp
	sar	$39, \tmp
	add	$255, \tmp
	cmp	$255, \tmp
	jae	\otherwise
.endm

#endif
