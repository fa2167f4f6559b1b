/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The block service: gives partitions of a driver's disk to its clients, in the words in which it has
 * the disk (l4/disk.h). Arguments: DRIVER PATIENCE NAME PARTITION ...; PATIENCE is how many milliseconds
 * a driver that has died may take to come back, PARTITION a number in the disk's table, or 0: all of it.
 *
 * No byte is copied here: a client's buffer is mapped onwards to the driver, and what the client takes
 * back is gone there, too. The driver has numbers for 16 buffers, which is less than the clients together
 * may have; the one whose use is the longest ago makes room. So none is refused, and a client that uses
 * many costs others time only: an attachment before a request.
 */
#include <l4/clients.h>
#include <l4/disk_client.h>
#include <l4/disk_server.h>
#include <l4/pages.h>
#include <l4/server.h>

#include "partitions.h"

struct slot {
	bool used;
	unsigned int client, buffer;
	l4_word_t last;			/* request that used it */
};

static struct l4_disk disk;
static struct slot slots[DISK_BUFFERS];	/* by numbers of buffers at the driver */
static l4_word_t requests;
static unsigned char *table;		/* where partition tables are read to: buffer 0, before there are clients */

/* That the driver is gone is not to be taken for this server's end. */
static long answer(long error)
{
	return error == -L4_EDEAD ? -L4_ETIMEDOUT : error;
}

static unsigned int find_slot(unsigned int client, unsigned int buffer)
{
	unsigned int oldest = 0;

	for (unsigned int i = 0; i < DISK_BUFFERS; i++) {
		if (slots[i].used && slots[i].client == client && slots[i].buffer == buffer)
			return i;
		if (!slots[i].used || (slots[oldest].used && slots[i].last < slots[oldest].last))
			oldest = i;
	}
	return oldest;
}

/* The number that this buffer has at the driver from now on; it begins at `address'. */
static long give_slot(unsigned int client, unsigned int buffer, l4_word_t address)
{
	unsigned int number = find_slot(client, buffer);
	struct slot *slot = &slots[number];
	long error;

	if (!slot->used || slot->client != client || slot->buffer != buffer) {
		slot->used = false;
		error = l4_disk_share(&disk, number, (void *)address, DISK_BUFFER_ORDER);
		if (error)
			return error;
	}
	*slot = (struct slot){ true, client, buffer, ++requests };
	return number;
}

static long move(bool write, unsigned int client, unsigned int buffer, l4_word_t sector,
		 l4_word_t count, l4_word_t address)
{
	l4_word_t offset = address & (DISK_BUFFER_SIZE - 1);
	long number = give_slot(client, buffer, address - offset);

	if (number < 0)
		return answer(number);
	return answer(l4_disk_move(&disk, write, sector, count, number, offset));
}

static long flush(void)
{
	return answer(l4_disk_flush(&disk));
}

/* What was attached before has been unmapped, or is about to be, at the driver, too. */
static void changed(unsigned int client, unsigned int buffer)
{
	for (unsigned int i = 0; i < DISK_BUFFERS; i++) {
		if (slots[i].client == client && slots[i].buffer == buffer)
			slots[i].used = false;
	}
}

static long read_table(l4_word_t sector, unsigned char to[PARTITION_SECTOR])
{
	long error = l4_disk_move(&disk, false, sector, 1, 0, 0);

	if (!error)
		memcpy(to, table, PARTITION_SECTOR);
	return error;
}

static long open(const char *driver, l4_word_t patience)
{
	long error = l4_disk_open(&disk, driver, patience, NULL);

	table = l4_pages_alloc(L4_PAGE_SHIFT);
	return error ? error : table ? l4_disk_share(&disk, 0, table, L4_PAGE_SHIFT) : -L4_ENOMEM;
}

/*
 * Partitions with different numbers are different clients' own. Who has the whole disk has the others',
 * too: the script says so.
 */
static bool is_apart(const struct partition *one, const l4_word_t *number, unsigned int index)
{
	for (unsigned int i = 0; i < index; i++) {
		if (number[i] && number[index] && number[i] != number[index] &&
		    partitions_overlap(&one[i], &one[index])) {
			printf("partitions %lu and %lu overlap\n", number[i], number[index]);
			return false;
		}
	}
	return true;
}

/* Each of them is there, or nobody is served. */
static bool set_parts(int argc, char **argv)
{
	const struct partitions_disk all = { disk.sectors, read_table };
	struct partition one[L4_CLIENTS];
	l4_word_t number[L4_CLIENTS];
	long error;

	for (int i = 0; i < argc / 2; i++) {
		number[i] = l4_number(argv[2 * i + 1]);
		error = partition_find(&all, number[i], &one[i]);
		if (error) {
			printf("there is no partition %lu: %s\n", number[i], error == -L4_EINVAL ?
			       "the table is malformed, or there is none" : l4_error_text(error));
			return false;
		}
		if (!is_apart(one, number, i) || !l4_disk_part(argv[2 * i], one[i].first, one[i].count))
			return false;
		printf("%s has partition %lu: %lu sectors from %lu on\n", argv[2 * i], number[i],
		       one[i].count, one[i].first);
	}
	return true;
}

static bool understands(int argc, char **argv)
{
	if (argc < 2 || argc % 2 || argc / 2 > L4_CLIENTS + 1)
		return false;
	for (int i = 1; i < argc; i += 2) {
		if (!l4_is_number(argv[i]))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	long error;

	if (!understands(argc, argv)) {
		printf("arguments: DRIVER PATIENCE NAME PARTITION ...\n");
		return 1;
	}
	error = open(argv[0], l4_number(argv[1]));
	if (error) {
		printf("there is no disk of %s's: %s\n", argv[0], l4_error_text(error));
		return 1;
	}
	if (!set_parts(argc - 2, argv + 2))
		return 1;
	return l4_disk_serve(&(struct l4_disk_server){
		.move = move, .flush = flush, .changed = changed,
	});
}
