/* SPDX-License-Identifier: GPL-2.0 */
/* UEFI's system table: what is found by it, and that damage finds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "efi.h"
#include "mutate.h"

#define SYSTEM	0x100
#define LIST	0x200
#define MEMORY	0x400

static const unsigned char smbios3[16] = {
	0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94,
};
static const unsigned char smbios[16] = {
	0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d,
};

static unsigned char *memory;

static const void *map(l4_word_t physical, l4_word_t size)
{
	return physical < MEMORY && size <= MEMORY - physical ? memory + physical : NULL;
}

static void put(unsigned int at, unsigned long value)
{
	memcpy(memory + at, &value, sizeof(value));
}

static void make(unsigned long entries)
{
	memset(memory, 0x55, MEMORY);
	memcpy(memory + SYSTEM, "IBI SYST", 8);
	put(SYSTEM + 104, entries);
	put(SYSTEM + 112, LIST);
}

static void add(unsigned int entry, const unsigned char *name, unsigned long address)
{
	memcpy(memory + LIST + 24 * entry, name, 16);
	put(LIST + 24 * entry + 16, address);
}

static void the_better_one_is_found(void **state)
{
	(void)state;
	make(3);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0);
	add(1, smbios, 0x1234);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0x1234);
	add(2, smbios3, 0x5678);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0x5678);
	put(SYSTEM + 104, 2);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0x1234);
	put(SYSTEM + 104, 0);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0);
}

static void what_is_none_finds_nothing(void **state)
{
	(void)state;
	make(1);
	add(0, smbios, 0x1234);
	assert_int_equal(efi_find_smbios(0, map), 0);
	assert_int_equal(efi_find_smbios(MEMORY - 119, map), 0);
	memory[SYSTEM + 7] = 't';
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0);
	make(1);
	put(SYSTEM + 112, MEMORY);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0);
	make(~0UL / 24 + 2);	/* so many that their size overflows */
	add(0, smbios, 0x1234);
	assert_int_equal(efi_find_smbios(SYSTEM, map), 0);
}

static void damage_is_survived(void **state)
{
	unsigned long steps = host_steps(100000), found = 0;

	(void)state;
	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		make(5);
		add(3, smbios3, 0x1234);
		mutate(memory + SYSTEM, 120);
		found += efi_find_smbios(SYSTEM, map) == 0x1234;
	}
	assert_true(found && found < steps);
	host_operations(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_better_one_is_found),
		cmocka_unit_test(what_is_none_finds_nothing),
		cmocka_unit_test(damage_is_survived),
	};
	int failed;

	memory = malloc(MEMORY);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(memory);
	return failed;
}
