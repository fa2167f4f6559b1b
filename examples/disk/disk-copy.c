/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the disk driver: copies COUNT sectors from FROM to TO, changing
 * each byte by KEY, and reads them again. A driver that dies meanwhile is
 * connected to again, and asked for the same once more.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#include "disk.h"

#define CHUNK		16UL		/* sectors of a request */
#define CHUNK_SIZE	(CHUNK * DISK_SECTOR)
#define ATTEMPTS	100

static long disk = -L4_EDEAD;
static char *buffer;			/* what is read, what is written and read again */
static unsigned int retries;

static long connect(void)
{
	struct disk_attach request;
	struct disk_attach_reply reply;
	struct l4_transfer transfer = {
		.send = 1,
		.item = { { l4_fpage_mem((l4_word_t)buffer, DISK_BUFFER_ORDER,
					 L4_RIGHT_R | L4_RIGHT_W), 0 } },
	};

	if (disk >= 0)
		l4_slot_free(disk);
	disk = l4_connect("disk");
	return disk < 0 ? disk : disk_attach_transfer(disk, &request, &reply, &transfer);
}

static long transfer(bool write, l4_word_t sector, l4_word_t offset)
{
	struct disk_transfer transfer = { sector, CHUNK, offset };
	struct disk_read_reply read_reply;
	struct disk_write_reply write_reply;

	if (write)
		return disk_write_call(disk, &(struct disk_write){ transfer }, &write_reply);
	return disk_read_call(disk, &(struct disk_read){ transfer }, &read_reply);
}

static long persist(bool write, l4_word_t sector, l4_word_t offset)
{
	long error = disk < 0 ? disk : transfer(write, sector, offset);

	for (unsigned int i = 0; error == -L4_EDEAD && i < ATTEMPTS; i++) {
		retries++;
		error = connect();
		if (!error)
			error = transfer(write, sector, offset);
		if (error == -L4_EDEAD)
			l4_sleep_us(10000);
	}
	return error;
}

static long copy_chunk(l4_word_t from, l4_word_t to, unsigned char key)
{
	long error = persist(false, from, 0);

	for (l4_word_t i = 0; i < CHUNK_SIZE; i++)
		buffer[i] ^= key;
	if (!error)
		error = persist(true, to, 0);
	if (!error)
		error = persist(false, to, CHUNK_SIZE);
	if (!error && memcmp(buffer, buffer + CHUNK_SIZE, CHUNK_SIZE)) {
		printf("sector %lu and behind read other than they were written\n", to);
		return -L4_EINVAL;
	}
	return error;
}

int main(int argc, char **argv)
{
	l4_word_t count, done;
	long error;

	if (argc != 4) {
		printf("arguments: FROM TO COUNT KEY\n");
		return 1;
	}
	count = l4_number(argv[2]);
	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	error = buffer ? connect() : -L4_ENOMEM;
	if (error == -L4_EDEAD)
		error = 0;
	for (done = 0; done < count && !error; done += CHUNK)
		error = copy_chunk(l4_number(argv[0]) + done, l4_number(argv[1]) + done, l4_number(argv[3]));
	if (error) {
		printf("error %ld after %lu sectors: %s\n", -error, done, l4_error_text(error));
		return 1;
	}
	printf("%lu sectors copied; %u connections lost\n", done, retries);
	return 0;
}
