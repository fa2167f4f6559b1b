/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel debugger's memory of the last entries into the kernel, in a ring.
 * What entry_*.S settle alone is not among them. See kdb.h.
 */
#include "kdb/kdb.h"

#include <l4/syscall.h>

#include "base/debug.h"
#include "base/panic.h"
#include "object/thread.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"

#define RECORDS	64	/* a power of two */

static struct record {
	u64 time;
	struct thread *thread;	/* may be gone: a name only */
	u64 vector;
	bool of_guest;
	u64 number, a, b, c;
} ring[RECORDS];
static u64 recorded;

static const char *const calls[L4_CALL_COUNT] = {
	[L4_CALL_IPC] = "ipc", [L4_CALL_TASK_CREATE] = "task_create",
	[L4_CALL_THREAD_CREATE] = "thread_create", [L4_CALL_GATE_CREATE] = "gate_create",
	[L4_CALL_IRQ_CREATE] = "irq_create", [L4_CALL_IRQ_CONTROL] = "irq_control",
	[L4_CALL_MAP] = "map", [L4_CALL_UNMAP] = "unmap",
	[L4_CALL_THREAD_CONTROL] = "thread_control", [L4_CALL_THREAD_START] = "thread_start",
	[L4_CALL_VCPU_RESUME] = "vcpu_resume", [L4_CALL_VCPU_CONTROL] = "vcpu_control",
	[L4_CALL_GUEST_UPDATE] = "guest_update", [L4_CALL_TASK_INFO] = "task_info",
	[L4_CALL_SYSTEM_CONTROL] = "system_control", [L4_CALL_YIELD] = "yield",
	[L4_CALL_THREAD_REGS] = "thread_regs",
};

void kdb_record(struct thread *thread, u64 vector, u64 number, u64 a, u64 b, u64 c)
{
	ring[recorded++ % RECORDS] = (struct record){
		read_tsc(), thread, vector, thread->vcpu.user_mode, number, a, b,
		vector == TRAP_PAGE_FAULT ? read_cr2() : c,
	};
}

static void print_record(const struct record *r, u64 now)
{
	printk("%8lu us ago  thread %lx  %s", (now - r->time) * 1000 / clock_tsc_khz(),
	       kdb_id(r->thread), r->of_guest ? "user mode: " : "");
	if (r->vector != DEBUG_SYSCALL)
		printk("exception %lu at %lx, error %lx, address %lx\n", r->vector, r->a, r->number,
		       r->c);
	else if (r->number < L4_CALL_COUNT && !r->of_guest)
		printk("%s(%lx, %lx, %lx)\n", calls[r->number], r->a, r->b, r->c);
	else
		printk("system call %lu(%lx, %lx, %lx)\n", r->number, r->a, r->b, r->c);
}

void kdb_trace(void)
{
	u64 now = read_tsc();

	for (u64 i = recorded > RECORDS ? recorded - RECORDS : 0; i < recorded; i++)
		print_record(&ring[i % RECORDS], now);
}
