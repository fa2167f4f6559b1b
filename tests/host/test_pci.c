/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roottask's way to PCI's configuration, and what servers may do there, with devices of each kind
 * behind two ports: what base registers name, who has it, and that nothing is left changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <l4/server.h>

static unsigned int fake_in32(unsigned short port);
static void fake_out32(unsigned short port, unsigned int value);

#define l4_port_in32	fake_in32
#define l4_port_out32	fake_out32
#include "../../roottask/pci_config.c"
#include "../../roottask/pci_functions.c"
#include "../../roottask/pci.c"

#define LEFT	0x80001234U		/* the address, as somebody else has left it */
#define DISK	0x10421af4U
#define PLACE(bus, device, number) ((bus) << 8 | (device) << 3 | (number))

struct device {
	unsigned int function;
	unsigned int reg[64];
	unsigned int mask[PCI_BARS];	/* what of the base registers can be written */
};

static struct device device[8];
static unsigned int devices, address, wrong_functions;
struct script script;
const struct l4_kip *kip;

void report(const char *format, ...)
{
	(void)format;
}

bool ranges_grant(const struct script_ranges *ranges, l4_word_t first, l4_word_t last)
{
	for (unsigned int i = 0; i < ranges->count; i++) {
		if (ranges->range[i].first <= first && last <= ranges->range[i].last)
			return true;
	}
	return false;
}

static struct device *addressed(void)
{
	assert_true(address & CONFIG_ENABLE && !(address & 0x7f000003));
	for (unsigned int i = 0; i < devices; i++) {
		if (device[i].function == (address >> 8 & 0xffff))
			return &device[i];
	}
	wrong_functions++;
	return NULL;
}

static unsigned int fake_in32(unsigned short port)
{
	struct device *one;

	if (port == PCI_CONFIG_ADDRESS)
		return address;
	assert_int_equal(port, CONFIG_DATA);
	one = addressed();
	return one ? one->reg[(address & 0xfc) / 4] : ~0U;
}

static void fake_out32(unsigned short port, unsigned int value)
{
	unsigned int bar = ((address & 0xfc) - PCI_REG_BAR) / 4;
	struct device *one;

	if (port == PCI_CONFIG_ADDRESS) {
		address = value;
		return;
	}
	one = addressed();
	assert_non_null(one);
	if ((address & 0xfc) == PCI_REG_COMMAND) {
		/* Status is cleared by ones. */
		one->reg[1] = (one->reg[1] & ~0xffffU & ~value) | (value & 0xffff);
	} else if (bar < PCI_BARS) {
		assert_false(one->reg[1] & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
		one->reg[4 + bar] = (one->reg[4 + bar] & ~one->mask[bar]) | (value & one->mask[bar]);
	} else {
		assert_true((address & 0xfc) >= PCI_REG_OWN);
		one->reg[(address & 0xfc) / 4] = value;
	}
}

static struct device *put(unsigned int function, unsigned int id)
{
	struct device *one = &device[devices++];

	one->function = function;
	one->reg[0] = id;
	one->reg[1] = 0xffb00000 | PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | 0x100;
	return one;
}

static void put_bar(struct device *one, unsigned int bar, unsigned int value, unsigned int mask)
{
	one->reg[4 + bar] = value;
	one->mask[bar] = mask;
}

static void add_server(unsigned int id, unsigned int function)
{
	struct script_pci *pci = &script.instance[script.count++].pci;

	*pci = (struct script_pci){ .wanted = true, .ids = id ? 1 : 0, .id = { id }, .function = function };
}

static int setup(void **state)
{
	(void)state;
	memset(&script, 0, sizeof(script));
	memset(device, 0, sizeof(device));
	devices = wrong_functions = 0;
	address = LEFT;
	put(PLACE(0, 0, 0), 0x12378086)->reg[2] = CLASS_BRIDGE << 24;
	return 0;
}

static void init(void)
{
	struct device before[8];

	memcpy(before, device, sizeof(device));
	pci_functions_init();
	assert_int_equal(address, LEFT);
	for (unsigned int i = 0; i < devices; i++) {
		if (pci_server_of(device[i].function) >= 0)
			before[i].reg[1] &= ~PCI_COMMAND_MASTER;
	}
	assert_memory_equal(before, device, sizeof(device));
}

static const struct script_pci *pci_of(unsigned int n)
{
	return &script.instance[n].pci;
}

static void all_are_found(void **state)
{
	struct pci_walk walk = { 0 };
	static const unsigned int wanted[] = {
		PLACE(0, 0, 0), PLACE(0, 3, 0), PLACE(0, 3, 5), PLACE(0, 4, 0), PLACE(0, 31, 0), PLACE(2, 1, 0),
	};

	setup(state);
	put(PLACE(0, 3, 0), DISK)->reg[3] = HEADER_MANY << 16;
	put(PLACE(0, 3, 5), DISK);
	/* Its other functions are the first one once more, as some devices have it. */
	put(PLACE(0, 31, 0), DISK);
	put(PLACE(0, 31, 1), DISK);
	put(PLACE(0, 4, 0), 0x11111111)->reg[3] = HEADER_BRIDGE << 16;
	device[devices - 1].reg[6] = 0x00020100;
	put(PLACE(2, 1, 0), DISK);
	put(PLACE(3, 1, 0), DISK);
	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_true(pci_next(&walk));
		assert_int_equal(walk.function, wanted[i]);
		assert_int_equal(pci_is_device(walk.function), i != 0 && i != 3);
	}
	assert_false(pci_next(&walk));
	assert_int_equal(address, LEFT);
	/* A bridge that leads to the last bus, and a machine without PCI. */
	device[devices - 3].reg[6] = 0x00ff0100;
	walk = (struct pci_walk){ 0 };
	for (unsigned int i = 0; i < 7; i++)
		assert_true(pci_next(&walk));
	assert_false(pci_next(&walk));
	devices = 0;
	walk = (struct pci_walk){ 0 };
	assert_false(pci_next(&walk));
}

