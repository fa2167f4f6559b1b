/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one door between ring 3 and the kernel.
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
 * From the kernel itself only two things trap: a fault in a user copy, and an
 * interrupt while the CPU waits for one. Their frame is on the kernel stack.
 */
#include <l4/syscall.h>
#include <l4/vcpu.h>

#include "offsets.h"
#include "x86/cpu/layout.h"
#include "x86/mmu/fixup.h"

	.text

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
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
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

/* From 32-bit code there are no system calls. The stack is still ring 3's, as nothing needs one. */
	.globl entry_syscall32
entry_syscall32:
	mov	$LINUX_ENOSYS, %eax
	sysretl

	.globl entry_syscall
entry_syscall:
	swapgs
	mov	%rsp, %gs:CPU_USER_SP
	mov	%gs:CPU_CURRENT, %rsp
	cmpb	$0, THREAD_USER_MODE(%rsp)
	je	syscall_of_server

/*
 * A process's system call becomes an upcall, the short way: all registers go
 * straight to the server's stack. What is unusual (a stack we must not or
 * cannot write) is left to the long way, with all registers as they were.
 */
	mov	%rdi, %gs:CPU_SCRATCH
	mov	THREAD_UTCB(%rsp), %rdi
	mov	VCPU_ENTRY_SP(%rdi), %rdi
	check_server_stack %rdi %rsp upcall_long
	mov	%gs:CPU_CURRENT, %rsp
	mov	THREAD_HOST_ROOT(%rsp), %rsp
	mov	%rsp, %gs:CPU_CR3
	mov	%rsp, %cr3
	mov	%gs:CPU_STACK_TOP, %rsp
	sub	$FRAME_SIZE, %rdi
	stac
	fixup upcall_begin, upcall_end, upcall_fault
upcall_begin:
	mov	%r15, FRAME_R15(%rdi)
	mov	%r14, FRAME_R14(%rdi)
	mov	%r13, FRAME_R13(%rdi)
	mov	%r12, FRAME_R12(%rdi)
	mov	%rbp, FRAME_BP(%rdi)
	mov	%rbx, FRAME_BX(%rdi)
	mov	%r11, FRAME_R11(%rdi)
	mov	%r10, FRAME_R10(%rdi)
	mov	%r9, FRAME_R9(%rdi)
	mov	%r8, FRAME_R8(%rdi)
	movq	$LINUX_ENOSYS, FRAME_AX(%rdi)
	mov	%rcx, FRAME_CX(%rdi)
	mov	%rdx, FRAME_DX(%rdi)
	mov	%rsi, FRAME_SI(%rdi)
	mov	%rax, FRAME_ORIG_AX(%rdi)
	mov	%rcx, FRAME_IP(%rdi)
	movq	$SEL_USER_CS, FRAME_CS(%rdi)
	mov	%r11, FRAME_FLAGS(%rdi)
	movq	$SEL_USER_SS, FRAME_SS(%rdi)
upcall_end:
	/* Both ends of the frame were written: the rest of it cannot fault, and registers are free. */
	mov	%gs:CPU_SCRATCH, %rsi
	mov	%rsi, FRAME_DI(%rdi)
	mov	%gs:CPU_USER_SP, %rdx
	mov	%rdx, FRAME_SP(%rdi)
	clac
	mov	%rax, %rsi
	mov	%gs:CPU_CURRENT, %rdx
	movb	$0, THREAD_USER_MODE(%rdx)
	mov	THREAD_ENTRY_SYSCALL(%rdx), %rcx
	mov	THREAD_UTCB(%rdx), %rdx
	movb	$0, VCPU_IRQ_ON(%rdx)
	movzwl	%gs:CPU_SERVER_IO_BASE, %edx
	mov	%dx, %gs:CPU_IO_BASE
	mov	$FLAGS_SERVER, %r11d
	mov	%rdi, %rsp
	swapgs
	sysretq
upcall_fault:
	clac
upcall_long:
	mov	%gs:CPU_SCRATCH, %rdi
	jmp	syscall_long

