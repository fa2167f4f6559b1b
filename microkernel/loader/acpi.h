/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ACPI tables that the kernel reads, wherever firmware has put them: the MADT, for the
 * CPUs and interrupt controllers; HPET and FADT, for a clock to measure others by.
 */
#ifndef X86_ACPI_H
#define X86_ACPI_H

#include "lib/types.h"

struct acpi_found {
	phys_t lapic;
	phys_t hpet;		/* its registers; 0: none is named */
	u16 pm_timer;		/* its port; 0: none */
};

/*
 * By the root tables, of which the first counts if there is one (0: there is not). Registers
 * the CPUs and overrides, and each IOAPIC by ioapic_add(). Refuses a machine without an MADT.
 */
struct acpi_found acpi_init(phys_t xsdt, phys_t rsdt);

#endif
