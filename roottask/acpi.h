/* SPDX-License-Identifier: GPL-2.0 */
/* The little of ACPI that is needed to switch the machine off or to reset it. */
#ifndef ROOTTASK_ACPI_H
#define ROOTTASK_ACPI_H

#include <stdbool.h>
#include <l4/types.h>

/* Gives access to `size' bytes of physical memory; NULL if that cannot be had. */
typedef const void *(*acpi_map_t)(l4_word_t physical, l4_word_t size);

struct acpi_power {
	bool can_power_off;
	unsigned short control_a;	/* port of PM1a_CNT */
	unsigned short control_b;	/* of PM1b_CNT, 0: there is none */
	unsigned char type_a;		/* SLP_TYP of state S5 for each */
	unsigned char type_b;
	unsigned short smi_port;	/* where to switch ACPI mode on; 0: it is on */
	unsigned char smi_enable;	/* by writing this */
	unsigned short reset_port;	/* 0: there is no reset port */
	unsigned char reset_value;
};

/*
 * Fill *power in from the tables that the XSDT, or without one the RSDT, leads
 * to (physical addresses, 0: there is none); what is not found stays 0.
 */
void acpi_find_power(l4_word_t xsdt, l4_word_t rsdt, acpi_map_t map, struct acpi_power *power);

#endif
