// SPDX-License-Identifier: GPL-2.0
/*
 * Where each CPU's data is: CPU n's at n * L4_INSTANCE_UTCB_STRIDE behind CPU
 * 0's, which is the image's own. That is also how far its UTCB is from CPU 0's,
 * and what its GS base is; so CPU 0's is 0, and per-CPU variables are usable from
 * the first instruction on. The parent has mapped memory behind the image.
 */
#include <linux/memblock.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/sections.h>
#include <asm/setup.h>

unsigned long __per_cpu_offset[NR_CPUS] __read_mostly;
EXPORT_SYMBOL(__per_cpu_offset);

DEFINE_PER_CPU_READ_MOSTLY(unsigned long, this_cpu_off);
EXPORT_PER_CPU_SYMBOL(this_cpu_off);

static unsigned long __init static_size(void)
{
	return __per_cpu_end - __per_cpu_start;
}

/* What a CPU has at first; later pieces are vmalloc's. */
static unsigned long __init first_size(void)
{
	return PAGE_ALIGN(static_size() + PERCPU_MODULE_RESERVE + PERCPU_DYNAMIC_RESERVE);
}

/* Before anybody takes memory. */
void __init percpu_reserve(void)
{
	unsigned int cpu;

	if (first_size() > L4_INSTANCE_UTCB_STRIDE)
		panic("a CPU's data has %lu bytes, and place for %lu", first_size(),
		      L4_INSTANCE_UTCB_STRIDE);
	for (cpu = 0; cpu < l4_instance->cpu_count && cpu < NR_CPUS; cpu++)
		memblock_reserve(__pa_symbol(__per_cpu_start) + cpu * L4_INSTANCE_UTCB_STRIDE,
				 first_size());
}

void __init setup_per_cpu_areas(void)
{
	struct pcpu_alloc_info *info = pcpu_alloc_alloc_info(1, nr_cpu_ids);
	unsigned int cpu;

	if (!info)
		panic("no memory to describe per-CPU data");
	info->static_size = static_size();
	info->reserved_size = PERCPU_MODULE_RESERVE;
	info->dyn_size = first_size() - info->static_size - info->reserved_size;
	info->unit_size = L4_INSTANCE_UTCB_STRIDE;
	info->atom_size = PAGE_SIZE;
	info->alloc_size = nr_cpu_ids * info->unit_size;
	info->groups[0].nr_units = nr_cpu_ids;
	for_each_possible_cpu(cpu) {
		__per_cpu_offset[cpu] = cpu * L4_INSTANCE_UTCB_STRIDE;
		info->groups[0].cpu_map[cpu] = cpu;
		if (cpu)
			memcpy((void *)__per_cpu_start + __per_cpu_offset[cpu], __per_cpu_load,
			       info->static_size);
		per_cpu(this_cpu_off, cpu) = __per_cpu_offset[cpu];
		per_cpu(pcpu_hot.cpu_number, cpu) = cpu;
	}
	pcpu_setup_first_chunk(info, (void *)__per_cpu_start);
	pcpu_free_alloc_info(info);
}
