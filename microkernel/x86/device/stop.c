/* SPDX-License-Identifier: GPL-2.0 */
/* See stop.h. An NMI comes also for other reasons; without stop_wanted it is ignored (entry_trap.S). */
#include "x86/device/stop.h"

#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/lapic.h"

#define PATIENCE_US	1000000	/* under an emulator another one may have to wait for its turn as long as that */

struct cpu *stop_wanted;	/* by whom */

static bool is_stopped(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->stopped, __ATOMIC_ACQUIRE);
}

void stop_others(void)
{
	struct cpu *self = this_cpu(), *nobody = NULL;
	u64 end = clock_after_us(PATIENCE_US);

	if (cpu_count == 1 || stop_wanted == self)
		return;
	/* Who is second waits for the NMI of the first. */
	if (!__atomic_compare_exchange_n(&stop_wanted, &nobody, self, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		halt_forever();
	for (unsigned int i = 0; i < cpu_count; i++)
		if (cpus[i] != self)
			lapic_send_nmi(cpus[i]->lapic_id);
	for (unsigned int i = 0; i < cpu_count; i++)
		while (cpus[i] != self && !is_stopped(cpus[i]) && read_tsc() < end)
			cpu_relax();
}

void stop_no_more(void)
{
	u64 end = clock_after_us(PATIENCE_US);

	__atomic_store_n(&stop_wanted, NULL, __ATOMIC_RELEASE);
	/* Another stop is not to meet them on the way out. */
	for (unsigned int i = 0; i < cpu_count; i++)
		while (is_stopped(cpus[i]) && read_tsc() < end)
			cpu_relax();
}

void stop_here(struct l4_frame *frame)
{
	struct cpu *cpu = cpu_by_stack();

	if (__atomic_load_n(&stop_wanted, __ATOMIC_RELAXED) == cpu)
		return;
	__atomic_store_n(&cpu->stopped, frame, __ATOMIC_RELEASE);
	while (__atomic_load_n(&stop_wanted, __ATOMIC_ACQUIRE))
		cpu_relax();
	__atomic_store_n(&cpu->stopped, NULL, __ATOMIC_RELEASE);
}
