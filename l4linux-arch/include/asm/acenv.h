/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ACPI's interpreter asks of the machine. The lock that it shares with firmware
 * is a word of firmware's: one bit says that it is held, one that the other waits for
 * it (ACPI 6.5, section 5.2.10.1).
 */
#ifndef _ASM_L4_ACENV_H
#define _ASM_L4_ACENV_H

#include <linux/types.h>

/* The machine sleeps by the microkernel's first server, if at all. */
#define ACPI_FLUSH_CPU_CACHE()	do { } while (0)

bool acpi_firmware_lock(u32 *lock);	/* if not: firmware will tell when it lets go */
bool acpi_firmware_unlock(u32 *lock);	/* does firmware wait for it? */

#define ACPI_ACQUIRE_GLOBAL_LOCK(facs, acquired) \
	((acquired) = acpi_firmware_lock(&(facs)->global_lock))
#define ACPI_RELEASE_GLOBAL_LOCK(facs, pending) \
	((pending) = acpi_firmware_unlock(&(facs)->global_lock))

#endif
