/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switching the machine off and resetting it. What the ACPI tables say of it is
 * read before anyone is started: at the machine's end nothing has to be had.
 */
#include "acpi.h"
#include "roottask.h"

#define SLEEP_TYPE_SHIFT	10
#define SLEEP_ENABLE		(1U << 13)
#define SCI_ENABLE		1U

#define RESET_CONTROL		0xcf9	/* of PCI chip sets */
#define KEYBOARD_COMMAND	0x64
#define KEYBOARD_PULSE_RESET	0xfe

#define WAIT_US			3000000	/* for the machine to do as told; a busy host may take a while */
#define ACPI_MODE_ATTEMPTS	300

static struct acpi_power power;

/* Firmware that still handles power itself has to be told that we do (ACPI 6.5, 4.8.2.5). */
static void enable_acpi(void)
{
	if (!power.smi_port || (l4_port_in16(power.control_a) & SCI_ENABLE))
		return;
	l4_port_out8(power.smi_port, power.smi_enable);
	for (unsigned int i = 0; i < ACPI_MODE_ATTEMPTS; i++) {
		if (l4_port_in16(power.control_a) & SCI_ENABLE)
			return;
		l4_ipc_sleep(l4_timeout_us(10000));
	}
}

void power_init(void)
{
	acpi_find_power(kip->acpi_xsdt, kip->acpi_rsdt, memory_table, &power);
}

void power_off(void)
{
	if (power.can_power_off) {
		enable_acpi();
		l4_port_out16(power.control_a, power.type_a << SLEEP_TYPE_SHIFT | SLEEP_ENABLE);
		if (power.control_b)
			l4_port_out16(power.control_b,
				      power.type_b << SLEEP_TYPE_SHIFT | SLEEP_ENABLE);
		l4_ipc_sleep(l4_timeout_us(WAIT_US));
	}
	fatal("this machine does not switch itself off; it is safe to do it by hand.");
}

void power_reset(void)
{
	if (power.reset_port) {
		l4_port_out8(power.reset_port, power.reset_value);
		l4_ipc_sleep(l4_timeout_us(WAIT_US));
	}
	l4_port_out8(RESET_CONTROL, 2);
	l4_port_out8(RESET_CONTROL, 6);
	l4_ipc_sleep(l4_timeout_us(WAIT_US));
	l4_port_out8(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	l4_ipc_sleep(l4_timeout_us(WAIT_US));
	fatal("this machine does not reset itself; it can be done by hand.");
}
