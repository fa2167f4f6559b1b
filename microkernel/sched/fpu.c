/* SPDX-License-Identifier: GPL-2.0 */
/* FPU state. Invariant: CR0.TS is clear while fpu_owner runs, who has an area, and for nobody else. */
#include "sched/fpu.h"

#include "base/kmem.h"
#include "lib/string.h"
#include "sched/request.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"

#define XSAVE_ALIGN	64
#define FCW_DEFAULT	0x37f
#define MXCSR_DEFAULT	0x1f80

static u8 initial[PAGE_SIZE] __attribute__((aligned(XSAVE_ALIGN)));

void fpu_init(void)
{
	u16 fcw = FCW_DEFAULT;
	u32 mxcsr = MXCSR_DEFAULT;
	u64 components = 3;		/* x87 and SSE as given here, the rest in its initial state */

	memcpy(initial, &fcw, sizeof(fcw));
	memcpy(initial + 24, &mxcsr, sizeof(mxcsr));
	memcpy(initial + 512, &components, sizeof(components));
}

/* XSAVE wants 64-byte alignment, kmem gives 16: the area lies aligned inside. */
static size_t area_bytes(void)
{
	return cpu_features.xsave_size + XSAVE_ALIGN;
}

static void *area(struct thread *thread)
{
	return (void *)align_up((u64)thread->fpu, XSAVE_ALIGN);
}

/* FPU on: its registers become the thread's. */
static void load(struct cpu *cpu, struct thread *thread)
{
	if (cpu->fpu_owner)
		xsave(area(cpu->fpu_owner));
	xrstor(area(thread));
	cpu->fpu_owner = thread;
}

bool fpu_take(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	thread->fpu = kmem_alloc(thread->object.quota, area_bytes());
	if (!thread->fpu)
		return false;
	memcpy(area(thread), initial, min_u64(sizeof(initial), cpu_features.xsave_size));
	clear_ts();
	cpu->fpu_on = true;
	load(cpu, thread);
	return true;
}

void fpu_switch(struct thread *next)
{
	struct cpu *cpu = this_cpu();

	if (cpu->fpu_on && cpu->fpu_owner)
		cpu->fpu_owner->slow |= SLOW_FPU;
	if (next->fpu) {
		clear_ts();
		if (cpu->fpu_owner != next)
			load(cpu, next);
		next->slow &= ~SLOW_FPU;
	} else {
		write_cr0(read_cr0() | CR0_TS);
	}
	cpu->fpu_on = next->fpu;
}

static void save(struct cpu *cpu, const void *argument)
{
	if (cpu->fpu_owner != argument)
		return;
	clear_ts();
	xsave(area(cpu->fpu_owner));
	cpu->fpu_owner = NULL;
	if (!cpu->fpu_on)
		write_cr0(read_cr0() | CR0_TS);
}

void fpu_save(struct thread *thread)
{
	if (thread->home == this_cpu())
		save(thread->home, thread);
	else
		request(1UL << thread->home->number, save, thread);
	if (thread->fpu)
		thread->slow |= SLOW_FPU;
}

void fpu_forget(struct thread *thread)
{
	struct cpu *cpu = thread->home;

	if (cpu->fpu_owner == thread)
		cpu->fpu_owner = NULL;
}

void fpu_free(struct thread *thread)
{
	kmem_free(thread->object.quota, thread->fpu, area_bytes());
	thread->fpu = NULL;
}
