/* SPDX-License-Identifier: GPL-2.0 */
/* See request.h. A CPU is not heard while it is on a short way of entry.S, which ends soon. */
#include "sched/request.h"

#include "base/panic.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"

/* Polls, each with a pause: many seconds. */
#define PATIENCE	(1UL << 28)

static struct {
	request_fn *fn;
	const void *argument;
} asked;

void request(u64 cpu_set, request_fn *fn, const void *argument)
{
	cpu_set &= ~(1UL << this_cpu()->number);
	asked.fn = fn;
	asked.argument = argument;
	for (u64 left = cpu_set; left; left &= left - 1) {
		struct cpu *cpu = cpus[__builtin_ctzl(left)];

		__atomic_store_n(&cpu->is_asked, true, __ATOMIC_RELEASE);
		lapic_interrupt(cpu->lapic_id, VECTOR_REQUEST);
	}
	for (u64 left = cpu_set; left; left &= left - 1)
		request_wait(&cpus[__builtin_ctzl(left)]->is_asked, false, cpus[__builtin_ctzl(left)]);
}

void request_wait(const bool *flag, bool value, const struct cpu *cpu)
{
	for (u64 i = 0; __atomic_load_n(flag, __ATOMIC_ACQUIRE) != value; i++) {
		if (i == PATIENCE)
			panic("CPU %u does not answer", cpu->number);
		cpu_relax();
	}
}

void request_serve(void)
{
	struct cpu *cpu = this_cpu();

	if (!__atomic_load_n(&cpu->is_asked, __ATOMIC_ACQUIRE))
		return;
	asked.fn(cpu, asked.argument);
	__atomic_store_n(&cpu->is_asked, false, __ATOMIC_RELEASE);
}

void request_look(struct cpu *cpu)
{
	lapic_interrupt(cpu->lapic_id, VECTOR_LOOK);
}