syscall_of_server:
	cmp	$L4_CALL_VCPU_RESUME, %rax
	jne	syscall_short_way

/*
 * Resume to user mode, the short way: with no interrupt pending. But for rcx
 * and r11, and what mapping a batch spoils, registers are touched only when
 * nothing can fail any more, so that the long way can return an error.
 */
	mov	%rcx, %gs:CPU_SCRATCH
	mov	%r11, %gs:CPU_SCRATCH2
	mov	THREAD_UTCB(%rsp), %rcx
	cmpb	$0, VCPU_IRQ_PENDING(%rcx)
	jne	resume_long
	cmpq	$0, THREAD_GUEST_ROOT(%rsp)
	je	resume_long
	cmpq	$0, VCPU_BATCH_COUNT(%rcx)
	jne	resume_batch
resume_mapped:
	mov	%gs:CPU_USER_SP, %rcx
	check_server_stack %rcx %rax resume_long
	mov	%gs:CPU_STACK_TOP, %rsp
	stac
	fixup resume_begin, resume_end, resume_fault
resume_begin:
	mov	FRAME_R15(%rcx), %rax	/* both ends of the frame are there: so is all of it */
	cmpq	$SEL_USER_SS, FRAME_SS(%rcx)
	jne	resume_fault
	cmpq	$SEL_USER_CS, FRAME_CS(%rcx)
	jne	resume_fault
	mov	FRAME_FLAGS(%rcx), %r11
	test	$(FLAGS_NOT_USER), %r11
	jnz	resume_fault
	mov	FRAME_IP(%rcx), %rax
	mov	%rax, %gs:CPU_RESUME_IP	/* read once: it is this one that was checked */
	sar	$47, %rax
	add	$1, %rax
	cmp	$1, %rax
	ja	resume_fault		/* not canonical */
resume_end:
	or	$FLAGS_SERVER, %r11
	mov	%r11, %gs:CPU_SCRATCH2
	mov	FRAME_R15(%rcx), %r15
	mov	FRAME_R14(%rcx), %r14
	mov	FRAME_R13(%rcx), %r13
	mov	FRAME_R12(%rcx), %r12
	mov	FRAME_BP(%rcx), %rbp
	mov	FRAME_BX(%rcx), %rbx
	mov	FRAME_R10(%rcx), %r10
	mov	FRAME_R9(%rcx), %r9
	mov	FRAME_R8(%rcx), %r8
	mov	FRAME_DX(%rcx), %rdx
	mov	FRAME_SI(%rcx), %rsi
	mov	FRAME_DI(%rcx), %rdi
	mov	%gs:CPU_CURRENT, %rsp
	mov	THREAD_UTCB(%rsp), %rax
	movb	$1, VCPU_IRQ_ON(%rax)
	movb	$1, THREAD_USER_MODE(%rsp)
	movw	$IO_BITMAP_NONE, %gs:CPU_IO_BASE
	mov	THREAD_GUEST_ROOT(%rsp), %rax
	mov	%rax, %gs:CPU_CR3
	cmp	FRAME_R11(%rcx), %r11
	jne	resume_by_iret
	test	$(FLAGS_TF_RF), %r11d
	jnz	resume_by_iret
	mov	FRAME_CX(%rcx), %r11
	cmp	%gs:CPU_RESUME_IP, %r11
	jne	resume_by_iret
	mov	FRAME_SP(%rcx), %rsp
	mov	FRAME_AX(%rcx), %rcx
	clac
	mov	%rax, %cr3
	mov	%rcx, %rax
	mov	%gs:CPU_RESUME_IP, %rcx
	mov	%gs:CPU_SCRATCH2, %r11
	swapgs
	sysretq
resume_by_iret:
	mov	%gs:CPU_STACK_TOP, %rsp
	push	$SEL_USER_SS
	push	FRAME_SP(%rcx)
	push	%gs:CPU_SCRATCH2
	push	$SEL_USER_CS
	push	%gs:CPU_RESUME_IP
	push	FRAME_AX(%rcx)
	mov	FRAME_R11(%rcx), %r11
	mov	FRAME_CX(%rcx), %rcx
	clac
	mov	%rax, %cr3
	pop	%rax
	swapgs
	iretq

