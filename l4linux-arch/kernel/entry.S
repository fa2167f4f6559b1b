/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door: how control comes in from the microkernel, and the one place it
 * goes out to a frame. Both entries find the stack at a complete pt_regs and
 * leave with rsp at the same one: upcalls nest like calls, but never on the way
 * out. The register contract is in l4/vcpu.h. An odd rbp tells the unwinder
 * that a pt_regs is there. Between the last line of C and the resume the
 * virtual interrupt flag stays off, so nothing changes what C has prepared.
 *
 * With several CPUs GS base is the process's in user mode, and the CPU's own
 * here. So each CPU has entries of its own, which know the one to load: before
 * that, and behind user_gs_load, nothing may fault or look at a per-CPU variable.
 */
#include <linux/linkage.h>
#include <asm/asm-offsets.h>
#include <asm/entry.h>
#include <asm/percpu.h>
#include <asm/processor-flags.h>
#include <l4/instance.h>
#include <l4/syscall.h>
#include <l4/vcpu.h>

/* What an upcall from user mode begins with; the one that ends it keeps the CPU's in rbx. */
.macro user_gs_save own
#ifdef CONFIG_SMP
	rdgsbase %r11
	wrgsbase \own
	movq	%r11, PER_CPU_VAR(user_gs)
#endif
.endm

.macro user_gs_load
#ifdef CONFIG_SMP
	rdgsbase %rbx
	movq	PER_CPU_VAR(user_gs), %rax
	wrgsbase %rax
#endif
.endm

	.section .entry.text, "ax"

#ifdef CONFIG_SMP
/* The entries of CPU n, ENTRY_STUB bytes each, put its GS base into rcx and rax. */
.macro entry_stubs name, register
SYM_CODE_START(\name\()_stubs)
	cpu = 0
	.rept	CONFIG_NR_CPUS
	.balign	ENTRY_STUB
	movl	$(cpu * L4_INSTANCE_UTCB_STRIDE), \register
	jmp	\name
	cpu = cpu + 1
	.endr
SYM_CODE_END(\name\()_stubs)
.endm

	.balign	ENTRY_STUB
entry_stubs entry_syscall, %ecx
	.balign	ENTRY_STUB
entry_stubs entry_event, %eax
#endif

/* rdi = frame, rsi = system call number, rcx = GS base */
SYM_CODE_START(entry_syscall)
	user_gs_save %rcx
	leaq	1(%rsp), %rbp
	call	upcall_syscall
	jmp	resume
SYM_CODE_END(entry_syscall)

/* rdi = frame, rsi = vector, rdx = error code, rcx = fault address, rax = GS base */
SYM_CODE_START(entry_event)
	testb	$3, PTREGS_cs(%rsp)
	jz	event_of_linux
	user_gs_save %rax
	leaq	1(%rsp), %rbp
	call	upcall_event
SYM_INNER_LABEL(resume, SYM_L_LOCAL)
	user_gs_load
	movl	$L4_CALL_VCPU_RESUME, %eax
	syscall
	/* Refused: the call returns, and the frame is still ours to correct. */
#ifdef CONFIG_SMP
	wrgsbase %rbx
#endif
	movq	%rsp, %rdi
	movq	%rax, %rsi
	call	resume_failed
	jmp	resume
SYM_CODE_END(entry_event)

/*
 * Linux itself was interrupted, and goes on without the microkernel. There is
 * never more than one frame for that: what is pending on the way out is handled
 * on the frame that is there, in a loop, and an interrupt that still comes
 * between the flag and the last instruction does not stay where it found us.
 *
 * The registers are loaded first, then the flag goes on; rsp still points to
 * the frame, which is whole but for what stands partly in it, where the
 * interrupted stack ended: flags and ip, which the last two instructions take.
 */
SYM_CODE_START_LOCAL(event_of_linux)
	movq	PTREGS_ip(%rsp), %rax
	leaq	.Lwindow(%rip), %r8
	subq	%r8, %rax
	cmpq	$(.Lwindow_end - .Lwindow), %rax
	jb	.Lleaving
