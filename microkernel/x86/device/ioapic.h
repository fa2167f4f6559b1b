/* SPDX-License-Identifier: GPL-2.0 */
/* The IOAPICs' pins, by global interrupt number (ISA interrupts by their old one). */
#ifndef X86_IOAPIC_H
#define X86_IOAPIC_H

#include "lib/types.h"

#define IOAPIC_MAX_PINS		96	/* of all IOAPICs together; 0..15 are the ISA interrupts */

/*
 * From ACPI: a controller, whose registers are at `registers' and in physical memory at base,
 * and an ISA interrupt that is wired unlike the standard. All pins are masked, whether they are numbered here or not.
 */
void ioapic_add(phys_t base, volatile u32 *registers, u32 first_pin);
void ioapic_override(u8 isa, u32 pin, bool level, bool low);
void ioapic_init(void);

/* Where the controllers' registers are; false behind the last. */
bool ioapic_base(unsigned int index, phys_t *base);

bool ioapic_has_pin(u64 irq);

/* Two interrupts may be one wire: the PC's timer is 0 and also 2. */
bool ioapic_same_pin(u64 a, u64 b);

/* To which CPU it goes, by its lapic_id. */
void ioapic_route(u64 irq, u32 to);
void ioapic_mask(u64 irq);
void ioapic_unmask(u64 irq);

/* L4_IRQ_LEVEL, EDGE, LOW; none: as ACPI says. Returns whether it is level-triggered now. */
bool ioapic_set_trigger(u64 irq, u64 trigger);

#endif
