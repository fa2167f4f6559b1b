/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver for a virtio block device on PCI, the one that the boot script gives it: arguments
 * NAME FIRST COUNT ..., the parts of its clients (l4/disk_server.h).
 *
 * The device reads and writes this server's own memory only. Data is copied from and to the client's,
 * so a client that takes its buffer away, or one that dies, has nothing that a device still writes to.
 * One request is under way at a time; a device that does not answer, or answers what cannot be, is
 * stopped, and started again with the next request.
 */
#include <l4/disk_server.h>
#include <l4/guard.h>
#include <l4/interrupt.h>
#include <l4/server.h>

#include "pci.h"
#include "queue.h"
#include "virtio.h"

#define FEATURE_READ_ONLY	(1UL << 5)
#define FEATURE_FLUSH		(1UL << 9)	/* without it all that is written is kept at once */

#define REQUEST_READ	0
#define REQUEST_WRITE	1
#define REQUEST_FLUSH	4
#define STATUS_GOOD	0
#define STATUS_NOT_YET	0xff		/* none of the device's */

#define TIMEOUT_US	10000000UL	/* hosts are busy */

/* The request's words for the device, and what it answers. */
struct block {
	unsigned int what, unused;
	l4_word_t sector;
	volatile unsigned char status;
};

static struct block *block;
static void *data;
static l4_word_t block_at, data_at;	/* physical */
static l4_word_t features, sectors;
static bool works;

/* Once it is known to have stopped: only then is memory that it was told of used again. */
static long start(void)
{
	long error = virtio_stop();

	if (!error)
		error = queue_start(FEATURE_READ_ONLY | FEATURE_FLUSH, &features);
	works = !error;
	return error;
}

static void stop(void)
{
	works = false;
	virtio_stop();
}

/* The pieces are of this request, data among them, if it has some. */
static long ask(unsigned int what, l4_word_t sector, const struct queue_piece *pieces,
		unsigned int count, l4_word_t *written)
{
	long error = works ? 0 : start();

	if (error)
		return -L4_ETIMEDOUT;
	block->what = what;
	block->sector = sector;
	block->status = STATUS_NOT_YET;
	error = queue_request(pieces, count, TIMEOUT_US, written);
	if (!error)
		return block->status == STATUS_GOOD ? 0 : -DISK_EIO;
	stop();
	return error == -L4_ETIMEDOUT ? error : -DISK_EIO;
}

static long transfer(bool write, l4_word_t sector, l4_word_t size)
{
	const struct queue_piece pieces[] = {
		{ block_at, offsetof(struct block, status), false },
		{ data_at, size, !write },
		{ block_at + offsetof(struct block, status), 1, true },
	};
	l4_word_t written;
	long error = ask(write ? REQUEST_WRITE : REQUEST_READ, sector, pieces, 3, &written);

	/* What it has not written is what another client has read before. */
	return !error && !write && written != size + 1 ? -DISK_EIO : error;
}

/* By way of a copy: what is not there must not reach the disk as zeroes. */
static long move(bool write, unsigned int client, unsigned int buffer, l4_word_t sector,
		 l4_word_t count, l4_word_t address)
{
	l4_word_t size = count * DISK_SECTOR;
	long error;

	(void)client, (void)buffer;
	if (write && (features & FEATURE_READ_ONLY))
		return -L4_ERIGHTS;
	if (write) {
		memcpy(data, (void *)address, size);
		if (l4_guard_lost())
			return -L4_EFAULT;
	}
	error = transfer(write, sector, size);
	if (!error && !write)
		memcpy((void *)address, data, size);
	return error;
}

static long flush(void)
{
	const struct queue_piece pieces[] = {
		{ block_at, offsetof(struct block, status), false },
		{ block_at + offsetof(struct block, status), 1, true },
	};
	l4_word_t written;

	return features & FEATURE_FLUSH ? ask(REQUEST_FLUSH, 0, pieces, 2, &written) : 0;
}

/* Of a request that was found done before it came. */
static void interrupt(l4_word_t label)
{
	(void)label;
	l4_irq_ack(virtio_irq);
}

static long find_device(void)
{
	long error = pci_open();

	return error ? error : virtio_open();
}

static long get_memory(void)
{
	block = queue_memory(L4_PAGE_SHIFT, &block_at);
	data = queue_memory(DISK_BUFFER_ORDER, &data_at);
	return block && data ? queue_open() : -L4_ENOMEM;
}

int main(int argc, char **argv)
{
	long error = get_memory();

	if (!error)
		error = find_device();
	if (!error)
		error = start();
	if (error) {
		printf("there is no disk, or it is not granted: %s\n", l4_error_text(error));
		return 1;
	}
	sectors = virtio_config();
	if (!l4_disk_parts(argc, argv, sectors)) {
		printf("arguments: NAME FIRST COUNT ...\n");
		return 1;
	}
	printf("a disk of %lu sectors%s\n", sectors,
	       features & FEATURE_READ_ONLY ? ", read-only" : "");
	return l4_disk_serve(&(struct l4_disk_server){
		.move = move, .flush = flush, .interrupt = interrupt,
	});
}
