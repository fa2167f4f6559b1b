/* SPDX-License-Identifier: GPL-2.0 */
/* What the boot loader says: memory, modules, a screen, firmware's tables; and what cannot be used of it. */
#include <string.h>

#include "host.h"
#include "loader/multiboot.h"

#define MAGIC		0x36d76289
#define INFO		0x1000		/* where it is in the host's memory */
#define MODULE		3
#define MEMORY_MAP	6
#define FRAMEBUFFER	8
#define EFI64		12
#define ACPI_OLD	14
#define ACPI_NEW	15

static struct l4_region room[L4_KIP_REGIONS];
static struct l4_kip kip;
static struct regions regions;
static u8 *at;

static void add_tag(u32 type, const void *content, u32 size)
{
	u32 *head = (u32 *)at;

	head[0] = type;
	head[1] = 8 + size;
	memcpy(at + 8, content, size);
	at += (8 + size + 7) & ~7U;
}

static void begin(void)
{
	memset(phys_to_virt(INFO), 0, 4096);
	at = (u8 *)phys_to_virt(INFO) + 8;
	memset(&kip, 0, sizeof(kip));
	regions = (struct regions){ room, .max = L4_KIP_REGIONS };
}

static u64 read_all(void)
{
	add_tag(0, "", 0);
	return multiboot_read(MAGIC, INFO, &kip, &regions);
}

struct framebuffer {
	u64 address;
	u32 pitch, width, height;
	u8 bits, type;
	u16 reserved;
	u8 red, red_bits, green, green_bits, blue, blue_bits;
} __attribute__((packed));

static const struct framebuffer usual = { 0xfd000000, 5120, 1280, 800, 32, 1, 0, 16, 8, 8, 8, 0, 8 };

static const struct l4_screen *read_screen(struct framebuffer f)
{
	begin();
	add_tag(FRAMEBUFFER, &f, sizeof(f));
	read_all();
	return &kip.screen;
}

static void screens(void **state)
{
	struct framebuffer f = usual;
	const struct l4_screen *screen = read_screen(f);

	(void)state;
	assert_int_equal(screen->address, 0xfd000000);
	assert_int_equal(screen->pitch, 5120);
	assert_int_equal(screen->width, 1280);
	assert_int_equal(screen->height, 800);
	assert_int_equal(screen->red, 16);
	f.red = 0;
	f.blue = 16;
	f.address = 0x380000000000;
	assert_int_equal(read_screen(f)->address, 0x380000000000);
	assert_int_equal(read_screen(f)->red, 0);
}

/* Each is the usual one but for one thing. */
static void no_screens(void **state)
{
	(void)state;
#define WITHOUT(field, value) do { \
		struct framebuffer f = usual; \
		f.field = value; \
		assert_int_equal(read_screen(f)->address, 0); \
	} while (0)
	WITHOUT(type, 0);	/* indexed colours */
	WITHOUT(type, 2);	/* text */
	WITHOUT(bits, 24);
	WITHOUT(bits, 16);
	WITHOUT(red, 8);
	WITHOUT(red, 0);	/* where blue is */
	WITHOUT(green, 0);
	WITHOUT(blue, 24);
	WITHOUT(address, 0xfd000002);
	WITHOUT(pitch, 5121);
	WITHOUT(pitch, 5116);	/* less than a line */
	begin();
	add_tag(FRAMEBUFFER, &usual, sizeof(usual) - 1);
	read_all();
	assert_int_equal(kip.screen.address, 0);
}

static void memory_and_modules(void **state)
{
	static const struct {
		u32 size, version;
		struct {
			u64 base, length;
			u32 type, reserved;
		} entry[4];
	} map = { 24, 0, {
		{ 0x2000, 0x3000, 2, 0 },
		{ 0x1800, 0xe800, 1, 0 },
		{ 0xf000, 0x0fff, 3, 0 },
		{ 0x100000, ~0UL, 1, 0 },	/* beyond the end of all addresses */
	} };
	static const struct {
		u32 start, end;
		char name[8];
	} module = { 0x6000, 0x7001, "vmlinux" };

	(void)state;
	begin();
	add_tag(MEMORY_MAP, &map, sizeof(map));
	add_tag(MODULE, &module, sizeof(module));
	read_all();
	assert_int_equal(kip.memory_end, 0x10000);
	assert_int_equal(kip.module_count, 1);
	assert_int_equal(kip.module[0].size, 0x1001);
	assert_string_equal(kip.module[0].cmdline, "vmlinux");
	assert_int_equal(regions.count, 4);
	assert_int_equal(room[0].start, 0x5000);
	assert_int_equal(room[0].end, 0x6000);
	assert_int_equal(room[1].type, L4_REGION_MODULE);
	assert_int_equal(room[1].end, 0x8000);
	assert_int_equal(room[2].end, 0xf000);
	assert_int_equal(room[3].type, L4_REGION_ACPI);
	assert_int_equal(room[3].end, 0x10000);
}

/* The newer of ACPI's two, in whichever order they come. */
static void tables_of_firmware(void **state)
{
	static const u8 old[20] = { [16] = 0x34, 0x12 };
	static const u8 newer[36] = { [15] = 2, [16] = 0x78, 0x56, [24] = 0xbc, 0x9a };
	static const u64 efi = 0x7f5000018;

	(void)state;
	begin();
	add_tag(ACPI_OLD, old, sizeof(old));
	read_all();
	assert_int_equal(kip.acpi_rsdt, 0x1234);
	assert_int_equal(kip.acpi_xsdt, 0);
	assert_int_equal(kip.efi, 0);
	for (int order = 0; order < 2; order++) {
		begin();
		add_tag(EFI64, &efi, sizeof(efi));
		add_tag(order ? ACPI_OLD : ACPI_NEW, order ? old : newer, order ? sizeof(old) : sizeof(newer));
		add_tag(order ? ACPI_NEW : ACPI_OLD, order ? newer : old, order ? sizeof(newer) : sizeof(old));
		read_all();
		assert_int_equal(kip.acpi_rsdt, 0x5678);
		assert_int_equal(kip.acpi_xsdt, 0x9abc);
		assert_int_equal(kip.efi, 0x7f5000018);
	}
}

static void more_modules_than_there_is_room_for(void **state)
{
	static const struct {
		u32 start, end;
		char name[8];
	} module = { 0x6000, 0x7001, "more" };

	(void)state;
	begin();
	for (int i = 0; i < L4_KIP_MODULES + 3; i++)
		add_tag(MODULE, &module, sizeof(module));
	add_tag(FRAMEBUFFER, &usual, sizeof(usual));
	assert_int_equal(read_all(), L4_KIP_MODULES + 3);
	assert_int_equal(kip.module_count, L4_KIP_MODULES);
	assert_int_equal(kip.screen.width, 1280);
	assert_int_equal(kip.region_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(screens, host_begin, host_end),
		cmocka_unit_test_setup_teardown(no_screens, host_begin, host_end),
		cmocka_unit_test_setup_teardown(memory_and_modules, host_begin, host_end),
		cmocka_unit_test_setup_teardown(tables_of_firmware, host_begin, host_end),
		cmocka_unit_test_setup_teardown(more_modules_than_there_is_room_for, host_begin, host_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
