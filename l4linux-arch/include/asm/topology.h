/* SPDX-License-Identifier: GPL-2.0 */
/* All CPUs are cores of one package, without more threads: no vCPU knows better. */
#ifndef _ASM_L4_TOPOLOGY_H
#define _ASM_L4_TOPOLOGY_H

#ifdef CONFIG_SMP
#define topology_physical_package_id(cpu)	((void)(cpu), 0)
#define topology_core_id(cpu)			(cpu)
#define topology_core_cpumask(cpu)		((void)(cpu), cpu_online_mask)
#endif

#ifdef CONFIG_SCHED_MC
#include <linux/cpumask.h>

/* Those that share the last cache: who wakes on one may as well run on any other that is idle. */
static inline const struct cpumask *cpu_coregroup_mask(int cpu)
{
	return cpu_online_mask;
}
#endif

#include <asm-generic/topology.h>

#endif
