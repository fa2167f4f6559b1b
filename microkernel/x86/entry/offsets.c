/* SPDX-License-Identifier: GPL-2.0 */
/* Compiled to assembler only: the Makefile turns the marked lines into offsets.h. */
#include <l4/vcpu.h>

#include "sched/thread.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/entry/trap.h"

#define DEFINE(name, value) asm volatile("\n=> " name " %c0" : : "i"(value))

void offsets(void);

void offsets(void)
{
	DEFINE("CPU_CURRENT", offsetof(struct cpu, current));
	DEFINE("CPU_USER_SP", offsetof(struct cpu, user_sp));
	DEFINE("CPU_SCRATCH", offsetof(struct cpu, scratch[0]));
	DEFINE("CPU_SCRATCH2", offsetof(struct cpu, scratch[1]));
	DEFINE("CPU_RESUME_IP", offsetof(struct cpu, resume_ip));
	DEFINE("CPU_REGS_END", offsetof(struct cpu, tss.rsp0));
	DEFINE("CPU_STACK_TOP", offsetof(struct cpu, stack_top));
	DEFINE("CPU_CR3", offsetof(struct cpu, cr3));
	DEFINE("CPU_DEBUG_ON", offsetof(struct cpu, debug_on));
	DEFINE("CPU_SERVER_IO_BASE", offsetof(struct cpu, server_io_base));
	DEFINE("CPU_IO_BASE", offsetof(struct cpu, tss.io_base));
	DEFINE("THREAD_IS_VCPU", offsetof(struct thread, is_vcpu));
	DEFINE("THREAD_USER_MODE", offsetof(struct thread, vcpu.user_mode));
	DEFINE("THREAD_HOST_ROOT", offsetof(struct thread, vcpu.host_root));
	DEFINE("THREAD_GUEST_ROOT", offsetof(struct thread, vcpu.guest_root));
	DEFINE("THREAD_ENTRY_SYSCALL", offsetof(struct thread, vcpu.entry_syscall));
	DEFINE("THREAD_ENTRY_EVENT", offsetof(struct thread, vcpu.entry_event));
	DEFINE("THREAD_UTCB", offsetof(struct thread, utcb));
	DEFINE("THREAD_FRAME_R15", offsetof(struct thread, regs.r15));
	DEFINE("THREAD_FRAME_R14", offsetof(struct thread, regs.r14));
	DEFINE("THREAD_FRAME_R13", offsetof(struct thread, regs.r13));
	DEFINE("THREAD_FRAME_R12", offsetof(struct thread, regs.r12));
	DEFINE("THREAD_FRAME_BP", offsetof(struct thread, regs.bp));
	DEFINE("THREAD_FRAME_BX", offsetof(struct thread, regs.bx));
	DEFINE("THREAD_FRAME_R11", offsetof(struct thread, regs.r11));
	DEFINE("THREAD_FRAME_R10", offsetof(struct thread, regs.r10));
	DEFINE("THREAD_FRAME_R9", offsetof(struct thread, regs.r9));
	DEFINE("THREAD_FRAME_R8", offsetof(struct thread, regs.r8));
	DEFINE("THREAD_FRAME_AX", offsetof(struct thread, regs.ax));
	DEFINE("THREAD_FRAME_CS", offsetof(struct thread, regs.cs));
	DEFINE("THREAD_FRAME_CX", offsetof(struct thread, regs.cx));
	DEFINE("THREAD_FRAME_DX", offsetof(struct thread, regs.dx));
	DEFINE("THREAD_FRAME_SI", offsetof(struct thread, regs.si));
	DEFINE("THREAD_FRAME_DI", offsetof(struct thread, regs.di));
	DEFINE("THREAD_FRAME_IP", offsetof(struct thread, regs.ip));
	DEFINE("THREAD_FRAME_FLAGS", offsetof(struct thread, regs.flags));
	DEFINE("THREAD_FRAME_SP", offsetof(struct thread, regs.sp));
	DEFINE("THREAD_GS_BASE", offsetof(struct thread, gs_base));
	DEFINE("VCPU_ENTRY_SP", offsetof(struct l4_utcb, vcpu.entry_sp));
	DEFINE("VCPU_IRQ_ON", offsetof(struct l4_utcb, vcpu.irq_on));
	DEFINE("VCPU_IRQ_PENDING", offsetof(struct l4_utcb, vcpu.irq_pending));
	DEFINE("VCPU_BATCH_COUNT", offsetof(struct l4_utcb, vcpu.batch_count));
	DEFINE("FRAME_SIZE", sizeof(struct l4_frame));
	DEFINE("FRAME_R15", offsetof(struct l4_frame, r15));
	DEFINE("FRAME_R14", offsetof(struct l4_frame, r14));
	DEFINE("FRAME_R13", offsetof(struct l4_frame, r13));
	DEFINE("FRAME_R12", offsetof(struct l4_frame, r12));
	DEFINE("FRAME_BP", offsetof(struct l4_frame, bp));
	DEFINE("FRAME_BX", offsetof(struct l4_frame, bx));
	DEFINE("FRAME_R11", offsetof(struct l4_frame, r11));
	DEFINE("FRAME_R10", offsetof(struct l4_frame, r10));
	DEFINE("FRAME_R9", offsetof(struct l4_frame, r9));
	DEFINE("FRAME_R8", offsetof(struct l4_frame, r8));
	DEFINE("FRAME_AX", offsetof(struct l4_frame, ax));
	DEFINE("FRAME_CX", offsetof(struct l4_frame, cx));
	DEFINE("FRAME_DX", offsetof(struct l4_frame, dx));
	DEFINE("FRAME_SI", offsetof(struct l4_frame, si));
	DEFINE("FRAME_DI", offsetof(struct l4_frame, di));
	DEFINE("FRAME_ORIG_AX", offsetof(struct l4_frame, orig_ax));
	DEFINE("FRAME_IP", offsetof(struct l4_frame, ip));
	DEFINE("FRAME_CS", offsetof(struct l4_frame, cs));
	DEFINE("FRAME_FLAGS", offsetof(struct l4_frame, flags));
	DEFINE("FRAME_SP", offsetof(struct l4_frame, sp));
	DEFINE("FRAME_SS", offsetof(struct l4_frame, ss));
	DEFINE("FLAGS_IF", FLAGS_IF);
	DEFINE("FLAGS_SERVER", FLAGS_FIXED | FLAGS_IF);
	DEFINE("FLAGS_NOT_USER", ~(long)(FLAGS_USER | FLAGS_FIXED | FLAGS_IF));
	DEFINE("IO_BITMAP_NONE", IO_BITMAP_OFF);
	DEFINE("LINUX_ENOSYS", VCPU_ENOSYS);
	DEFINE("FLAGS_TF_RF", FLAGS_TF | FLAGS_RF);
	DEFINE("EXCEPTIONS", EXCEPTIONS);
	DEFINE("VECTORS", TRAP_VECTORS);
	DEFINE("ENTRY_STUB", ENTRY_STUB);
	DEFINE("TRAP_NMI", TRAP_NMI);
	DEFINE("TRAP_DEBUG", TRAP_DEBUG);
	DEFINE("TRAP_DOUBLE_FAULT", TRAP_DOUBLE_FAULT);
	DEFINE("TRAP_MACHINE_CHECK", TRAP_MACHINE_CHECK);
	DEFINE("TRAP_PAGE_FAULT", TRAP_PAGE_FAULT);
}
