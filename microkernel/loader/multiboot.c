/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading Multiboot2's information (specification 2.0, section 3.6). It lies
 * in memory that will be somebody else's, so all that is needed is copied.
 */
#include "loader/multiboot.h"

#include "base/panic.h"
#include "lib/string.h"
#include "x86/cpu/layout.h"

#define MULTIBOOT_MAGIC		0x36d76289

#define TAG_END			0
#define TAG_CMDLINE		1
#define TAG_MODULE		3
#define TAG_MEMORY_MAP		6
#define TAG_FRAMEBUFFER		8
#define TAG_EFI64		12
#define TAG_ACPI_OLD		14
#define TAG_ACPI_NEW		15

#define FRAMEBUFFER_RGB		1

#define MEMORY_AVAILABLE	1
#define MEMORY_ACPI		3

struct tag {
	u32 type, size;
};

struct tag_module {
	struct tag tag;
	u32 start, end;
	char cmdline[];
};

struct memory_entry {
	u64 base, length;
	u32 type, reserved;
};

struct tag_memory_map {
	struct tag tag;
	u32 entry_size, entry_version;
	struct memory_entry entry[];
};

struct tag_framebuffer {
	struct tag tag;
	u64 address;
	u32 pitch, width, height;
	u8 bits, type;
	u16 reserved;
	u8 red, red_bits, green, green_bits, blue, blue_bits;
} __attribute__((packed));

struct rsdp_roots {
	u8 head[15], revision;
	u32 rsdt, length;
	u64 xsdt;
} __attribute__((packed));

static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = min_u64(strlen(from), size - 1);

	memcpy(to, from, n);
	to[n] = 0;
}

/* RAM shrinks to whole pages, everything else grows; RAM first, so that what overlaps it wins. */
static void read_memory_map(const struct tag_memory_map *map, struct l4_kip *kip,
			    struct regions *regions, bool ram)
{
	const char *pos = (const char *)map->entry, *end = (const char *)map + map->tag.size;

	for (; pos + sizeof(struct memory_entry) <= end; pos += map->entry_size) {
		const struct memory_entry *e = (const void *)pos;
		u64 last = e->base + e->length;

		if ((e->type == MEMORY_AVAILABLE) != ram || last < e->base)
			continue;
		if (!ram) {
			bool tables = e->type == MEMORY_ACPI && last <= PHYSMAP_SIZE;

			regions_set(regions, align_down(e->base, PAGE_SIZE), align_up(last, PAGE_SIZE),
				    tables ? L4_REGION_ACPI : REGIONS_NONE);
			continue;
		}
		/* More than the physical map holds cannot be used. */
		last = min_u64(align_down(last, PAGE_SIZE), PHYSMAP_SIZE);
		regions_set(regions, align_up(e->base, PAGE_SIZE), last, L4_REGION_RAM);
		kip->memory_end = max_u64(kip->memory_end, last);
	}
}

static void read_module(const struct tag_module *module, struct l4_kip *kip)
{
	struct l4_module *m = &kip->module[kip->module_count];

	m->start = module->start;
	m->size = module->end - module->start;
	copy_text(m->cmdline, sizeof(m->cmdline), module->cmdline);
	kip->module_count++;
}

/* One of another kind is as good as none. */
static void read_framebuffer(const struct tag_framebuffer *f, struct l4_screen *screen)
{
	bool rgb = f->red == 16 && f->blue == 0, bgr = f->red == 0 && f->blue == 16;

	if (f->tag.size < sizeof(*f) || f->type != FRAMEBUFFER_RGB || f->bits != 32 || f->green != 8 || !(rgb || bgr) ||
	    (f->address | f->pitch) % 4 || f->pitch / 4 < f->width)
		return;
	*screen = (struct l4_screen){ f->address, f->pitch, f->width, f->height, f->red };
}

/* The newer kind of the root pointer has both. */
static void read_acpi(const struct rsdp_roots *rsdp, struct l4_kip *kip)
{
	kip->acpi_rsdt = rsdp->rsdt;
	if (rsdp->revision >= 2)
		kip->acpi_xsdt = rsdp->xsdt;
}

/* Calls one reader per tag; memory that is not RAM comes in a second round. */
u64 multiboot_read(u32 magic, phys_t info, struct l4_kip *kip, struct regions *regions)
{
	const char *begin = phys_to_virt(info);
	u64 modules = 0;

	if (magic != MULTIBOOT_MAGIC)
		refuse("not started by a Multiboot2 boot loader");
	for (int round = 0; round < 2; round++) {
		const struct tag *tag = (const void *)(begin + 8);

		while (tag->type != TAG_END) {
			if (tag->type == TAG_MEMORY_MAP)
				read_memory_map((const void *)tag, kip, regions, !round);
			else if (!round && tag->type == TAG_CMDLINE)
				copy_text(kip->cmdline, sizeof(kip->cmdline), (const char *)(tag + 1));
			else if (!round && tag->type == TAG_MODULE && modules++ < L4_KIP_MODULES)
				read_module((const void *)tag, kip);
			else if (!round && tag->type == TAG_FRAMEBUFFER)
				read_framebuffer((const void *)tag, &kip->screen);
			else if (!round && tag->type == TAG_EFI64)
				kip->efi = *(const u64 *)(tag + 1);
			else if (!round && (tag->type == TAG_ACPI_NEW ||
					    (tag->type == TAG_ACPI_OLD && !kip->acpi_rsdt)))
				read_acpi((const void *)(tag + 1), kip);
			tag = (const void *)((const char *)tag + align_up(tag->size, 8));
		}
	}
	for (u64 i = 0; i < kip->module_count; i++)
		regions_set(regions, align_down(kip->module[i].start, PAGE_SIZE),
			    align_up(kip->module[i].start + kip->module[i].size, PAGE_SIZE),
			    L4_REGION_MODULE);
	return modules;
}
