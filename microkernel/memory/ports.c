/* SPDX-License-Identifier: GPL-2.0 */
/* The bitmap of ports in the TSS: whose it is, and whether it counts. See ports.h. */
#include "memory/ports.h"

#include "base/debug.h"
#include "lib/string.h"
#include "memory/task.h"
#include "sched/request.h"
#include "sched/thread.h"
#include "x86/cpu/cpu.h"

static void unload(struct cpu *cpu)
{
	cpu->io_owner = NULL;
	cpu->ports_loaded = false;
	cpu->tss.io_base = cpu->server_io_base = IO_BITMAP_OFF;
}

static void unload_if_changed(struct cpu *cpu, const void *space)
{
	if (cpu->io_owner == space && cpu->io_version != cpu->io_owner->io_version)
		unload(cpu);
}

void ports_taken(struct space *space)
{
	u64 set = 0;

	for (unsigned int i = 0; i < cpu_count && cpus_many; i++)
		if (cpus[i]->io_owner == space)
			set |= 1UL << i;
	if (set)
		request(set, unload_if_changed, space);
}

bool ports_are_loaded(const struct thread *thread)
{
	const struct cpu *cpu = this_cpu();

	return !thread->vcpu.user_mode && cpu->io_owner == &thread->task->space &&
	       cpu->io_version == cpu->io_owner->io_version;
}

bool ports_load(struct thread *thread)
{
	struct cpu *cpu = this_cpu();
	struct space *space = &thread->task->space;

	if (!space->io_version || thread->vcpu.user_mode)
		return false;
	if (cpu->io_owner == space && cpu->io_version == space->io_version)
		return false;
	for (int i = 0; i < SPACE_IO_PAGES; i++) {
		u8 *part = cpu->tss.io_bitmap + i * PAGE_SIZE;

		if (space->io_bitmap[i])
			memcpy(part, space->io_bitmap[i], PAGE_SIZE);
		else
			memset(part, 0xff, PAGE_SIZE);
	}
	if (unlikely(debug_hooks.port))
		cpu->tss.io_bitmap[debug_hooks.port / 8] |= 1 << debug_hooks.port % 8;
	cpu->io_owner = space;
	cpu->ports_loaded = true;
	cpu->io_version = space->io_version;
	ports_switch(thread);
	return true;
}

bool ports_changed(void)
{
	const struct cpu *cpu = this_cpu();

	return cpu->io_owner->io_version != cpu->io_version;
}

void ports_switch(struct thread *thread)
{
	struct cpu *cpu = this_cpu();

	if (ports_changed()) {
		unload(cpu);
		return;
	}
	cpu->server_io_base = cpu->io_owner == &thread->task->space ?
				      offsetof(struct tss, io_bitmap) : IO_BITMAP_OFF;
	cpu->tss.io_base = thread->vcpu.user_mode ? IO_BITMAP_OFF : cpu->server_io_base;
}

void ports_forget(struct space *space)
{
	for (unsigned int i = 0; i < cpu_count; i++)
		if (cpus[i]->io_owner == space)
			unload(cpus[i]);
}
