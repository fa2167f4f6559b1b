/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IOAPICs. Of interrupts' numbers 0..15 are the ISA interrupts, wherever they are
 * wired; others are global pin numbers.
 */
#include "x86/device/ioapic.h"

#include <l4/syscall.h>

#include "base/panic.h"
#include "x86/cpu/x86.h"
#include "x86/device/lapic.h"

#define MAX_CONTROLLERS		64
#define ISA_IRQS		16

#define REG_SELECT		0
#define REG_WINDOW		4	/* in words */
#define INDEX_VERSION		1
#define INDEX_REDIRECTION	0x10
#define REDIRECT_LOW		(1U << 13)
#define REDIRECT_LEVEL		(1U << 15)
#define REDIRECT_MASKED		(1U << 16)
#define REDIRECT_TO		24	/* in the second word */

static struct controller {
	phys_t base;
	volatile u32 *registers;
	u32 first, pins;
} controllers[MAX_CONTROLLERS];
static unsigned int controller_count;

static struct wire {
	u32 pin;
	bool acpi_level, acpi_low;	/* as the board is wired, by ACPI */
	bool level, low;		/* as asked for now */
} wires[IOAPIC_MAX_PINS];

static u32 read_register(struct controller *c, u32 index)
{
	c->registers[REG_SELECT] = index;
	return c->registers[REG_WINDOW];
}

static void write_register(struct controller *c, u32 index, u32 value)
{
	c->registers[REG_SELECT] = index;
	c->registers[REG_WINDOW] = value;
}

static struct controller *controller_of(u32 pin)
{
	for (unsigned int i = 0; i < controller_count; i++)
		if (pin - controllers[i].first < controllers[i].pins)
			return &controllers[i];
	return NULL;
}

void ioapic_add(phys_t base, volatile u32 *registers, u32 first_pin)
{
	struct controller *c;
	u32 version;

	if (controller_count == MAX_CONTROLLERS)
		refuse("the machine has more than %d interrupt controllers (IOAPICs)", MAX_CONTROLLERS);
	c = &controllers[controller_count];
	*c = (struct controller){ .base = base, .registers = registers, .first = first_pin };
	version = read_register(c, INDEX_VERSION);
	/* There is nobody at that address. */
	if (version == ~0U)
		return;
	controller_count++;
	c->pins = ((version >> 16) & 0xff) + 1;
	for (u32 pin = 0; pin < c->pins; pin++)
		write_register(c, INDEX_REDIRECTION + 2 * pin, REDIRECT_MASKED);
}

static u32 index_of(const struct controller *c, const struct wire *wire)
{
	return INDEX_REDIRECTION + 2 * (wire->pin - c->first);
}

static void write_wire(u64 irq, bool masked)
{
	struct wire *wire = &wires[irq];
	struct controller *c = controller_of(wire->pin);

	write_register(c, index_of(c, wire), (VECTOR_IOAPIC + irq) | (wire->low ? REDIRECT_LOW : 0) |
		       (wire->level ? REDIRECT_LEVEL : 0) | (masked ? REDIRECT_MASKED : 0));
}

void ioapic_override(u8 isa, u32 pin, bool level, bool low)
{
	if (isa < ISA_IRQS)
		wires[isa] = (struct wire){ pin, level, low, level, low };
}

/* The defaults come first, so that overrides found in ACPI's tables stay. */
void ioapic_init(void)
{
	for (u32 irq = 0; irq < IOAPIC_MAX_PINS; irq++) {
		struct wire *wire = &wires[irq];

		if (!wire->pin && irq)
			*wire = (struct wire){ irq, irq >= ISA_IRQS, irq >= ISA_IRQS,
					       irq >= ISA_IRQS, irq >= ISA_IRQS };
		if (!ioapic_has_pin(irq))
			continue;
		ioapic_mask(irq);
		ioapic_route(irq, lapic_id());
	}
	/* The old controllers: out of the way of the exceptions, and silent. */
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, VECTOR_PIC);
	outb(0xa1, VECTOR_PIC + 8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

bool ioapic_has_pin(u64 irq)
{
	return irq < IOAPIC_MAX_PINS && controller_of(wires[irq].pin);
}

bool ioapic_same_pin(u64 a, u64 b)
{
	return wires[a].pin == wires[b].pin;
}

bool ioapic_base(unsigned int index, phys_t *base)
{
	if (index >= controller_count)
		return false;
	*base = controllers[index].base;
	return true;
}

void ioapic_route(u64 irq, u32 to)
{
	struct controller *c = controller_of(wires[irq].pin);

	write_register(c, index_of(c, &wires[irq]) + 1, to << REDIRECT_TO);
}

void ioapic_mask(u64 irq)
{
	write_wire(irq, true);
}

void ioapic_unmask(u64 irq)
{
	write_wire(irq, false);
}

bool ioapic_set_trigger(u64 irq, u64 trigger)
{
	struct wire *wire = &wires[irq];
	bool asked = trigger & (L4_IRQ_LEVEL | L4_IRQ_EDGE);

	wire->level = asked ? !!(trigger & L4_IRQ_LEVEL) : wire->acpi_level;
	wire->low = asked ? !!(trigger & L4_IRQ_LOW) : wire->acpi_low;
	return wire->level;
}
