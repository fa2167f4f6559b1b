/* SPDX-License-Identifier: GPL-2.0 */
/* The one ACPI table the kernel reads: the MADT, for the CPUs and interrupt controllers. */
#ifndef X86_ACPI_H
#define X86_ACPI_H

#include "lib/types.h"

/* Registers the CPUs, IOAPICs and overrides; returns the local APIC's address. Refuses a machine without. */
phys_t acpi_init(phys_t rsdp);

#endif
