/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's slot, built at boot:
 *
 *   top[256] -> pdpt[0..255]  physical memory (physmap.h), writable, not executable
 *               pdpt[256]     image: 4 KiB pages; text read-only, rodata and data not executable
 *               pdpt[257]     what each CPU but the first has of its own: 4 KiB pages, not executable
 *               pdpt[258]     registers of devices, not cached; behind them the windows; then a
 *                             device's memory in large pages, write-combining; none of it executable
 *
 * Text, constants, these tables and the IDT are read-only in the physical map,
 * too, and the pages below the kernel's stacks are not in the image. All global. Only
 * boot changes any of it later: for another CPU, for a device, in a window.
 */
#include "x86/mmu/tables.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/layout.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/paging.h"
#include "x86/mmu/physmap.h"

#define ENTRIES		512
#define SIZE_2M		(1UL << 21)
#define SIZE_1G		(1UL << 30)
#define WINDOW_PAGES	64U
#define DEVICES_ENTRY	((DEVICES - KERNEL_SLOT_BASE) / SIZE_1G)
#define DEVICE_PAGES	(ENTRIES - TABLES_WINDOWS * WINDOW_PAGES)

extern const char image_text_end[], image_rodata_end[], image_fixed[], image_fixed_end[],
	image_end[];

static u64 top[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 pdpt[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 areas_pd[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static u64 image_pd[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 image_pt[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 device_pd[ENTRIES] __fixed __attribute__((aligned(PAGE_SIZE)));
static u64 device_pt[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static unsigned int device_pages;

static u64 image_phys(const void *address)
{
	return (u64)address - IMAGE_BASE;
}

static void name_table(u64 *entry, const u64 *table)
{
	*entry = image_phys(table) | PTE_P | PTE_W;
}

static void map_image(const struct physmap *map)
{
	assert(image_phys(image_end) <= SIZE_2M);
	for (u64 phys = IMAGE_PHYS; phys < image_phys(image_end); phys += PAGE_SIZE) {
		u64 flags = PTE_KERNEL | PTE_W;

		if (cpu_is_guard(IMAGE_BASE + phys))
			continue;
		if (phys >= image_phys(image_text_end))
			flags |= PTE_NX;
		for (unsigned int i = 0; i < PHYSMAP_FIXED; i++)
			if (phys >= map->fixed[i].start && phys < map->fixed[i].end)
				flags &= ~PTE_W;
		image_pt[phys / PAGE_SIZE] = phys | flags;
	}
	name_table(&image_pd[0], image_pt);
	name_table(&pdpt[(IMAGE_BASE - KERNEL_SLOT_BASE) / SIZE_1G], image_pd);
}

u64 tables_pages(const struct l4_region *region, u64 count)
{
	const struct physmap map = { region, count, cpu_features.large_1g, { { 0 } } };

	return physmap_most_tables(&map);
}

void tables_init(const struct l4_region *region, u64 count, phys_t tables, u64 pages)
{
	phys_t end = tables + pages * PAGE_SIZE;
	const struct physmap map = { region, count, cpu_features.large_1g, {
		{ IMAGE_PHYS, image_phys(image_rodata_end) },
		{ image_phys(image_fixed), image_phys(image_fixed_end) },
		{ tables, end },
	} };

	if (physmap_most_tables(&map) > pages)
		panic("the map of memory needs more tables than there are");
	physmap_build(&map, pdpt, tables);
	map_image(&map);
	name_table(&pdpt[(CPU_AREAS - KERNEL_SLOT_BASE) / SIZE_1G], areas_pd);
	name_table(&device_pd[0], device_pt);
	name_table(&pdpt[DEVICES_ENTRY], device_pd);
	pdpt[DEVICES_ENTRY] |= PTE_NX;
	name_table(&top[KERNEL_SLOT], pdpt);
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
	table[va / PAGE_SIZE % ENTRIES] = phys | PTE_KERNEL | PTE_W | PTE_NX;
	return true;
}

volatile void *tables_add_device(phys_t phys)
{
	if (device_pages == DEVICE_PAGES || phys >= 1UL << cpu_features.address_bits)
		return NULL;
	device_pt[device_pages] = align_down(phys, PAGE_SIZE) | PTE_KERNEL | PTE_DEVICE | PTE_W | PTE_NX;
	return (volatile u8 *)DEVICES + device_pages++ * PAGE_SIZE + phys % PAGE_SIZE;
}

/* NX, which this CPU may not know yet, is in the entry of all of DEVICES. */
volatile void *tables_add_device_memory(u64 *boot_pdpt, phys_t phys, u64 size)
{
	phys_t start = align_down(phys, SIZE_2M), end = align_up(phys + size, SIZE_2M);

	if (end - start > (ENTRIES - 1) * SIZE_2M)
		return NULL;
	for (u64 i = 0; i < (end - start) / SIZE_2M; i++)
		device_pd[1 + i] = (start + i * SIZE_2M) | PTE_KERNEL | PTE_WC | PTE_S | PTE_W;
	name_table(&boot_pdpt[DEVICES_ENTRY], device_pd);
	return (volatile u8 *)DEVICES + SIZE_2M + phys % SIZE_2M;
}

const void *tables_window(unsigned int number, phys_t phys, u64 size)
{
	unsigned int first = DEVICE_PAGES + number * WINDOW_PAGES;
	phys_t page = align_down(phys, PAGE_SIZE);

	if (size > WINDOW_PAGES * PAGE_SIZE || phys + size < phys || phys + size > 1UL << cpu_features.address_bits ||
	    align_up(phys + size, PAGE_SIZE) - page > WINDOW_PAGES * PAGE_SIZE)
		return NULL;
	for (unsigned int i = 0; i < WINDOW_PAGES; i++, page += PAGE_SIZE) {
		device_pt[first + i] = page < phys + size ? page | PTE_KERNEL | PTE_NX : 0;
		invlpg(DEVICES + (first + i) * PAGE_SIZE);
	}
	return (const u8 *)DEVICES + first * PAGE_SIZE + phys % PAGE_SIZE;
}

void tables_close_windows(void)
{
	for (unsigned int i = DEVICE_PAGES; i < ENTRIES; i++) {
		device_pt[i] = 0;
		invlpg(DEVICES + i * PAGE_SIZE);
	}
}

u64 tables_kernel_root(void)
{
	return image_phys(top);
}
