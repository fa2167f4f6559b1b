/* SPDX-License-Identifier: GPL-2.0 */
/* Partition tables of the block service, hand-made ones, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../servers/block/partitions.h"
#include "mutate.h"

#define SECTORS		512UL
#define SECTOR		PARTITION_SECTOR
#define HEADER		1UL
#define ENTRIES		2UL
#define COUNT		8UL
#define BACKUP		(SECTORS - 1)
#define BACKUP_ENTRIES	(SECTORS - 3)
#define USABLE_FIRST	4UL
#define USABLE_LAST	(SECTORS - 4)
#define SIZE		128UL

static unsigned char image[SECTORS * SECTOR];
static unsigned int reads;
static l4_word_t broken;		/* a sector that cannot be read */

static long read_sector(l4_word_t sector, unsigned char to[SECTOR])
{
	assert_true(sector < SECTORS);
	if (++reads > 5000)
		fail_msg("it reads for ever");
	if (broken && sector == broken)
		return -0x100;
	memcpy(to, image + sector * SECTOR, SECTOR);
	return 0;
}

static const struct partitions_disk disk = { SECTORS, read_sector };

static void put(l4_word_t at, unsigned long value, unsigned int bytes)
{
	memcpy(image + at, &value, bytes);
}

static unsigned int sum(const unsigned char *data, size_t size)
{
	unsigned int crc = ~0U;

	for (size_t i = 0; i < size * 8; i++) {
		unsigned int bit = (data[i / 8] >> i % 8 ^ crc) & 1;

		crc = crc >> 1 ^ (bit ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void fix_header(l4_word_t header)
{
	unsigned char *at = image + header * SECTOR;

	unsigned int size;

	memcpy(&size, at + 12, 4);
	put(header * SECTOR + 16, 0, 4);
	put(header * SECTOR + 16, sum(at, size < SECTOR ? size : SECTOR), 4);
}

static void fix_entries(l4_word_t header, l4_word_t entries, l4_word_t size)
{
	put(header * SECTOR + 88, sum(image + entries * SECTOR, size), 4);
	fix_header(header);
}

static void fix(void)
{
	fix_entries(HEADER, ENTRIES, COUNT * SIZE);
	fix_entries(BACKUP, BACKUP_ENTRIES, COUNT * SIZE);
}

static void put_header(l4_word_t at, l4_word_t other, l4_word_t entries)
{
	l4_word_t base = at * SECTOR;

	memcpy(image + base, "EFI PART", 8);
	put(base + 8, 0x10000, 4);
	put(base + 12, 92, 4);
	put(base + 24, at, 8);
	put(base + 32, other, 8);
	put(base + 40, USABLE_FIRST, 8);
	put(base + 48, USABLE_LAST, 8);
	put(base + 72, entries, 8);
	put(base + 80, COUNT, 4);
	put(base + 84, SIZE, 4);
}

static void put_gpt_entry(l4_word_t entries, unsigned int number, l4_word_t first, l4_word_t last)
{
	l4_word_t base = entries * SECTOR + (number - 1) * SIZE;

	put(base, 0x1122334455667788, 8);
	put(base + 32, first, 8);
	put(base + 40, last, 8);
}

static void put_mbr_entry(l4_word_t sector, unsigned int index, unsigned char type,
			  l4_word_t first, l4_word_t count)
{
	l4_word_t base = sector * SECTOR + 446 + index * 16;

	put(sector * SECTOR + 510, 0xaa55, 2);
	put(base + 4, type, 1);
	put(base + 8, first, 4);
	put(base + 12, count, 4);
}

static int clear(void)
{
	memset(image, 0, sizeof(image));
	reads = 0;
	broken = 0;
	return 0;
}

static int gpt(void **state)
{
	(void)state;
	clear();
	put_mbr_entry(0, 0, 0xee, 1, SECTORS - 1);
	put_header(HEADER, BACKUP, ENTRIES);
	put_header(BACKUP, HEADER, BACKUP_ENTRIES);
	for (unsigned int i = 0; i < 2; i++) {
		put_gpt_entry(i ? BACKUP_ENTRIES : ENTRIES, 1, 4, 99);
		put_gpt_entry(i ? BACKUP_ENTRIES : ENTRIES, 2, 100, 100);
		put_gpt_entry(i ? BACKUP_ENTRIES : ENTRIES, 8, 200, USABLE_LAST);
	}
	fix();
	return 0;
}

/* Primary 1 and 3, extended 2 with logical 5, an empty one, 6 and 7, out of order. */
static int mbr(void **state)
{
	(void)state;
	clear();
	put_mbr_entry(0, 0, 0x83, 1, 99);
	put_mbr_entry(0, 1, 0x05, 100, 200);
	put_mbr_entry(0, 2, 0x83, 300, 212);
	put_mbr_entry(100, 0, 0x83, 1, 19);
	put_mbr_entry(100, 1, 0x05, 60, 20);
	put_mbr_entry(160, 1, 0x05, 20, 30);
	put_mbr_entry(120, 0, 0x83, 2, 28);
	put_mbr_entry(120, 1, 0x05, 100, 20);
	put_mbr_entry(200, 0, 0x83, 1, 99);
	return 0;
}

static long find(l4_word_t number, l4_word_t first, l4_word_t count)
{
	struct partition found;
	long error = partition_find(&disk, number, &found);

	if (!error) {
		assert_int_equal(found.first, first);
		assert_int_equal(found.count, count);
	}
	return error;
}

static long error_of(l4_word_t number)
{
	struct partition found;

	return partition_find(&disk, number, &found);
}

/* Damaged in both copies, with sums that are right again. */
static long error_with(l4_word_t offset, unsigned long value, unsigned int bytes)
{
	long error;

	gpt(NULL);
	put(HEADER * SECTOR + offset, value, bytes);
	put(BACKUP * SECTOR + offset, value, bytes);
	fix_header(HEADER);
	fix_header(BACKUP);
	error = error_of(1);
	gpt(NULL);
	return error;
}

static long error_with_entry(l4_word_t first, l4_word_t last)
{
	gpt(NULL);
	put_gpt_entry(ENTRIES, 1, first, last);
	put_gpt_entry(BACKUP_ENTRIES, 1, first, last);
	fix();
	return error_of(1);
}

static void the_whole(void **state)
{
	(void)state;
	clear();
	assert_int_equal(find(0, 0, SECTORS), 0);
	assert_int_equal(reads, 0);
	assert_int_equal(error_of(1), -L4_EINVAL);
	put(510, 0xaa55, 2);
	assert_int_equal(error_of(1), -L4_ENOCAP);
	assert_int_equal(error_of(5), -L4_ENOCAP);
	assert_int_equal(error_of(~0UL), -L4_ENOCAP);
}

static void good_gpt(void **state)
{
	(void)state;
	assert_int_equal(sum((const unsigned char *)"123456789", 9), 0xcbf43926);
	assert_int_equal(find(1, 4, 96), 0);
	assert_int_equal(find(2, 100, 1), 0);
	assert_int_equal(find(8, 200, USABLE_LAST - 199), 0);
	assert_int_equal(error_of(3), -L4_ENOCAP);
	assert_int_equal(error_of(9), -L4_ENOCAP);
	assert_int_equal(error_of(1UL << 57 | 1), -L4_ENOCAP);
	assert_int_equal(error_of(~0UL), -L4_ENOCAP);
}

static void second_header(void **state)
{
	(void)state;
	image[HEADER * SECTOR + 56]++;
	assert_int_equal(find(2, 100, 1), 0);
	gpt(NULL);
	image[ENTRIES * SECTOR + 56]++;
	assert_int_equal(find(2, 100, 1), 0);
	image[BACKUP_ENTRIES * SECTOR + 56]++;
	assert_int_equal(error_of(2), -L4_EINVAL);
	gpt(NULL);
	memset(image + HEADER * SECTOR, 0, 8);
	assert_int_equal(find(1, 4, 96), 0);
	memset(image + BACKUP * SECTOR, 0, 8);
	assert_int_equal(error_of(1), -L4_EINVAL);
	gpt(NULL);
	image[HEADER * SECTOR + 56]++;
	image[BACKUP * SECTOR + 56]++;
	assert_int_equal(error_of(1), -L4_EINVAL);
}

static void bad_gpt(void **state)
{
	(void)state;
	assert_int_equal(error_with(56, 7, 8), 0);
	assert_int_equal(error_with(12, 91, 4), -L4_EINVAL);
	assert_int_equal(error_with(12, 513, 4), -L4_EINVAL);
	assert_int_equal(error_with(12, ~0U, 4), -L4_EINVAL);
	assert_int_equal(error_with(24, 2, 8), -L4_EINVAL);
	assert_int_equal(error_with(40, 1, 8), -L4_EINVAL);
	assert_int_equal(error_with(48, SECTORS - 1, 8), -L4_EINVAL);
	assert_int_equal(error_with(48, ~0UL, 8), -L4_EINVAL);
	assert_int_equal(error_with(72, 1, 8), -L4_EINVAL);
	assert_int_equal(error_with(72, SECTORS, 8), -L4_EINVAL);
	assert_int_equal(error_with(72, SECTORS - 1, 8), -L4_EINVAL);
	assert_int_equal(error_with(72, ~0UL, 8), -L4_EINVAL);
	assert_int_equal(error_with(80, 1025, 4), -L4_EINVAL);
	assert_int_equal(error_with(80, ~0U, 4), -L4_EINVAL);
	assert_int_equal(error_with(80, COUNT - 1, 4), -L4_EINVAL);
	assert_int_equal(error_with(84, 64, 4), -L4_EINVAL);
	assert_int_equal(error_with(84, 129, 4), -L4_EINVAL);
	assert_int_equal(error_with(84, 192, 4), -L4_EINVAL);
	assert_int_equal(error_with(84, 1024, 4), -L4_EINVAL);
	assert_int_equal(error_with(84, 0, 4), -L4_EINVAL);
	/* No entries: their sum is that of nothing. */
	put(HEADER * SECTOR + 80, 0, 4);
	fix_entries(HEADER, ENTRIES, 0);
	assert_int_equal(error_of(1), -L4_ENOCAP);
}

/* All of them are there, and right, but who would read them all. */
static void many_entries(void **state)
{
	(void)state;
	memset(image + BACKUP * SECTOR, 0, SECTOR);
	put_gpt_entry(ENTRIES, 1, 300, 310);
	for (unsigned int count = 1024; count < 1026; count++) {
		put(HEADER * SECTOR + 80, count, 4);
		fix_entries(HEADER, ENTRIES, count * SIZE);
		assert_int_equal(error_of(1), count == 1024 ? 0 : -L4_EINVAL);
	}
}

/* The largest entries there are, one in a sector. */
static void large_entries(void **state)
{
	(void)state;
	memset(image + ENTRIES * SECTOR, 0, 2 * SECTOR);
	put(HEADER * SECTOR + 80, 2, 4);
	put(HEADER * SECTOR + 84, 512, 4);
	put_gpt_entry(ENTRIES + 1, 1, 10, 19);
	fix_entries(HEADER, ENTRIES, 2 * SECTOR);
	assert_int_equal(find(2, 10, 10), 0);
	assert_int_equal(error_of(1), -L4_ENOCAP);
}

static void bad_gpt_entries(void **state)
{
	(void)state;
	assert_int_equal(error_with_entry(USABLE_FIRST, USABLE_LAST), 0);
	assert_int_equal(error_with_entry(USABLE_FIRST - 1, 99), -L4_EINVAL);
	assert_int_equal(error_with_entry(0, 99), -L4_EINVAL);
	assert_int_equal(error_with_entry(4, USABLE_LAST + 1), -L4_EINVAL);
	assert_int_equal(error_with_entry(4, ~0UL), -L4_EINVAL);
	assert_int_equal(error_with_entry(50, 49), -L4_EINVAL);
	/* The entries lie in the partition. */
	gpt(NULL);
	for (unsigned int i = 0; i < 2; i++) {
		put((i ? BACKUP : HEADER) * SECTOR + 72, 50, 8);
		memcpy(image + 50 * SECTOR, image + ENTRIES * SECTOR, COUNT * SIZE);
	}
	fix_header(HEADER);
	fix_header(BACKUP);
	assert_int_equal(error_of(1), -L4_EINVAL);
	assert_int_equal(find(2, 100, 1), 0);
}

static void good_mbr(void **state)
{
	(void)state;
	assert_int_equal(find(1, 1, 99), 0);
	assert_int_equal(error_of(2), -L4_ENOCAP);
	assert_int_equal(find(3, 300, 212), 0);
	assert_int_equal(error_of(4), -L4_ENOCAP);
	assert_int_equal(find(5, 101, 19), 0);
	assert_int_equal(find(6, 122, 28), 0);
	assert_int_equal(find(7, 201, 99), 0);
	assert_int_equal(error_of(8), -L4_ENOCAP);
	assert_int_equal(error_of(~0UL), -L4_ENOCAP);
}

static void bad_mbr(void **state)
{
	(void)state;
	put_mbr_entry(0, 2, 0x83, 300, 213);
	assert_int_equal(error_of(3), -L4_EINVAL);
	put_mbr_entry(0, 2, 0x83, SECTORS, 1);
	assert_int_equal(error_of(3), -L4_EINVAL);
	put_mbr_entry(0, 2, 0x83, ~0U, ~0U);
	assert_int_equal(error_of(3), -L4_EINVAL);
	put_mbr_entry(0, 0, 0x83, 0, 10);
	assert_int_equal(error_of(1), -L4_EINVAL);
	put_mbr_entry(0, 0, 0x83, 1, 100);
	assert_int_equal(error_of(1), -L4_EINVAL);
	put_mbr_entry(0, 0, 0x83, 1, 0);
	assert_int_equal(error_of(1), -L4_ENOCAP);
	put_mbr_entry(0, 1, 0x05, 100, SECTORS - 99);
	assert_int_equal(error_of(5), -L4_EINVAL);
	image[510] = 0;
	assert_int_equal(error_of(3), -L4_EINVAL);
}

static void bad_chains(void **state)
{
	(void)state;
	/* In a circle, and one that has no partitions at all. */
	put_mbr_entry(200, 1, 0x05, 0, 20);
	assert_int_equal(error_of(5), -L4_EINVAL);
	mbr(NULL);
	put_mbr_entry(100, 0, 0, 0, 0);
	put_mbr_entry(100, 1, 0x05, 0, 20);
	assert_int_equal(error_of(5), -L4_EINVAL);
	mbr(NULL);
	put_mbr_entry(120, 1, 0x05, 200, 20);
	assert_int_equal(error_of(5), -L4_EINVAL);
	put_mbr_entry(120, 1, 0x05, ~0U, 20);
	assert_int_equal(error_of(5), -L4_EINVAL);
	mbr(NULL);
	image[200 * SECTOR + 510] = 0;
	assert_int_equal(error_of(5), -L4_EINVAL);
	mbr(NULL);
	put_mbr_entry(200, 0, 0x83, 1, 100);
	assert_int_equal(error_of(7), -L4_EINVAL);
	put_mbr_entry(200, 0, 0x83, 0, 10);
	assert_int_equal(error_of(7), -L4_EINVAL);
	/* The chain's next sectors lie in this one: also the one without a partition. */
	mbr(NULL);
	put_mbr_entry(120, 0, 0x83, 2, 40);
	assert_int_equal(error_of(6), -L4_EINVAL);
	put_mbr_entry(120, 0, 0x83, 2, 39);
	assert_int_equal(error_of(6), -L4_EINVAL);
	put_mbr_entry(120, 0, 0x83, 2, 38);
	assert_int_equal(find(6, 122, 38), 0);
}

static void errors_of_the_disk(void **state)
{
	(void)state;
	gpt(NULL);
	broken = ENTRIES;
	assert_int_equal(error_of(1), -0x100);
	broken = HEADER;
	assert_int_equal(error_of(1), -0x100);
	mbr(NULL);
	broken = 160;
	assert_int_equal(error_of(5), -0x100);
}

static void overlaps(void **state)
{
	struct partition a = { 10, 10 }, b = { 20, 1 }, c = { 19, 1 }, d = { 0, 11 }, e = { 0, 10 };

	(void)state;
	assert_false(partitions_overlap(&a, &b) || partitions_overlap(&b, &a));
	assert_true(partitions_overlap(&a, &c) && partitions_overlap(&c, &a));
	assert_true(partitions_overlap(&a, &d) && partitions_overlap(&a, &a));
	assert_false(partitions_overlap(&a, &e));
}

/* Whatever a table says, what is found lies on the disk, and not on sector 0. */
static void damage_is_survived(void **state)
{
	unsigned long steps = host_steps(20000);

	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		struct partition found;
		l4_word_t number = 1 + host_below(9);

		if (host_below(2)) {
			gpt(state);
			mutate(image + HEADER * SECTOR, 92);
			mutate(image + ENTRIES * SECTOR, COUNT * SIZE);
			fix();
		} else {
			static const unsigned int tables[] = { 0, 100, 120, 160, 200 };

			mbr(state);
			mutate(image + tables[host_below(5)] * SECTOR + 446, 64);
		}
		if (partition_find(&disk, number, &found))
			continue;
		assert_true(found.count && found.first && found.first < SECTORS &&
			    found.count <= SECTORS - found.first);
	}
	host_operations(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole),
		cmocka_unit_test_setup(good_gpt, gpt),
		cmocka_unit_test_setup(second_header, gpt),
		cmocka_unit_test_setup(bad_gpt, gpt),
		cmocka_unit_test_setup(many_entries, gpt),
		cmocka_unit_test_setup(large_entries, gpt),
		cmocka_unit_test_setup(bad_gpt_entries, gpt),
		cmocka_unit_test_setup(good_mbr, mbr),
		cmocka_unit_test_setup(bad_mbr, mbr),
		cmocka_unit_test_setup(bad_chains, mbr),
		cmocka_unit_test(errors_of_the_disk),
		cmocka_unit_test(overlaps),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