/*
 * First what is to be mapped. If that fails the batch is still there, and the
 * long way tries it again to fail with the reason. An error may cost the
 * server the registers that a call in C may change.
 */
resume_batch:
	mov	%rsp, %rdi
	mov	%gs:CPU_STACK_TOP, %rsp
	call	vcpu_resume_batch
	test	%eax, %eax
	jnz	resume_long
	/* A window in a long one may have let in an interrupt of this very vCPU. */
	mov	%gs:CPU_CURRENT, %rcx
	mov	THREAD_UTCB(%rcx), %rcx
	cmpb	$0, VCPU_IRQ_PENDING(%rcx)
	je	resume_mapped
	jmp	resume_long

resume_fault:
	clac
resume_long:
	mov	%gs:CPU_SCRATCH, %rcx
	mov	%gs:CPU_SCRATCH2, %r11
	mov	$L4_CALL_VCPU_RESUME, %eax
	jmp	syscall_long

/*
 * All calls but IPC and resume. rsp = current thread, which gets the registers
 * that C does not keep. Unless C says in rdx that something else is to be done
 * first, the caller goes on at once.
 */
syscall_short_way:
	cmp	$L4_CALL_IPC, %rax
	je	syscall_ipc
	mov	%rcx, THREAD_FRAME_IP(%rsp)
	mov	%r11, THREAD_FRAME_FLAGS(%rsp)
	mov	%rdi, THREAD_FRAME_DI(%rsp)
	mov	%rsi, THREAD_FRAME_SI(%rsp)
	mov	%rdx, THREAD_FRAME_DX(%rsp)
	mov	%r10, THREAD_FRAME_R10(%rsp)
	mov	%r8, THREAD_FRAME_R8(%rsp)
	mov	%r9, THREAD_FRAME_R9(%rsp)
	mov	%rsp, %rdi
	mov	%rax, %rsi
	mov	%gs:CPU_STACK_TOP, %rsp
	call	syscall_short
	mov	%gs:CPU_CURRENT, %rdi
	mov	THREAD_FRAME_IP(%rdi), %rcx
	mov	THREAD_FRAME_FLAGS(%rdi), %r11
	test	%edx, %edx
	jnz	syscall_long_way_out
	/* SYSRET faults in ring 0 on an ip that is not canonical: after a SYSCALL it can be 1 << 47. */
	test	%ecx, %ecx
	jz	syscall_long_way_out
	mov	THREAD_FRAME_SI(%rdi), %rsi
	mov	THREAD_FRAME_DX(%rdi), %rdx
	mov	THREAD_FRAME_R10(%rdi), %r10
	mov	THREAD_FRAME_R8(%rdi), %r8
	mov	THREAD_FRAME_R9(%rdi), %r9
	mov	THREAD_FRAME_DI(%rdi), %rdi
	mov	%gs:CPU_USER_SP, %rsp
	swapgs
	sysretq
syscall_long_way_out:
	mov	%gs:CPU_USER_SP, %rsi
	mov	%rsi, THREAD_FRAME_SP(%rdi)
	mov	%rax, THREAD_FRAME_AX(%rdi)
	mov	%rcx, THREAD_FRAME_CX(%rdi)
	mov	%r11, THREAD_FRAME_R11(%rdi)
	movq	$SEL_USER_CS, THREAD_FRAME_CS(%rdi)
	mov	%rbx, THREAD_FRAME_BX(%rdi)
	mov	%rbp, THREAD_FRAME_BP(%rdi)
	mov	%r12, THREAD_FRAME_R12(%rdi)
	mov	%r13, THREAD_FRAME_R13(%rdi)
	mov	%r14, THREAD_FRAME_R14(%rdi)
	mov	%r15, THREAD_FRAME_R15(%rdi)
	xor	%ebp, %ebp
	call	trap_leave
	jmp	leave

