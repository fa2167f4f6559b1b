/* SPDX-License-Identifier: GPL-2.0 */
/* Reading ACPI's power-off and reset data from hand-made tables, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "acpi.h"
#include "mutate.h"

#define RSDT	0x200
#define XSDT	0x300
#define FADT	0x400
#define DSDT	0x800
#define SSDT	0xa00
#define MEMORY	0x1000

static unsigned char memory[MEMORY];
static struct acpi_power power;

static const void *map(l4_word_t physical, l4_word_t size)
{
	if (physical >= MEMORY || size > MEMORY - physical)
		return NULL;
	return memory + physical;
}

static void put(unsigned int at, unsigned long value, unsigned int bytes)
{
	memcpy(memory + at, &value, bytes);
}

static void fix_sum(unsigned int at, unsigned int size, unsigned int sum_at)
{
	unsigned char sum = 0;

	memory[at + sum_at] = 0;
	for (unsigned int i = 0; i < size; i++)
		sum += memory[at + i];
	memory[at + sum_at] = -sum;
}

static void table(unsigned int at, const char *name, unsigned int size)
{
	memcpy(memory + at, name, 4);
	put(at + 4, size, 4);
	fix_sum(at, size, 9);
}

static void sleep_object(unsigned int at)
{
	static const unsigned char name[] = {
		0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 0x05, 0x01, 0x00, 0x00,
	};

	memcpy(memory + at, name, sizeof(name));
}

static void finish(void)
{
	table(SSDT, "SSDT", 0x80);
	table(DSDT, "DSDT", 0x80);
	table(FADT, "FACP", 0x100);
	table(RSDT, "RSDT", 36 + 2 * 4);
	table(XSDT, "XSDT", 36 + 2 * 8);
}

static int setup(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	put(RSDT + 36, SSDT, 4);
	put(RSDT + 40, FADT, 4);
	put(XSDT + 36, FADT, 8);
	put(XSDT + 44, SSDT, 8);
	put(FADT + 40, DSDT, 4);
	put(FADT + 48, 0xb2, 4);
	put(FADT + 52, 0xf1, 1);
	put(FADT + 64, 0x604, 4);
	put(FADT + 112, 1 << 10, 4);
	put(FADT + 116, 1, 1);
	put(FADT + 120, 0xcf9, 8);
	put(FADT + 128, 0x0f, 1);
	sleep_object(DSDT + 50);
	finish();
	return 0;
}

/*
 * Damaged tables, with their sums right again, so that what they say is looked
 * at: reading stays within what was asked for.
 */
static void *handed_out[64];
static unsigned int handed_out_count;

static const void *map_exactly(l4_word_t physical, l4_word_t size)
{
	const void *there = map(physical, size);

	if (!there || handed_out_count == sizeof(handed_out) / sizeof(handed_out[0]))
		return NULL;
	handed_out[handed_out_count] = malloc(size ? size : 1);
	return memcpy(handed_out[handed_out_count++], there, size);
}

static void damage_is_survived(void **state)
{
	static const unsigned int tables[] = { RSDT, XSDT, FADT, DSDT, SSDT };
	unsigned long steps = host_steps(100000);

	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		unsigned int at = tables[host_below(sizeof(tables) / sizeof(tables[0]))], size;

		setup(state);
		mutate(memory + at, 0x80);
		memcpy(&size, memory + at + 4, 4);
		if (size >= 36 && size <= MEMORY - at)
			fix_sum(at, size, 9);
		acpi_find_power(host_below(2) ? XSDT : 0, RSDT, map_exactly, &power);
		while (handed_out_count)
			free(handed_out[--handed_out_count]);
	}
	host_operations(steps);
}

static void old_tables(void **state)
{
	(void)state;
	acpi_find_power(0, RSDT, map, &power);
	assert_true(power.can_power_off);
	assert_int_equal(power.control_a, 0x604);
	assert_int_equal(power.control_b, 0);
	assert_int_equal(power.type_a, 5);
	assert_int_equal(power.type_b, 1);
	assert_int_equal(power.smi_port, 0xb2);
	assert_int_equal(power.smi_enable, 0xf1);
	assert_int_equal(power.reset_port, 0xcf9);
	assert_int_equal(power.reset_value, 0x0f);
}

static void new_tables(void **state)
{
	(void)state;
	put(FADT + 40, 0, 4);
	put(FADT + 140, DSDT, 8);
	put(FADT + 64, 0, 4);
	put(FADT + 172, 1, 1);
	put(FADT + 176, 0x1804, 8);
	memset(memory + DSDT + 50, 0, 20);
	sleep_object(SSDT + 60);
	finish();
	acpi_find_power(XSDT, RSDT, map, &power);
	assert_true(power.can_power_off);
	assert_int_equal(power.control_a, 0x1804);
	assert_int_equal(power.type_a, 5);
}

static void bad_tables(void **state)
{
	(void)state;
	acpi_find_power(0, 0, map, &power);
	assert_false(power.can_power_off);
	acpi_find_power(MEMORY, MEMORY - 4, map, &power);
	assert_false(power.can_power_off);
	setup(NULL);
	memory[RSDT + 36]++;
	acpi_find_power(0, RSDT, map, &power);
	assert_false(power.can_power_off);
	setup(NULL);
	memory[DSDT + 60]++;
	acpi_find_power(0, RSDT, map, &power);
	assert_false(power.can_power_off);
	assert_int_equal(power.reset_port, 0xcf9);
	setup(NULL);
	put(FADT + 4, ~0U, 4);
	acpi_find_power(0, RSDT, map, &power);
	assert_false(power.can_power_off);
	assert_int_equal(power.reset_port, 0);
}

/* The name at the very end of a table: nothing behind it is read. */
static void object_at_the_end(void **state)
{
	(void)state;
	memset(memory + DSDT + 50, 0, 20);
	for (unsigned int at = 0x80 - 13; at < 0x80; at++) {
		memset(memory + DSDT + 36, 0, 0x80);
		sleep_object(DSDT + at);
		finish();
		acpi_find_power(0, RSDT, map, &power);
		assert_int_equal(power.smi_port, 0xb2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(old_tables, setup),
		cmocka_unit_test_setup(new_tables, setup),
		cmocka_unit_test_setup(bad_tables, setup),
		cmocka_unit_test_setup(object_at_the_end, setup),
		cmocka_unit_test_setup(damage_is_survived, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
