/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/disk_client.h>
#include <l4/p9.h>
#include <l4/pages.h>
#include <l4/server.h>

#include "disk.h"

#define PATIENCE_MS	10000	/* for a disk server that is started afresh */
#define MOST		16	/* of the largest blocks: they fit a buffer */

static struct l4_disk disk;
static unsigned char *buffer;

static void copy(struct device *device, bool out, unsigned int count, unsigned char *const *data)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned char *at = buffer + i * device->block_size;

		memcpy(out ? at : data[i], out ? data[i] : at, device->block_size);
	}
}

static long move(struct device *device, bool write, uint32_t first, unsigned int count,
		 unsigned char *const *data)
{
	uint32_t sectors = device->block_size / DISK_SECTOR;

	if (write)
		copy(device, true, count, data);
	if (l4_disk_move(&disk, write, (l4_word_t)first * sectors, count * sectors, 0, 0))
		return -P9_EIO;
	if (!write)
		copy(device, false, count, data);
	return 0;
}

static long flush(struct device *device)
{
	(void)device;
	return l4_disk_flush(&disk) ? -P9_EIO : 0;
}

long disk_open(struct device *device, const char *server)
{
	l4_word_t sectors;
	long error = l4_disk_open(&disk, server, PATIENCE_MS, &sectors);

	if (error)
		return error;
	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	error = buffer ? l4_disk_share(&disk, 0, buffer, DISK_BUFFER_ORDER) : -L4_ENOMEM;
	*device = (struct device){
		.size = sectors * DISK_SECTOR, .most = MOST, .move = move, .flush = flush,
	};
	return error;
}
