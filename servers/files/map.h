/* SPDX-License-Identifier: GPL-2.0 */
/* Which blocks of the disk are a file's: the pointers of its inode, and blocks of pointers. */
#ifndef FILES_MAP_H
#define FILES_MAP_H

#include "inode.h"

/* Behind the last block that pointers can reach. */
uint64_t map_end(const struct fs *fs);

/* The block at `index'; 0 in *number: a hole. */
long map_find(struct fs *fs, const struct inode *inode, uint64_t index, uint32_t *number);

/* The same, and a hole gets a block: then *is_new, and what is in it is left to the caller. */
long map_make(struct fs *fs, struct inode *inode, uint64_t index, uint32_t *number, bool *is_new);

/*
 * From block *end of the file on there is none. Free some before it, down to `keep' at most, and
 * blocks of pointers with them that have nothing left: a part of a step. *end is less afterwards.
 */
long map_cut(struct fs *fs, struct inode *inode, uint64_t keep, uint64_t *end);

#endif