/*
 * IPC. What the caller keeps over it is saved where the long way would save
 * it; if ipc_fast can do it, words 0..3 go over in r8, r9, r10 and rbx and the
 * partner goes on. rsp = current thread. A partner's rcx and r11 are lost, so
 * these are not saved; the long way sets them when it ends a wait.
 */
syscall_ipc:
	mov	%rcx, THREAD_FRAME_IP(%rsp)
	mov	%r11, THREAD_FRAME_FLAGS(%rsp)
	mov	%rdi, THREAD_FRAME_DI(%rsp)
	mov	%rsi, THREAD_FRAME_SI(%rsp)
	mov	%rdx, THREAD_FRAME_DX(%rsp)
	mov	%rbp, THREAD_FRAME_BP(%rsp)
	mov	%r12, THREAD_FRAME_R12(%rsp)
	mov	%r13, THREAD_FRAME_R13(%rsp)
	mov	%r14, THREAD_FRAME_R14(%rsp)
	mov	%r15, THREAD_FRAME_R15(%rsp)
	mov	%gs:CPU_USER_SP, %rax
	mov	%rax, THREAD_FRAME_SP(%rsp)
	mov	%rsp, %r15
	/* SYSRET faults in ring 0 on an ip that is not canonical: after a SYSCALL it can be 1 << 47. */
	test	%ecx, %ecx
	jz	ipc_long
	mov	%rsp, %rcx
	mov	%gs:CPU_STACK_TOP, %rsp
	call	ipc_fast
	test	%rdx, %rdx
	jz	ipc_long
	/* rdx: the thread that goes on, rax: its label. GS base is exchanged where it need not be uncovered. */
	mov	%rax, %rdi
	mov	THREAD_FRAME_SI(%r15), %rax
	mov	THREAD_FRAME_BP(%rdx), %rbp
	mov	THREAD_FRAME_R12(%rdx), %r12
	mov	THREAD_FRAME_R13(%rdx), %r13
	mov	THREAD_FRAME_R14(%rdx), %r14
	mov	THREAD_FRAME_IP(%rdx), %rcx
	mov	THREAD_FRAME_FLAGS(%rdx), %r11
	mov	THREAD_FRAME_SP(%rdx), %rsp
	swapgs
	rdgsbase %rsi
	mov	%rsi, THREAD_GS_BASE(%r15)
	mov	THREAD_GS_BASE(%rdx), %rsi
	wrgsbase %rsi
	mov	THREAD_FRAME_R15(%rdx), %r15
	mov	THREAD_FRAME_SI(%rdx), %rsi
	mov	THREAD_FRAME_DX(%rdx), %rdx
	sysretq
ipc_long:
	mov	%gs:CPU_STACK_TOP, %rsp
	mov	THREAD_FRAME_IP(%r15), %rcx
	mov	THREAD_FRAME_FLAGS(%r15), %r11
	mov	%rcx, THREAD_FRAME_CX(%r15)
	mov	%r11, THREAD_FRAME_R11(%r15)
	mov	%rbx, THREAD_FRAME_BX(%r15)
	mov	%r10, THREAD_FRAME_R10(%r15)
	mov	%r9, THREAD_FRAME_R9(%r15)
	mov	%r8, THREAD_FRAME_R8(%r15)
	movq	$L4_CALL_IPC, THREAD_FRAME_AX(%r15)
	movq	$SEL_USER_CS, THREAD_FRAME_CS(%r15)
	xor	%ebp, %ebp
	call	trap_syscall
	jmp	leave

/* The long way: all registers into the thread, then C. */
syscall_long:
	push_syscall_frame
	call	trap_syscall
	jmp	leave

/* rdi: the frame to continue with */
	.globl entry_leave
entry_leave:
	mov	%rdi, %rax
