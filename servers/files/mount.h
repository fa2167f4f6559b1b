/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a disk to a file system. ext2 in the form that mke2fs gives it, and ext3, which is the same
 * with a journal: only that outlives a server or a machine that ends in the middle.
 */
#ifndef FILES_MOUNT_H
#define FILES_MOUNT_H

#include "fs.h"

struct mount {
	struct device *device;		/* its block size is set here */
	uint32_t cache_bytes;
	void *(*allocate)(size_t size);	/* zeroed memory, for ever; NULL: there is none */
	uint32_t (*now)(void);		/* never 0 */
	void (*say)(const char *sentence);
	bool read_only;
};

/* On an error a sentence says what is wrong. */
long fs_mount(struct fs *fs, const struct mount *mount);

#endif