.Lhandle:
	leaq	1(%rsp), %rbp
	call	upcall_event
	testl	$X86_EFLAGS_IF, PTREGS_flags(%rsp)
	jz	.Lleave
	cmpb	$0, PER_CPU_VAR(vcpu_utcb + UTCB_irq_pending)
	jne	.Lpending
.Lleave:
	movq	PTREGS_sp(%rsp), %rax
	movq	PTREGS_ip(%rsp), %rcx
	movq	PTREGS_flags(%rsp), %rdx
	subq	$16, %rax
	movq	%rax, PTREGS_orig_ax(%rsp)
	movq	%rcx, 8(%rax)
	movq	%rdx, (%rax)
	testl	$X86_EFLAGS_IF, %edx
	/* No instruction from here to the jump changes the result. */
	movq	PTREGS_r15(%rsp), %r15
	movq	PTREGS_r14(%rsp), %r14
	movq	PTREGS_r13(%rsp), %r13
	movq	PTREGS_r12(%rsp), %r12
	movq	PTREGS_bp(%rsp), %rbp
	movq	PTREGS_bx(%rsp), %rbx
	movq	PTREGS_r11(%rsp), %r11
	movq	PTREGS_r10(%rsp), %r10
	movq	PTREGS_r9(%rsp), %r9
	movq	PTREGS_r8(%rsp), %r8
	movq	PTREGS_ax(%rsp), %rax
	movq	PTREGS_cx(%rsp), %rcx
	movq	PTREGS_dx(%rsp), %rdx
	movq	PTREGS_si(%rsp), %rsi
	movq	PTREGS_di(%rsp), %rdi
	jz	1f
	movb	$1, PER_CPU_VAR(vcpu_utcb + UTCB_irq_on)
.Lwindow:
	cmpb	$0, PER_CPU_VAR(vcpu_utcb + UTCB_irq_pending)
	jne	.Lnot_yet
1:	movq	PTREGS_orig_ax(%rsp), %rsp
.Lpopf:
	popfq
.Lret:
	ret
.Lnot_yet:
	movb	$0, PER_CPU_VAR(vcpu_utcb + UTCB_irq_on)
.Lwindow_end:

	/* rsp = the frame that was being left; ss is no longer the frame's. */
.Lrevoked:
	movq	PTREGS_orig_ax(%rsp), %rax
	addq	$16, %rax
	movq	%rax, PTREGS_sp(%rsp)
	movq	$-1, PTREGS_orig_ax(%rsp)
.Lpending:
	movq	%rsp, %rdi
	movl	$L4_VCPU_VECTOR_IRQ, %esi
	jmp	.Lhandle

	/*
	 * An interrupt in that window, where nothing else can come. Before
	 * rsp has changed its frame is dropped for the one that was being left;
	 * after that it stays in place of that one and is made to say the same.
	 */
.Lleaving:
	addq	%r8, %rax
	movq	PTREGS_sp(%rsp), %r9
	leaq	.Lpopf(%rip), %r8
	cmpq	%r8, %rax
	je	2f
	leaq	.Lret(%rip), %r8
	cmpq	%r8, %rax
	je	3f
	movq	%r9, %rsp
	jmp	.Lrevoked
2:	movq	(%r9), %rax
	movq	%rax, PTREGS_flags(%rsp)
	addq	$8, %r9
3:	movq	(%r9), %rax
	movq	%rax, PTREGS_ip(%rsp)
	addq	$8, %r9
	movq	%r9, PTREGS_sp(%rsp)
	jmp	.Lhandle
SYM_CODE_END(event_of_linux)

/* The first instructions of a new thread: rax = previous thread, rbx = function or 0, r12 = argument */
SYM_CODE_START(ret_from_fork_asm)
	movq	%rax, %rdi
	movq	%rsp, %rsi
	movq	%rbx, %rdx
	movq	%r12, %rcx
	call	ret_from_fork
	jmp	resume
SYM_CODE_END(ret_from_fork_asm)

/*
 * rdi = previous, rsi = next thread. What it pushes is x86's struct
 * inactive_task_frame, which copy_thread makes for a new thread.
 */
SYM_FUNC_START(__switch_to_asm)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, TASK_threadsp(%rdi)
	movq	TASK_threadsp(%rsi), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	jmp	__switch_to
SYM_FUNC_END(__switch_to_asm)
