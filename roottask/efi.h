/* SPDX-License-Identifier: GPL-2.0 */
/* The little of UEFI that is needed to find what a BIOS has at fixed places. */
#ifndef ROOTTASK_EFI_H
#define ROOTTASK_EFI_H

#include "acpi.h"

/*
 * Where the table of the machine's parts (SMBIOS) begins, by UEFI's system table (both physical
 * addresses); 0 if that is not one, or says nothing of it.
 */
l4_word_t efi_find_smbios(l4_word_t system_table, acpi_map_t map);

#endif
