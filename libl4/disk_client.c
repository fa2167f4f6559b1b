/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking l4/disk.h. A new server knows none of the buffers: each is attached again when the
 * next request names it, so one that is gone meanwhile does harm to that request only.
 */
#include <l4/disk_client.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define RETRY_US	5000
#define PATIENCE_MAX	(1UL << 32)	/* ms: its ticks fit a word */

struct ask {
	bool write;
	struct disk_transfer transfer;
};

static long connect(struct l4_disk *disk)
{
	struct disk_size_reply reply;
	long error;

	disk->gate = l4_connect(disk->server);
	if (disk->gate < 0)
		return disk->gate;
	error = disk_size_call(disk->gate, &(struct disk_size){ }, &reply);
	if (!error)
		disk->sectors = reply.sectors;
	return error;
}

static void disconnect(struct l4_disk *disk)
{
	if (disk->gate >= 0)
		l4_slot_free(disk->gate);
	disk->gate = -L4_EDEAD;
	disk->attached = 0;
}

static long persist(struct l4_disk *disk, const struct ask *ask,
		    long (*request)(struct l4_disk *disk, const struct ask *ask))
{
	l4_word_t ticks = disk->patience * l4_kip()->tsc_khz, begin = l4_rdtsc();
	bool again = false;
	long error;

	for (;;) {
		error = disk->gate < 0 ? connect(disk) : 0;
		if (error)
			disconnect(disk);
		else
			error = request(disk, ask);
		if (error != -L4_EDEAD)
			return error;
		if (disk->gate >= 0)
			disk->lost++;
		disconnect(disk);
		if (l4_rdtsc() - begin >= ticks)
			return error;
		if (again)
			l4_sleep_us(RETRY_US);
		again = true;
	}
}

static long nothing(struct l4_disk *disk, const struct ask *ask)
{
	(void)disk, (void)ask;
	return 0;
}

long l4_disk_open(struct l4_disk *disk, const char *server, l4_word_t patience_ms,
		  l4_word_t *sectors)
{
	long error;

	*disk = (struct l4_disk){
		.server = server,
		.patience = l4_min(patience_ms, PATIENCE_MAX),
		.gate = -L4_EDEAD,
	};
	error = persist(disk, NULL, nothing);
	if (!error && sectors)
		*sectors = disk->sectors;
	return error;
}

static long attach(struct l4_disk *disk, const struct ask *ask)
{
	unsigned int buffer = ask->transfer.buffer;
	struct disk_attach_reply reply;
	struct l4_transfer transfer = {
		.send = 1,
		.item = { { l4_fpage_mem((l4_word_t)disk->buffer[buffer].memory,
					 disk->buffer[buffer].order, L4_RIGHT_R | L4_RIGHT_W), 0 } },
	};
	long error;

	if (disk->attached >> buffer & 1)
		return 0;
	error = disk_attach_transfer(disk->gate, &(struct disk_attach){ buffer }, &reply, &transfer);
	if (!error)
		disk->attached |= 1U << buffer;
	return error;
}

long l4_disk_share(struct l4_disk *disk, unsigned int buffer, void *memory, unsigned int order)
{
	long error;

	if (buffer >= DISK_BUFFERS || order < L4_PAGE_SHIFT || order > DISK_BUFFER_ORDER || !memory ||
	    (l4_word_t)memory & ((1UL << order) - 1))
		return -L4_EINVAL;
	disk->attached &= ~(1U << buffer);
	disk->buffer[buffer].memory = memory;
	disk->buffer[buffer].order = order;
	error = persist(disk, &(struct ask){ .transfer = { .buffer = buffer } }, attach);
	if (error)
		disk->buffer[buffer].memory = NULL;
	return error;
}

static long move(struct l4_disk *disk, const struct ask *ask)
{
	struct disk_read_reply read_reply;
	struct disk_write_reply write_reply;
	long error = attach(disk, ask);

	if (error)
		return error;
	if (ask->write)
		return disk_write_call(disk->gate, &(struct disk_write){ ask->transfer }, &write_reply);
	return disk_read_call(disk->gate, &(struct disk_read){ ask->transfer }, &read_reply);
}

long l4_disk_move(struct l4_disk *disk, bool write, l4_word_t sector, l4_word_t count,
		  unsigned int buffer, l4_word_t offset)
{
	if (buffer >= DISK_BUFFERS)
		return -L4_EINVAL;
	if (!disk->buffer[buffer].memory)
		return -L4_EFAULT;
	return persist(disk, &(struct ask){ write, { sector, count, offset, buffer } }, move);
}

static long flush(struct l4_disk *disk, const struct ask *ask)
{
	struct disk_flush_reply reply;

	(void)ask;
	return disk_flush_call(disk->gate, &(struct disk_flush){ }, &reply);
}

long l4_disk_flush(struct l4_disk *disk)
{
	return persist(disk, NULL, flush);
}
