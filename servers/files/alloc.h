/* SPDX-License-Identifier: GPL-2.0 */
/* Which blocks and inodes are in use: the bitmaps, and the counts of what is free. */
#ifndef FILES_ALLOC_H
#define FILES_ALLOC_H

#include "fs.h"

/* A free block, near `goal' if there is one; what is in it is left to the caller. -P9_ENOSPC */
long alloc_block(struct fs *fs, uint32_t goal, uint32_t *number);
long free_block(struct fs *fs, uint32_t number);

/* A free inode: a file's is near its directory `parent', directories are spread. -P9_ENOSPC */
long alloc_inode(struct fs *fs, uint32_t parent, bool directory, uint32_t *number);
long free_inode(struct fs *fs, uint32_t number, bool directory);

/* A group's descriptor, in a block that is held. */
long group_get(struct fs *fs, uint32_t group, struct block **block, struct ext2_group **result);

/* Is that a block that a file can have? */
bool is_file_block(const struct fs *fs, uint32_t number);

#endif
