/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ACPI, for the one instance that the parent has granted it: Linux's interpreter finds
 * where PCI's interrupts arrive, buttons, batteries and the rest. CPUs, timers and the
 * machine's end are the microkernel's and the parent's.
 */
#ifndef _ASM_L4_ACPI_H
#define _ASM_L4_ACPI_H

#include <linux/types.h>

#ifdef CONFIG_ACPI

extern int acpi_disabled;
extern int acpi_noirq;
extern int acpi_pci_disabled;
extern int acpi_strict;

static inline void disable_acpi(void)
{
	acpi_disabled = 1;
	acpi_pci_disabled = 1;
	acpi_noirq = 1;
}

#define ACPI_HAVE_ARCH_GET_ROOT_POINTER
u64 acpi_arch_get_root_pointer(void);

/* Linux's CPUs are vCPUs, of which ACPI knows nothing. */
static inline bool acpi_has_cpu_in_madt(void)
{
	return false;
}

#define cpu_physical_id(cpu)	(-1)

static inline void arch_fix_phys_package_id(int cpu, u32 package)
{
}

/* At the start, when there is memory to be had early: finds the tables, or disables ACPI. */
void acpi_find_tables(void);

#else

#define acpi_pci_disabled	1

static inline void acpi_find_tables(void) { }

#endif
#endif
