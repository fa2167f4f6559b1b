/* SPDX-License-Identifier: GPL-2.0 */
/* The tables with the names of the machine's parts, which are read twice, early and late. */
#ifndef _ASM_L4_DMI_H
#define _ASM_L4_DMI_H

#include <linux/io.h>
#include <linux/memblock.h>
#include <asm/setup.h>

static __always_inline __init void *dmi_alloc(unsigned int size)
{
	return memblock_alloc(size, sizeof(long));
}

void *dmi_early_remap(phys_addr_t phys, unsigned long size);
void dmi_early_unmap(void *address, unsigned long size);
#define dmi_remap(phys, size)		((void __force *)ioremap_cache(phys, size))
#define dmi_unmap(address)		iounmap((void __iomem __force *)(address))

#endif