leave:
	mov	%rax, %rsp
	cmpl	$SEL_USER_CS, FRAME_CS(%rsp)
	jne	leave_32bit
	mov	FRAME_CX(%rsp), %rcx
	mov	FRAME_R11(%rsp), %r11
	cmp	FRAME_IP(%rsp), %rcx
	jne	leave_by_iret
	cmp	FRAME_FLAGS(%rsp), %r11
	jne	leave_by_iret
	test	$(FLAGS_TF_RF), %r11d
	jnz	leave_by_iret
	test	%ecx, %ecx
	jz	leave_odd_ip
	cmpb	$0, %gs:CPU_DEBUG_ON	/* if so there is no SYSRET */
	jne	leave_checked
	pop_registers
	mov	(FRAME_SP - FRAME_ORIG_AX)(%rsp), %rsp
	swapgs
	sysretq
leave_by_iret:
	cmpl	$0, FRAME_IP(%rsp)
	je	leave_odd_ip
leave_checked:
	pop_registers
	add	$8, %rsp
	swapgs
	iretq
/* An ip beyond the segment's end, which is that of 32 bits, is what IRET could refuse. */
leave_32bit:
	movl	$0, FRAME_IP + 4(%rsp)
	jmp	leave_checked
/*
 * The only ip in a frame that is not canonical is the one behind the end of the
 * lower half. SYSRET and IRET to there would fault in ring 0.
 */
leave_odd_ip:
	mov	FRAME_IP(%rsp), %rcx
	shr	$47, %rcx
	dec	%rcx
	jnz	leave_checked
	mov	%gs:CPU_STACK_TOP, %rsp
	call	trap_odd_ip
	jmp	leave

/* edi: vector; the frame is pushed down to rdi */
trap_common:
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	cmp	$TRAP_PAGE_FAULT, %edi
	jne	trap_long

/*
 * A vCPU's page fault becomes an upcall, the short way. Its last registers
 * are in the thread's frame, of which rsp is the place of ax now; the others
 * are as they were until nothing can fail any more.
 */
	cmpl	$SEL_USER_CS, (FRAME_CS - FRAME_AX)(%rsp)
	jne	trap_long		/* the kernel's, or 32-bit code's */
	swapgs
	cld
	mov	%gs:CPU_CURRENT, %rcx
	mov	THREAD_UTCB(%rcx), %rdx
	cmpb	$0, THREAD_USER_MODE(%rcx)
	je	page_fault_of_server
	cmpb	$0, %gs:CPU_DEBUG_ON	/* the server may have to get the time-stamp counter back */
	jne	page_fault_long
	mov	VCPU_ENTRY_SP(%rdx), %rsi
	check_server_stack %rsi %rax page_fault_long
	mov	THREAD_HOST_ROOT(%rcx), %rax
	mov	%rax, %gs:CPU_CR3
	mov	%rax, %cr3
page_fault_push:
	sub	$FRAME_SIZE, %rsi
	mov	%rsp, %rdi
	mov	%gs:CPU_STACK_TOP, %rsp
	stac
	fixup page_fault_begin, page_fault_end, page_fault_fault
page_fault_begin:
	mov	%r15, FRAME_R15(%rsi)
	mov	%r14, FRAME_R14(%rsi)
	mov	%r13, FRAME_R13(%rsi)
	mov	%r12, FRAME_R12(%rsi)
	mov	%rbp, FRAME_BP(%rsi)
	mov	%rbx, FRAME_BX(%rsi)
	mov	%r11, FRAME_R11(%rsi)
	mov	%r10, FRAME_R10(%rsi)
	mov	%r9, FRAME_R9(%rsi)
	mov	%r8, FRAME_R8(%rsi)
	.irp	field, FRAME_AX, FRAME_CX, FRAME_DX, FRAME_SI, FRAME_DI, FRAME_IP, FRAME_FLAGS, FRAME_SP
	mov	(\field - FRAME_AX)(%rdi), %rax
	mov	%rax, \field(%rsi)
	.endr
	movq	$-1, FRAME_ORIG_AX(%rsi)
	movq	$SEL_USER_CS, FRAME_CS(%rsi)
	movq	$SEL_USER_SS, FRAME_SS(%rsi)
	cmpb	$0, THREAD_USER_MODE(%rcx)
	jne	page_fault_end
	movq	$L4_CS_SERVER, FRAME_CS(%rsi)
	movq	$L4_SS_SERVER, FRAME_SS(%rsi)
	cmpb	$0, VCPU_IRQ_ON(%rdx)
	jne	page_fault_end
	andq	$~FLAGS_IF, FRAME_FLAGS(%rsi)
