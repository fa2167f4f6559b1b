// SPDX-License-Identifier: GPL-2.0
/*
 * Device memory. The parent maps it into the direct map, at the place of its
 * physical address; drivers get an alias of that in the vmalloc area, so that
 * a stray access behind its end faults. It is not cached; a frame buffer's writes may be combined.
 */
#include <linux/io.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/xarray.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/vcpu.h>

static bool is_memory(phys_addr_t start, unsigned long size)
{
	const struct l4_instance_block *block = l4_instance->block;
	unsigned long i;

	for (i = 0; i < l4_instance->block_count; i++, block++)
		if (start >= block->start && start + size <= block->start + block->size)
			return true;
	return false;
}

/*
 * What the parent has mapped, by page numbers. It must not be asked for a page
 * twice: a new mapping takes the place of the one before it, and with that go
 * the aliases that other drivers have of it, or the same one for registers in
 * the same page.
 */
static DEFINE_MTREE(mapped);
static DEFINE_MUTEX(mapped_lock);

/* Is `page' mapped, and up to where (exclusive) is that so? */
static bool is_mapped(unsigned long page, unsigned long end, unsigned long *next)
{
	MA_STATE(state, &mapped, page, page);
	bool found;

	rcu_read_lock();
	found = mas_walk(&state);
	rcu_read_unlock();
	*next = min(state.last, end - 1) + 1;
	return found;
}

/* A naturally aligned piece; by halves where the parent has parts of it as something else, such as tables. */
static int map_block(phys_addr_t start, unsigned int order)
{
	int err = parent_map_device(start, order);

	if (err && order-- > PAGE_SHIFT)
		err = map_block(start, order) ?: map_block(start + BIT(order), order);
	return err;
}

/* In pieces as large as they come. */
static int map_blocks(phys_addr_t start, phys_addr_t end)
{
	unsigned int order;
	int err;

	for (; start < end; start += 1UL << order) {
		order = min(__ffs(start | BIT(30)), __fls(end - start));
		err = map_block(start, order);
		if (err) {
			pr_warn("no device memory at %pa, order %u: error %d\n", &start, order,
				err);
			return -ENXIO;
		}
	}
	return 0;
}

static int map_device(phys_addr_t start, phys_addr_t end)
{
	unsigned long page, next;
	int err = 0;

	mutex_lock(&mapped_lock);
	for (page = PFN_DOWN(start); page < PFN_DOWN(end) && !err; page = next) {
		if (is_mapped(page, PFN_DOWN(end), &next))
			continue;
		err = map_blocks(PFN_PHYS(page), PFN_PHYS(next));
		if (!err)
			err = mtree_store_range(&mapped, page, next - 1, xa_mk_value(1),
						GFP_KERNEL);
	}
	mutex_unlock(&mapped_lock);
	return err;
}

/* In the direct map only, page by page: there is no memory yet to remember more in, nor an alias to lose. */
void *__init device_map_early(phys_addr_t phys, unsigned long size)
{
	phys_addr_t start = phys & PAGE_MASK, end = PAGE_ALIGN(phys + size);

	if (end <= start)
		return NULL;
	if (!is_memory(start, end - start))
		for (phys_addr_t page = start; page < end; page += PAGE_SIZE)
			if (parent_map_device(page, PAGE_SHIFT))
				return NULL;
	return __va(phys);
}

static void __iomem *remap(phys_addr_t phys, unsigned long size, pgprot_t prot)
{
	phys_addr_t start = phys & PAGE_MASK, end = PAGE_ALIGN(phys + size);
	struct vm_struct *area;
	unsigned long address;

	if (!size || end <= start)
		return NULL;
	if (!is_memory(start, end - start) && map_device(start, end))
		return NULL;
	area = get_vm_area_caller(end - start, VM_IOREMAP, __builtin_return_address(0));
	if (!area)
		return NULL;
	address = (unsigned long)area->addr;
	area->phys_addr = start;
	if (ioremap_page_range(address, address + (end - start), start, prot)) {
		free_vm_area(area);
		return NULL;
	}
	return (void __iomem *)(address + offset_in_page(phys));
}

void __iomem *ioremap(resource_size_t phys, unsigned long size)
{
	return remap(phys, size, PAGE_KERNEL_IO_NOCACHE);
}
EXPORT_SYMBOL(ioremap);

void __iomem *ioremap_uc(resource_size_t phys, unsigned long size)
{
	return ioremap(phys, size);
}
EXPORT_SYMBOL(ioremap_uc);

void __iomem *ioremap_wc(resource_size_t phys, unsigned long size)
{
	return remap(phys, size, pgprot_writecombine(PAGE_KERNEL_IO));
}
EXPORT_SYMBOL(ioremap_wc);

void __iomem *ioremap_wt(resource_size_t phys, unsigned long size)
{
	return ioremap(phys, size);
}
EXPORT_SYMBOL(ioremap_wt);

void __iomem *ioremap_cache(resource_size_t phys, unsigned long size)
{
	return remap(phys, size, PAGE_KERNEL_IO);
}
EXPORT_SYMBOL(ioremap_cache);

void iounmap(volatile void __iomem *address)
{
	vunmap((void *)((unsigned long __force)address & PAGE_MASK));
}
EXPORT_SYMBOL(iounmap);

/* A process maps physical memory. The bit only tells Linux's own code what it is. */
pgprot_t phys_mem_access_prot(struct file *file, unsigned long pfn, unsigned long size,
			      pgprot_t prot)
{
	return is_memory(PFN_PHYS(pfn), size) ? prot : pgprot_noncached(prot);
}

/* For reads and writes of /dev/mem, which bear a fault. */
void *xlate_dev_mem_ptr(phys_addr_t phys)
{
	return __va(phys);
}

void unxlate_dev_mem_ptr(phys_addr_t phys, void *address)
{
}