static void functions_are_chosen(void **state)
{
	setup(state);
	put(PLACE(0, 3, 0), DISK);
	put(PLACE(0, 5, 0), DISK);
	put(PLACE(0, 7, 0), 0x11118086)->reg[3] = 2 << 16;
	add_server(DISK, 0);
	add_server(0, PLACE(0, 3, 0));
	add_server(DISK, 0);
	add_server(0x11118086, 0);
	add_server(0, PLACE(0, 0, 0));
	add_server(0, PLACE(0, 6, 0));
	init();
	assert_true(pci_of(0)->found && pci_of(1)->found);
	assert_int_equal(pci_of(0)->function, PLACE(0, 5, 0));
	assert_int_equal(pci_of(1)->function, PLACE(0, 3, 0));
	for (unsigned int i = 2; i < 6; i++)
		assert_false(pci_of(i)->found);
	assert_int_equal(pci_server_of(PLACE(0, 3, 0)), 1);
	assert_int_equal(pci_server_of(PLACE(0, 5, 0)), 0);
	assert_int_equal(pci_server_of(PLACE(0, 6, 0)), -1);
}

static void assert_range(const struct script_ranges *ranges, unsigned int n, l4_word_t first, l4_word_t last)
{
	assert_true(n < ranges->count);
	assert_int_equal(ranges->range[n].first, first);
	assert_int_equal(ranges->range[n].last, last);
}

static void bars_are_given(void **state)
{
	const struct script_instance *one = &script.instance[0];
	struct device *disk;

	setup(state);
	disk = put(PLACE(0, 3, 0), DISK);
	put_bar(disk, 0, 0xc041, 0xffc0);			/* 64 ports, the upper half is zero */
	put_bar(disk, 1, 0xfeb00100, 0xffffff00);		/* less than a page */
	put_bar(disk, 2, 0x0000000c, 0xfff00000);		/* 1 MiB, far above, can be prefetched */
	put_bar(disk, 3, 0x00000008, 0xffffffff);
	put_bar(disk, 4, 0, 0xffff0000);			/* nowhere */
	add_server(DISK, 0);
	init();
	assert_int_equal(one->ports.count, 1);
	assert_range(&one->ports, 0, 0xc040, 0xc07f);
	assert_int_equal(one->devices.count, 2);
	assert_range(&one->devices, 0, 0xfeb00000, 0xfeb00fff);
	assert_range(&one->devices, 1, 0x800000000, 0x8000fffff);

	/* What is larger than 4 GiB; the last register says that it has another half, and has none. */
	setup(state);
	disk = put(PLACE(0, 3, 0), DISK);
	put_bar(disk, 0, 4, 0);
	put_bar(disk, 1, 0x00000100, 0xfffffffe);
	put_bar(disk, 5, 0xfe000004, 0xfffff000);
	add_server(DISK, 0);
	init();
	assert_int_equal(one->devices.count, 2);
	assert_range(&one->devices, 0, 0xfe000000, 0xfe000fff);
	assert_range(&one->devices, 1, 0x10000000000, 0x101ffffffff);

	/* What cannot be, or is out of reach. */
	setup(state);
	disk = put(PLACE(0, 3, 0), DISK);
	put_bar(disk, 0, 4, 0xfffff000);
	put_bar(disk, 1, 0x00004000, 0xffffffff);
	put_bar(disk, 2, 0xfffff004, 0x00001000);
	put_bar(disk, 3, 0xffffffff, 0);
	put_bar(disk, 4, 0xffffff01, 0xffffff00);		/* ports that do not exist */
	put_bar(disk, 5, 0x7, 0);
	add_server(DISK, 0);
	init();
	assert_int_equal(one->devices.count, 0);
	assert_int_equal(one->ports.count, 0);
}

