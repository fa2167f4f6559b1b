/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading partition tables. Numbers in them are little-endian; none is believed: a partition lies on
 * the disk and not on the tables, and no chain or list is longer than a constant.
 */
#include <l4/server.h>

#include "partitions.h"

#define SECTOR		PARTITION_SECTOR

#define MBR_ENTRIES	446
#define MBR_ENTRY	16
#define MBR_PRIMARY	4
#define MBR_SIGNATURE	510
#define TYPE_GPT	0xee

#define LOGICAL_FIRST	5
#define LOGICAL_MAX	64

#define GPT_HEADER_MIN	92
#define GPT_ENTRY_MIN	128
#define GPT_ENTRY_MAX	SECTOR
#define GPT_ENTRIES_MAX	1024

struct logical {
	l4_word_t table;		/* where the sector is that has its entry */
	struct partition partition;
};

struct gpt {
	l4_word_t first_usable, last_usable;
	l4_word_t entries, entry_size, entry_count;
	l4_word_t entry_sectors;
	unsigned int entries_sum;
};

static l4_word_t get(const unsigned char *from, unsigned int bytes)
{
	l4_word_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

static unsigned int crc32(unsigned int crc, const unsigned char *data, l4_word_t size)
{
	for (l4_word_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

bool partitions_overlap(const struct partition *a, const struct partition *b)
{
	return a->first < b->first + b->count && b->first < a->first + a->count;
}

static bool has(const struct partition *partition, l4_word_t sector)
{
	return sector - partition->first < partition->count;
}

static bool is_extended(unsigned char type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

static bool has_signature(const unsigned char *sector)
{
	return get(sector + MBR_SIGNATURE, 2) == 0xaa55;
}

/* An entry's type, 0 if it is empty; its numbers count from `base'. */
static unsigned char get_entry(const unsigned char *sector, unsigned int index, l4_word_t base,
			       struct partition *partition)
{
	const unsigned char *entry = sector + MBR_ENTRIES + index * MBR_ENTRY;

	*partition = (struct partition){ base + get(entry + 8, 4), get(entry + 12, 4) };
	return partition->count ? entry[4] : 0;
}

/* Behind the sector that its numbers count from, and not beyond `end'. */
static bool lies_within(const struct partition *partition, l4_word_t base, l4_word_t end)
{
	return partition->first > base && partition->first < end &&
	       partition->count <= end - partition->first;
}

/*
 * Each sector of the chain has an entry for its partition, or an empty one, and one that tells where
 * the next is. -L4_EINVAL: the chain goes in a circle, or is as good as one
 */
static long read_chain(const struct partitions_disk *disk, const struct partition *extended,
		       struct logical *logical, unsigned int *count)
{
	l4_word_t at = extended->first, end = extended->first + extended->count;
	unsigned char sector[SECTOR];
	struct partition next;
	long error;

	for (*count = 0; *count < LOGICAL_MAX; at = next.first) {
		struct logical *one = &logical[(*count)++];

		error = disk->read(at, sector);
		if (error)
			return error;
		if (!has_signature(sector))
			return -L4_EINVAL;
		one->table = at;
		if (!get_entry(sector, 0, at, &one->partition))
			one->partition.count = 0;
		else if (!lies_within(&one->partition, at, end))
			return -L4_EINVAL;
		if (!is_extended(get_entry(sector, 1, extended->first, &next)))
			return 0;
		if (!has(extended, next.first))
			return -L4_EINVAL;
	}
	return -L4_EINVAL;
}

/* Who may write to a partition must not write to the chain in it. */
static long find_logical(const struct partitions_disk *disk, const struct partition *extended,
			 l4_word_t number, struct partition *found)
{
	struct logical logical[LOGICAL_MAX];
	l4_word_t next = LOGICAL_FIRST;
	unsigned int count;
	long error = read_chain(disk, extended, logical, &count);

	if (error)
		return error;
	for (unsigned int i = 0; i < count; i++) {
		if (logical[i].partition.count && next++ == number)
			*found = logical[i].partition;
	}
	if (next <= number)
		return -L4_ENOCAP;
	for (unsigned int i = 0; i < count; i++) {
		if (has(found, logical[i].table))
			return -L4_EINVAL;
	}
	return 0;
}

static long find_primary(const struct partitions_disk *disk, const unsigned char *sector,
			 unsigned int index, struct partition *found)
{
	unsigned char type = get_entry(sector, index, 0, found);
	struct partition other;

	if (!type || is_extended(type))
		return -L4_ENOCAP;
	if (!lies_within(found, 0, disk->sectors))
		return -L4_EINVAL;
	for (unsigned int i = 0; i < MBR_PRIMARY; i++) {
		if (i != index && get_entry(sector, i, 0, &other) && partitions_overlap(found, &other))
			return -L4_EINVAL;
	}
	return 0;
}

static long find_in_mbr(const struct partitions_disk *disk, const unsigned char *sector,
			l4_word_t number, struct partition *found)
{
	struct partition extended;

	if (number < LOGICAL_FIRST)
		return find_primary(disk, sector, number - 1, found);
	for (unsigned int i = 0; i < MBR_PRIMARY; i++) {
		if (!is_extended(get_entry(sector, i, 0, &extended)))
			continue;
		if (!lies_within(&extended, 0, disk->sectors))
			return -L4_EINVAL;
		return find_logical(disk, &extended, number, found);
	}
	return -L4_ENOCAP;
}

static bool is_power_of_two(l4_word_t value)
{
	return value && !(value & (value - 1));
}

/* What a header says, if it is one and says what can be. */
static bool get_header(const struct partitions_disk *disk, l4_word_t at, unsigned char *sector,
		       struct gpt *gpt)
{
	l4_word_t size = get(sector + 12, 4);
	unsigned int sum = get(sector + 16, 4);

	if (memcmp(sector, "EFI PART", 8) || size < GPT_HEADER_MIN || size > SECTOR)
		return false;
	memset(sector + 16, 0, 4);
	if (~crc32(~0U, sector, size) != sum || get(sector + 24, 8) != at)
		return false;
	*gpt = (struct gpt){
		.first_usable = get(sector + 40, 8),
		.last_usable = get(sector + 48, 8),
		.entries = get(sector + 72, 8),
		.entry_count = get(sector + 80, 4),
		.entry_size = get(sector + 84, 4),
		.entries_sum = get(sector + 88, 4),
	};
	if (gpt->entry_size < GPT_ENTRY_MIN || gpt->entry_size > GPT_ENTRY_MAX ||
	    !is_power_of_two(gpt->entry_size) || gpt->entry_count > GPT_ENTRIES_MAX)
		return false;
	gpt->entry_sectors = (gpt->entry_count * gpt->entry_size + SECTOR - 1) / SECTOR;
	return gpt->entries > 1 && gpt->entries < disk->sectors &&
	       gpt->entry_sectors <= disk->sectors - gpt->entries && gpt->first_usable > 1 &&
	       gpt->last_usable < disk->sectors - 1;
}

/* The entry of that number, if all of them are as their sum says. */
static long get_gpt_entry(const struct partitions_disk *disk, const struct gpt *gpt, l4_word_t number,
			  unsigned char entry[GPT_ENTRY_MIN])
{
	l4_word_t left = gpt->entry_count * gpt->entry_size, at = (number - 1) * gpt->entry_size;
	unsigned char sector[SECTOR];
	unsigned int sum = ~0U;
	long error;

	memset(entry, 0, GPT_ENTRY_MIN);
	for (l4_word_t i = 0; i < gpt->entry_sectors; i++) {
		l4_word_t size = l4_min(left, SECTOR);

		error = disk->read(gpt->entries + i, sector);
		if (error)
			return error;
		sum = crc32(sum, sector, size);
		left -= size;
		if (number <= gpt->entry_count && at / SECTOR == i)
			memcpy(entry, sector + at % SECTOR, GPT_ENTRY_MIN);
	}
	return ~sum == gpt->entries_sum ? 0 : -L4_EINVAL;
}

static long find_by_header(const struct partitions_disk *disk, l4_word_t at, l4_word_t number,
			   struct partition *found)
{
	static const unsigned char no_type[16];
	unsigned char sector[SECTOR], entry[GPT_ENTRY_MIN];
	struct partition entries;
	l4_word_t first, last;
	struct gpt gpt;
	long error = disk->read(at, sector);

	if (!error && !get_header(disk, at, sector, &gpt))
		error = -L4_EINVAL;
	if (!error)
		error = get_gpt_entry(disk, &gpt, number, entry);
	if (error)
		return error;
	if (!memcmp(entry, no_type, sizeof(no_type)))
		return -L4_ENOCAP;
	first = get(entry + 32, 8);
	last = get(entry + 40, 8);
	if (first < gpt.first_usable || last > gpt.last_usable || first > last)
		return -L4_EINVAL;
	*found = (struct partition){ first, last - first + 1 };
	entries = (struct partition){ gpt.entries, gpt.entry_sectors };
	return has(found, at) || partitions_overlap(found, &entries) ? -L4_EINVAL : 0;
}

/* The second header, in the last sector, is there for a first one that is damaged. */
static long find_in_gpt(const struct partitions_disk *disk, l4_word_t number, struct partition *found)
{
	long error = find_by_header(disk, 1, number, found);

	return error == -L4_EINVAL ? find_by_header(disk, disk->sectors - 1, number, found) : error;
}

static bool is_gpt(const unsigned char *sector)
{
	struct partition partition;

	for (unsigned int i = 0; i < MBR_PRIMARY; i++) {
		if (get_entry(sector, i, 0, &partition) == TYPE_GPT)
			return true;
	}
	return false;
}

long partition_find(const struct partitions_disk *disk, l4_word_t number, struct partition *found)
{
	unsigned char sector[SECTOR];
	long error;

	*found = (struct partition){ 0, disk->sectors };
	if (!number)
		return 0;
	if (disk->sectors < 3)
		return -L4_EINVAL;
	error = disk->read(0, sector);
	if (error)
		return error;
	if (!has_signature(sector))
		return -L4_EINVAL;
	return is_gpt(sector) ? find_in_gpt(disk, number, found) :
				find_in_mbr(disk, sector, number, found);
}
