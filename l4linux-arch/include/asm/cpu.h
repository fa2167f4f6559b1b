/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The types that x86's kernel/cpu/cpu.h wants. There is no topology, and
 * mitigations are the microkernel's.
 */
#ifndef _ASM_L4_CPU_H
#define _ASM_L4_CPU_H

enum x86_topology_domains {
	TOPO_SMT_DOMAIN,
	TOPO_MAX_DOMAIN,
};

struct x86_topology_system {
	unsigned int dom_shifts[TOPO_MAX_DOMAIN];
	unsigned int dom_size[TOPO_MAX_DOMAIN];
};

extern struct x86_topology_system x86_topo_system;

enum spectre_v2_mitigation {
	SPECTRE_V2_NONE,
	SPECTRE_V2_EIBRS,
	SPECTRE_V2_EIBRS_RETPOLINE,
	SPECTRE_V2_EIBRS_LFENCE,
};

#endif
