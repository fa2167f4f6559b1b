/* SPDX-License-Identifier: GPL-2.0 */
/* See request.h. A CPU is not heard while it is on a short way of entry.S, which ends soon. */
#include "sched/request.h"

#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"

u32 request_polls = REQUEST_POLLS;
u32 request_sleepers;

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
		request_wait(&cpus[__builtin_ctzl(left)]->is_asked, false);
}

/*
 * Who sleeps counts itself and reads the word then, who writes the word reads the
 * count then: so one of them sees what the other has written. Who is counted already
 * and waits for another word by now may be woken for nothing.
 */
static void sleep_until(struct cpu *cpu, const u32 *word, u32 value)
{
	__atomic_store_n(&cpu->sleeps_value, value, __ATOMIC_RELAXED);
	__atomic_store_n(&cpu->sleeps_for, word, __ATOMIC_RELEASE);
	__atomic_fetch_add(&request_sleepers, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
		lapic_wait_for_request();
	__atomic_store_n(&cpu->sleeps_for, NULL, __ATOMIC_RELEASE);
	__atomic_fetch_sub(&request_sleepers, 1, __ATOMIC_RELEASE);
}

void request_wake_sleepers(void)
{
	for (unsigned int i = 0; i < cpu_count; i++) {
		const u32 *word = __atomic_load_n(&cpus[i]->sleeps_for, __ATOMIC_ACQUIRE);

		if (word && __atomic_load_n(word, __ATOMIC_ACQUIRE) ==
			    __atomic_load_n(&cpus[i]->sleeps_value, __ATOMIC_RELAXED))
			lapic_interrupt(cpus[i]->lapic_id, VECTOR_REQUEST);
	}
}

void request_wait(const u32 *word, u32 value)
{
	struct cpu *cpu = this_cpu();

	for (u32 polls = 0; __atomic_load_n(word, __ATOMIC_ACQUIRE) != value; polls++) {
		request_serve();
		if (polls < request_polls)
			cpu_relax();
		else
			sleep_until(cpu, word, value);
	}
}

void request_serve(void)
{
	struct cpu *cpu = this_cpu();

	if (!__atomic_load_n(&cpu->is_asked, __ATOMIC_ACQUIRE))
		return;
	asked.fn(cpu, asked.argument);
	__atomic_store_n(&cpu->is_asked, false, __ATOMIC_SEQ_CST);
	request_wake();
}

void request_look(struct cpu *cpu)
{
	lapic_interrupt(cpu->lapic_id, VECTOR_LOOK);
}