static void requests_are_checked(void **state)
{
	struct device *disk;
	l4_word_t value = 7;

	setup(state);
	disk = put(PLACE(0, 3, 0), DISK);
	add_server(DISK, 0);
	add_server(DISK, 0);
	script.count++;
	init();
	assert_int_equal(pci_function_read(2, 0, &value), -L4_ERIGHTS);
	assert_int_equal(pci_function_write(2, 0x40, 0), -L4_ERIGHTS);
	assert_int_equal(pci_function_read(1, 0, &value), -L4_ENOCAP);
	assert_int_equal(pci_function_write(1, 0x40, 0), -L4_ENOCAP);
	assert_int_equal(value, 7);
	for (l4_word_t reg = 0; reg < 0x200; reg++) {
		bool good = !(reg & 3) && reg < 0x100;
		bool open = reg == 4 || reg >= 0x40;

		assert_int_equal(pci_function_read(0, reg, &value), good ? 0 : -L4_EINVAL);
		assert_int_equal(pci_function_write(0, reg, 0), !good ? -L4_EINVAL : open ? 0 : -L4_ERIGHTS);
	}
	assert_int_equal(pci_function_read(0, 1UL << 32, &value), -L4_EINVAL);
	assert_int_equal(pci_function_write(0, 0x40, 1UL << 32), -L4_EINVAL);
	assert_int_equal(pci_function_write(0, 0x40, 0xffffffff), 0);
	assert_int_equal(pci_function_read(0, 0x40, &value), 0);
	assert_int_equal(value, 0xffffffff);
	/* Status is not cleared, and what is firmware's stays. */
	assert_int_equal(disk->reg[1], 0xffb00100);
	assert_int_equal(pci_function_write(0, 4, 0xffffffff), 0);
	assert_int_equal(disk->reg[1], 0xffb00507);
	assert_int_equal(address, LEFT);
}

static bool is_master(unsigned int n)
{
	return device[n].reg[1] & PCI_COMMAND_MASTER;
}

/* 0: a server; 1: who has the configuration ports; 2: who has named memory. */
static void owners_are_silenced(void **state)
{
	setup(state);
	put_bar(put(PLACE(0, 3, 0), DISK), 0, 0xfe000000, 0xfffff000);
	put_bar(put(PLACE(0, 4, 0), 0x11118086), 0, 0xfe100000, 0xfffff000);
	put(PLACE(0, 5, 0), 0x22228086);
	add_server(DISK, 0);
	script.count = 3;
	script.instance[1].ports = (struct script_ranges){ .all = true, .count = 1, .range = { { 0, 0xffff } } };
	script.instance[2].devices = (struct script_ranges){ .count = 1, .range = { { 0xfe000000, 0xfe1fffff } } };
	init();
	assert_int_equal(pci_function_write(0, 4, PCI_COMMAND_MASTER), 0);
	/* The device has been reset, by whatever way. */
	device[1].reg[4] = 0;
	pci_silence(2);
	assert_true(is_master(1) && !is_master(2) && is_master(3));
	pci_silence(1);
	assert_true(is_master(0) && is_master(1) && !is_master(3));
	pci_silence(0);
	assert_true(is_master(0) && !is_master(1));
	assert_int_equal(address, LEFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_found),
		cmocka_unit_test(functions_are_chosen),
		cmocka_unit_test(bars_are_given),
		cmocka_unit_test(requests_are_checked),
		cmocka_unit_test(owners_are_silenced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
