/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the disk driver: copies COUNT sectors from FROM to TO, changing
 * each byte by KEY, and reads them again. A driver that dies meanwhile is
 * connected to again, and asked for the same once more (l4/disk_client.h).
 */
#include <l4/disk_client.h>
#include <l4/pages.h>
#include <l4/server.h>

#define CHUNK		16UL		/* sectors of a request */
#define CHUNK_SIZE	(CHUNK * DISK_SECTOR)
#define PATIENCE_MS	20000

static struct l4_disk disk;
static char *buffer;			/* what is read, what is written and read again */

static long copy_chunk(l4_word_t from, l4_word_t to, unsigned char key)
{
	long error = l4_disk_move(&disk, false, from, CHUNK, 0, 0);

	for (l4_word_t i = 0; i < CHUNK_SIZE; i++)
		buffer[i] ^= key;
	if (!error)
		error = l4_disk_move(&disk, true, to, CHUNK, 0, 0);
	if (!error)
		error = l4_disk_move(&disk, false, to, CHUNK, 0, CHUNK_SIZE);
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

	if (argc != 4 && argc != 5) {
		printf("arguments: FROM TO COUNT KEY [SERVER]\n");
		return 1;
	}
	count = l4_number(argv[2]);
	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	error = buffer ? l4_disk_open(&disk, argc == 5 ? argv[4] : "disk", PATIENCE_MS, NULL) : -L4_ENOMEM;
	if (!error)
		error = l4_disk_share(&disk, 0, buffer, DISK_BUFFER_ORDER);
	for (done = 0; done < count && !error; done += CHUNK)
		error = copy_chunk(l4_number(argv[0]) + done, l4_number(argv[1]) + done, l4_number(argv[3]));
	if (!error)
		error = l4_disk_flush(&disk);
	if (error) {
		printf("error %ld after %lu sectors: %s\n", -error, done, l4_error_text(error));
		return 1;
	}
	printf("%lu sectors copied; %u connections lost\n", done, disk.lost);
	return 0;
}
