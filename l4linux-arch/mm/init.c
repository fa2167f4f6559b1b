// SPDX-License-Identifier: GPL-2.0
/*
 * Linux's memory at start. roottask has mapped every block of it at the direct
 * map, so there are no tables to build: zones, the map of page structures, and
 * handing the rest to the buddy allocator.
 */
#include <linux/highmem.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/swiotlb.h>
#include <asm/pgtable.h>

pgd_t swapper_pg_dir[PTRS_PER_PGD] __page_aligned_bss;
unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)] __page_aligned_bss;
EXPORT_SYMBOL(empty_zero_page);

unsigned long first_pfn __ro_after_init;
EXPORT_SYMBOL(first_pfn);

/* memblock knows all blocks and what is reserved in them. */
void __init paging_init(void)
{
	unsigned long max_zone_pfns[MAX_NR_ZONES] = { 0 };

	max_pfn = PFN_DOWN(memblock_end_of_DRAM());
	max_low_pfn = max_pfn;
	min_low_pfn = PFN_UP(memblock_start_of_DRAM());
	first_pfn = ALIGN_DOWN(min_low_pfn, MAX_ORDER_NR_PAGES);
	high_memory = __va(PFN_PHYS(max_pfn - 1)) + PAGE_SIZE;

	max_zone_pfns[ZONE_DMA32] = min(max_pfn, PFN_DOWN(SZ_4G));
	max_zone_pfns[ZONE_NORMAL] = max_pfn;
	free_area_init(max_zone_pfns);
}

void __init mem_init(void)
{
	/* For devices that reach the first 4 GiB only: as natively, if there is memory here and there. */
	swiotlb_init(min_low_pfn < PFN_DOWN(SZ_4G) && max_pfn > PFN_DOWN(SZ_4G), 0);
	set_max_mapnr(max_pfn - first_pfn);
	memblock_free_all();
}

bool __virt_addr_valid(unsigned long address)
{
	unsigned long offset = address - __START_KERNEL_map;

	if (address >= __START_KERNEL_map)
		return offset < KERNEL_IMAGE_SIZE && pfn_valid(PFN_DOWN(offset + phys_base));
	return address >= PAGE_OFFSET && pfn_valid(PFN_DOWN(address - PAGE_OFFSET));
}
EXPORT_SYMBOL(__virt_addr_valid);

/*
 * A private mapping that may be written starts read-only: the first write
 * copies. No entry starts young: sync.c makes it so when the guest gets it.
 */
pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	unsigned long prot = _PAGE_PRESENT | _PAGE_USER;

	if (!(vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
		return PAGE_NONE;
	if ((vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
		prot |= _PAGE_RW;
	if (!(vm_flags & VM_EXEC))
		prot |= _PAGE_NX;
	return __pgprot(prot);
}
EXPORT_SYMBOL(vm_get_page_prot);
