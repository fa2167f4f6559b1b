/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's slot, built at boot and never changed afterwards:
 *
 *   top[256] -> pdpt[0..255]  physical memory, 2 MiB or 1 GiB pages, writable, not executable
 *               pdpt[256]     image: 4 KiB pages; text read-only, rodata and data not executable
 *               pdpt[257]     what each CPU but the first has of its own: 4 KiB pages, not executable
 *
 * Text, constants, these tables and the IDT are read-only in the physical map,
 * too, and the pages below the kernel's stacks are not in the image. All global.
 */
#include "x86/mmu/tables.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/layout.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/paging.h"

#define GLOBAL		(1UL << 8)
#define KERNEL_PAGE	(PTE_P | PTE_A | PTE_D | GLOBAL)
#define ENTRIES		512
#define SIZE_2M		(1UL << 21)
#define SIZE_1G		(1UL << 30)
#define PHYSMAP_MIN	(4 * SIZE_1G)	/* also covers the APICs */

extern const char image_text_end[], image_rodata_end[], image_fixed[], image_fixed_end[],
	image_end[];

static phys_t physmap_end;
static u64 top[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 pdpt[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 areas_pd[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static u64 image_pd[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 image_pt[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 first_pd[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 first_pt[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));

static u64 image_phys(const void *address)
{
	return (u64)address - IMAGE_BASE;
}

/* Text and constants, and what only boot writes: nobody can write there, by no address. */
static bool is_fixed(u64 phys)
{
	return (phys >= IMAGE_PHYS && phys < image_phys(image_rodata_end)) ||
	       (phys >= image_phys(image_fixed) && phys < image_phys(image_fixed_end));
}

/* The first 2 MiB hold the image. */
static void map_first_gigabyte(void)
{
	for (u64 i = 0; i < ENTRIES; i++) {
		u64 phys = i * PAGE_SIZE;

		first_pt[i] = phys | KERNEL_PAGE | PTE_NX | (is_fixed(phys) ? 0 : PTE_W);
	}
	first_pd[0] = image_phys(first_pt) | PTE_P | PTE_W;
	for (u64 i = 1; i < ENTRIES; i++)
		first_pd[i] = (i * SIZE_2M) | KERNEL_PAGE | PTE_W | PTE_NX | PTE_S;
	pdpt[0] = image_phys(first_pd) | PTE_P | PTE_W;
}

static void map_gigabyte(u64 phys)
{
	u64 *pd;

	if (cpu_features.large_1g) {
		pdpt[phys / SIZE_1G] = phys | KERNEL_PAGE | PTE_W | PTE_NX | PTE_S;
		return;
	}
	pd = kmem_page_alloc(NULL);
	if (!pd)
		refuse("too little memory for the map of physical memory");
	for (u64 i = 0; i < ENTRIES; i++)
		pd[i] = (phys + i * SIZE_2M) | KERNEL_PAGE | PTE_W | PTE_NX | PTE_S;
	pdpt[phys / SIZE_1G] = virt_to_phys(pd) | PTE_P | PTE_W;
}

static void map_image(void)
{
	assert(image_phys(image_end) <= SIZE_2M);
	for (u64 phys = IMAGE_PHYS; phys < image_phys(image_end); phys += PAGE_SIZE) {
		u64 flags = KERNEL_PAGE;

		if (cpu_is_guard(IMAGE_BASE + phys))
			continue;
		if (phys >= image_phys(image_text_end))
			flags |= PTE_NX;
		if (!is_fixed(phys))
			flags |= PTE_W;
		image_pt[phys / PAGE_SIZE] = phys | flags;
	}
	image_pd[0] = image_phys(image_pt) | PTE_P | PTE_W;
	pdpt[(IMAGE_BASE - KERNEL_SLOT_BASE) / SIZE_1G] = image_phys(image_pd) | PTE_P | PTE_W;
}

void tables_init(u64 memory_end)
{
	physmap_end = min_u64(max_u64(align_up(memory_end, SIZE_1G), PHYSMAP_MIN), PHYSMAP_SIZE);
	map_first_gigabyte();
	for (u64 phys = SIZE_1G; phys < physmap_end; phys += SIZE_1G)
		map_gigabyte(phys);
	map_image();
	pdpt[(CPU_AREAS - KERNEL_SLOT_BASE) / SIZE_1G] = image_phys(areas_pd) | PTE_P | PTE_W;
	top[KERNEL_SLOT] = image_phys(pdpt) | PTE_P | PTE_W;
	paging_kernel_pml4e = top[KERNEL_SLOT];
	paging_has_1g = cpu_features.large_1g;
	cpu_load_table(this_cpu(), tables_kernel_root());
}

bool tables_add_page(u64 va, phys_t phys)
{
	u64 *entry = &areas_pd[(va - CPU_AREAS) / SIZE_2M], *table;

	if (!*entry) {
		table = kmem_page_alloc(NULL);
		if (!table)
			return false;
		*entry = virt_to_phys(table) | PTE_P | PTE_W;
	}
	table = phys_to_virt(align_down(*entry, PAGE_SIZE));
	table[va / PAGE_SIZE % ENTRIES] = phys | KERNEL_PAGE | PTE_W | PTE_NX;
	return true;
}

u64 tables_kernel_root(void)
{
	return image_phys(top);
}

phys_t tables_physmap_end(void)
{
	return physmap_end;
}
