/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting the other CPUs, one after the other: it gets what it has of its own
 * (struct cpu_area), is sent to the code in start.S, a copy of which lies below
 * 1 MiB, and says when it runs. Then that page is ordinary memory again.
 */
#include "loader/start.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "lib/string.h"
#include "sched/kernel_lock.h"
#include "sched/sched.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/lapic.h"
#include "x86/device/stop.h"
#include "x86/entry/machine_check.h"
#include "x86/entry/many.h"
#include "x86/entry/trap.h"
#include "x86/mmu/tables.h"

#define LOW_END		0xa0000UL	/* of the memory that a CPU can start in */
#define INIT_US		10000		/* a CPU may take so long to reset itself */
#define STARTUP_US	200		/* and so long to take a call to start */
#define PATIENCE_US	1000000		/* until it says that it runs */

/* start.S */
extern const u8 start_page[], start_page_end[];
extern u64 start_root;
extern struct cpu *start_cpu;		/* whom it starts */

/* What one that is started tells, and how far it may go: until it is taken in it touches nothing of others. */
#define ASKED_TIME	1
#define TAKEN_IN	2
static struct starting {
	bool runs;
	u64 go_on;
	u64 time;		/* its TSC when it was asked for it */
} starting[CPUS_MAX];

static u32 found[CPUS_MAX];
static unsigned int found_count;

void start_found(u32 lapic_id)
{
	/* Firmware may name one twice, by an entry of each kind. */
	for (unsigned int i = 0; i < found_count; i++)
		if (found[i] == lapic_id)
			return;
	if (lapic_id <= LAPIC_ID_MAX && found_count < CPUS_MAX)
		found[found_count++] = lapic_id;
}

/* The last page of the memory below LOW_END: firmware's own data is at its beginning. 0: there is none. */
static phys_t low_page(const struct regions *regions)
{
	phys_t page = 0;

	for (u64 i = 0; i < regions->count; i++) {
		const struct l4_region *r = &regions->region[i];

		if (r->type == L4_REGION_RAM && r->start < LOW_END)
			page = min_u64(r->end, LOW_END) - PAGE_SIZE;
	}
	return page;
}

static struct cpu *make_cpu(unsigned int number)
{
	struct cpu_area *area = (void *)(CPU_AREAS + number * CPU_AREA_SPAN);
	u64 end = (u64)(area + 1);

	for (u64 va = (u64)area; va < end; va += PAGE_SIZE) {
		void *page;

		if (cpu_is_guard(va))
			continue;
		page = kmem_page_alloc(NULL);
		if (!page || !tables_add_page(va, virt_to_phys(page)))
			refuse("too little kernel memory for CPU %u", number);
	}
	area->cpu.number = number;
	cpu_give_stacks(&area->cpu, area->stacks);
	return &area->cpu;
}

static bool runs(const struct cpu *cpu)
{
	return __atomic_load_n(&starting[cpu->number].runs, __ATOMIC_ACQUIRE);
}

static bool wait_until_runs(const struct cpu *cpu, u64 us)
{
	u64 end = clock_after_us(us);

	while (!runs(cpu) && read_tsc() < end)
		cpu_relax();
	return runs(cpu);
}

/* As the manuals have it. */
static bool start(struct cpu *cpu, phys_t page)
{
	start_cpu = cpu;
	lapic_send_init(cpu->lapic_id);
	wait_until_runs(cpu, INIT_US);
	lapic_send_startup(cpu->lapic_id, page);
	if (!wait_until_runs(cpu, STARTUP_US))
		lapic_send_startup(cpu->lapic_id, page);
	return wait_until_runs(cpu, PATIENCE_US);
}

/*
 * One that runs waits to be told to go on, and says what time it has then. Deadlines
 * of one CPU's are another's, so all must have the same.
 */
static bool has_our_time(struct cpu *cpu)
{
	struct starting *it = &starting[cpu->number];
	u64 before = read_tsc(), end = clock_after_us(PATIENCE_US), time;

	__atomic_store_n(&it->go_on, ASKED_TIME, __ATOMIC_RELEASE);
	do {
		cpu_relax();
		time = __atomic_load_n(&it->time, __ATOMIC_ACQUIRE);
	} while (!time && read_tsc() < end);
	return time >= before && time <= read_tsc();
}

/* One that is not there in time, or has another time, is sent back, so that it does not come later. */
static void take_in(struct cpu *cpu, phys_t page)
{
	const char *why = NULL;

	starting[cpu->number] = (struct starting){ 0 };
	if (!start(cpu, page))
		why = "does not start";
	else if (!has_our_time(cpu))
		why = "has a time of its own";
	if (!why) {
		cpu_count++;
		__atomic_store_n(&starting[cpu->number].go_on, TAKEN_IN, __ATOMIC_RELEASE);
		return;
	}
	lapic_send_init(cpu->lapic_id);
	printk("kernel: the CPU with APIC number %u %s, and is left out\n", cpu->lapic_id, why);
}

unsigned int start_others(const struct regions *regions, u64 most)
{
	phys_t page = low_page(regions);

	most = min_u64(most, CPUS_MAX);
	this_cpu()->lapic_id = lapic_id();
	start_root = tables_kernel_root();
	if (page)
		memcpy(phys_to_virt(page), start_page, start_page_end - start_page);
	for (unsigned int i = 0; page && i < found_count && cpu_count < most; i++) {
		if (found[i] == this_cpu()->lapic_id)
			continue;
		if (!cpus_many) {
			many_begin();
			panic_stops(stop_others);
		}
		if (!cpus[cpu_count])
			cpus[cpu_count] = make_cpu(cpu_count);
		cpus[cpu_count]->lapic_id = found[i];
		take_in(cpus[cpu_count], page);
	}
	/* The others find nothing to do, and wait for interrupts. We go on with the lock, as they would. */
	if (cpus_many)
		kernel_lock();
	printk("kernel: %u CPU%s\n", cpu_count, cpu_count == 1 ? "" : "s");
	return cpu_count;
}

static void wait_to_go_on(const struct starting *it, u64 step)
{
	while (__atomic_load_n(&it->go_on, __ATOMIC_ACQUIRE) != step)
		cpu_relax();
}

__noreturn void start_main(struct cpu *cpu);

/* The first C of another CPU, on its own stack. */
void start_main(struct cpu *cpu)
{
	struct starting *it = &starting[cpu->number];

	cpu_init(cpu);
	trap_init_cpu();
	machine_check_init();
	lapic_init_cpu();
	clock_init_cpu();
	sched_init();
	__atomic_store_n(&it->runs, true, __ATOMIC_RELEASE);
	wait_to_go_on(it, ASKED_TIME);
	__atomic_store_n(&it->time, read_tsc(), __ATOMIC_RELEASE);
	wait_to_go_on(it, TAKEN_IN);
	kernel_lock();
	trap_leave_first();
}
