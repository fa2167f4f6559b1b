/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mounted file system: what the files of this folder share. Each operation is one
 * step, or several: between two (fs_step) the file system is in order, and what has
 * changed may go to the disk as one (journal.h). If a step fails in its middle, because
 * the disk does or holds what cannot be, nothing of it gets there: the file system is
 * broken then, until it is mounted again.
 *
 * All results are 0 (or what is said), or an error -P9_E*.
 */
#ifndef FILES_FS_H
#define FILES_FS_H

#include <l4/p9.h>

#include "cache.h"
#include "ext2_format.h"
#include "journal.h"

#define BLOCK_MOST	4096U	/* bytes of a block */

/* The most blocks of metadata that one step changes. */
#define STEP_MOST	96

struct fs {
	struct device *device;
	struct cache cache;
	struct journal journal;
	uint32_t block_size;
	uint32_t pointers;		/* in a block */
	uint32_t inode_size;
	uint32_t first_inode;		/* those below are the file system's own */
	uint32_t inodes, inodes_per_group;
	uint32_t blocks, first_block, blocks_per_group;
	uint32_t groups;
	uint32_t group_table;		/* block */
	bool has_types;			/* entries of directories tell them */
	bool read_only;
	bool active;			/* the disk says that it is in use */
	long broken;			/* 0, or why nothing is changed any more */
	struct block *super_block;	/* held while mounted */
	struct ext2_super *super;
	unsigned char *freed;		/* a bit for each block: free, but not before the next commit */
	uint32_t freed_count;
	uint32_t (*now)(void);		/* seconds since 1970 */
	void (*say)(const char *sentence);
};

/* Something is on the disk that cannot be, or a step has failed: no more changes. Returns `error'. */
long fs_break(struct fs *fs, long error);

/* Before each step that changes something, and between two. */
long fs_step(struct fs *fs);

/* Whatever was done before is on the disk. */
long fs_sync(struct fs *fs);

/* The same, and the disk says that it is in order: for when there is nothing to do. */
long fs_rest(struct fs *fs);

/* The superblock is held; what is changed in it is part of the step. */
static inline void fs_super_changed(struct fs *fs)
{
	cache_change(&fs->cache, fs->super_block, METADATA);
}

#endif
