/* SPDX-License-Identifier: GPL-2.0 */
/* The clock's rates. */
#ifndef CALIBRATE_H
#define CALIBRATE_H

struct acpi_found;

/* Finds out and sets them; refuses a machine on which that cannot be done. */
void calibrate(const struct acpi_found *acpi);

#endif
