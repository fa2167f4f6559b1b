/* SPDX-License-Identifier: GPL-2.0 */
/* Compiled to assembler only: the Makefile turns the marked lines into offsets.h. */
#include <l4/vcpu.h>

#include "lib/lock.h"
#include "sched/thread.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/entry/trap.h"

#define DEFINE(name, value) asm volatile("\n=> " name " %c0" : : "i"(value))

/* Of a frame, and in the thread whose it is. */
#define FRAME(name, field) \
	do { \
		DEFINE("FRAME_" name, offsetof(struct l4_frame, field)); \
		DEFINE("THREAD_FRAME_" name, offsetof(struct thread, regs.field)); \
	} while (0)

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
	DEFINE("LOCK_SERVED", offsetof(struct lock, served));
	DEFINE("THREAD_IS_VCPU", offsetof(struct thread, is_vcpu));
	DEFINE("THREAD_USER_MODE", offsetof(struct thread, vcpu.user_mode));
	DEFINE("THREAD_HOST_ROOT", offsetof(struct thread, vcpu.host_root));
	DEFINE("THREAD_GUEST_ROOT", offsetof(struct thread, vcpu.guest_root));
	DEFINE("THREAD_ENTRY_SYSCALL", offsetof(struct thread, vcpu.entry_syscall));
	DEFINE("THREAD_ENTRY_EVENT", offsetof(struct thread, vcpu.entry_event));
	DEFINE("THREAD_UTCB", offsetof(struct thread, utcb));
	DEFINE("THREAD_GS_BASE", offsetof(struct thread, gs_base));
	DEFINE("VCPU_ENTRY_SP", offsetof(struct l4_utcb, vcpu.entry_sp));
	DEFINE("VCPU_IRQ_ON", offsetof(struct l4_utcb, vcpu.irq_on));
	DEFINE("VCPU_IRQ_PENDING", offsetof(struct l4_utcb, vcpu.irq_pending));
	DEFINE("VCPU_BATCH_COUNT", offsetof(struct l4_utcb, vcpu.batch_count));
	DEFINE("FRAME_SIZE", sizeof(struct l4_frame));
	FRAME("R15", r15);
	FRAME("R14", r14);
	FRAME("R13", r13);
	FRAME("R12", r12);
	FRAME("BP", bp);
	FRAME("BX", bx);
	FRAME("R11", r11);
	FRAME("R10", r10);
	FRAME("R9", r9);
	FRAME("R8", r8);
	FRAME("AX", ax);
	FRAME("CX", cx);
	FRAME("DX", dx);
	FRAME("SI", si);
	FRAME("DI", di);
	FRAME("ORIG_AX", orig_ax);
	FRAME("IP", ip);
	FRAME("CS", cs);
	FRAME("FLAGS", flags);
	FRAME("SP", sp);
	FRAME("SS", ss);
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
