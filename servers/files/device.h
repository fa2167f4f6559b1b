/* SPDX-License-Identifier: GPL-2.0 */
/* The disk below the cache: blocks of the file system's size. Results are 0 or -P9_E*. */
#ifndef FILES_DEVICE_H
#define FILES_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct device {
	uint64_t size;			/* bytes */
	uint32_t block_size;
	unsigned int most;		/* blocks in one go, at most; DEVICE_MOST at most */
	/* data[i] is block first + i */
	long (*move)(struct device *device, bool write, uint32_t first, unsigned int count,
		     unsigned char *const *data);
	/* What was written before outlives a loss of power. */
	long (*flush)(struct device *device);
};

#define DEVICE_MOST	64

#endif