page_fault_end:
	clac
	movb	$0, THREAD_USER_MODE(%rcx)
	movb	$0, VCPU_IRQ_ON(%rdx)
	movzwl	%gs:CPU_SERVER_IO_BASE, %eax
	mov	%ax, %gs:CPU_IO_BASE
	mov	THREAD_ENTRY_EVENT(%rcx), %rax
	mov	(FRAME_ORIG_AX - FRAME_AX)(%rdi), %rdx
	push	$SEL_USER_SS
	push	%rsi
	push	$FLAGS_SERVER
	push	$SEL_USER_CS
	push	%rax
	mov	%cr2, %rcx
	mov	%rsi, %rdi
	mov	$TRAP_PAGE_FAULT, %esi
	swapgs
	iretq
/* A vCPU's server itself: the frame comes below its stack pointer. */
page_fault_of_server:
	cmpb	$0, THREAD_IS_VCPU(%rcx)
	je	page_fault_long
	mov	(FRAME_SP - FRAME_AX)(%rsp), %rsi
	and	$~15, %rsi
	check_server_stack %rsi %rax page_fault_long
	jmp	page_fault_push
page_fault_fault:
	clac
	mov	%rdi, %rsp
page_fault_long:
	mov	$TRAP_PAGE_FAULT, %edi
	swapgs

trap_long:
	push_registers_from_r8
	cld
	clac
	testb	$3, FRAME_CS(%rsp)
	jz	trap_in_kernel
	swapgs
	mov	%gs:CPU_STACK_TOP, %rsp
	xor	%ebp, %ebp
	call	trap_user
	jmp	leave

trap_in_kernel:
	mov	%rsp, %rsi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call	trap_kernel
	mov	%rbp, %rsp
	pop_registers
	add	$8, %rsp
	iretq

/* In the kernel, which touches what is watched when it copies, it means nothing. */
trap_debug:
	testb	$3, 8(%rsp)
	jnz	stub_1
	iretq

/* From anywhere, with whosever GS base: nobody goes back. */
trap_no_return:
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push_registers_from_r8
	cld
	clac
	mov	%rsp, %rsi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call	trap_fatal

/* Nothing here needs an NMI, and it may come where no stack is safe: ignored. */
trap_nmi:
	iretq

/* A stub for each exception: makes the frame uniform where the CPU pushes no error code. */
.macro exception_stub vector
stub_\vector:
	.if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21
	.else
	push	$0
	.endif
	push	%rdi
	mov	$\vector, %edi
	.if \vector == TRAP_DOUBLE_FAULT || \vector == TRAP_MACHINE_CHECK
	jmp	trap_no_return
	.else
	jmp	trap_common
	.endif
.endm

.macro exception_address vector
	.if \vector == TRAP_NMI
	.quad	trap_nmi
	.elseif \vector == TRAP_DEBUG
	.quad	trap_debug
	.else
	.quad	stub_\vector
	.endif
.endm

	.altmacro
	.set i, 0
	.rept EXCEPTIONS
	exception_stub %i
	.set i, i + 1
	.endr

/* Interrupts: ENTRY_STUB bytes each, with the vector where an error code would be, as a signed byte. */
	.globl entry_interrupts
	.balign	ENTRY_STUB
entry_interrupts:
	.rept VECTORS - EXCEPTIONS
	push	$(i - 128)
	jmp	trap_interrupt
	.balign	ENTRY_STUB
	.set i, i + 1
	.endr

trap_interrupt:
	push	%rdi
	mov	8(%rsp), %rdi
	movq	$0, 8(%rsp)
	sub	$-128, %edi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	jmp	trap_long

	.section .data.rel.ro, "aw"
	.globl entry_exceptions
	.balign 8
entry_exceptions:
	.set i, 0
	.rept EXCEPTIONS
	exception_address %i
	.set i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
