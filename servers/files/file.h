/* SPDX-License-Identifier: GPL-2.0 */
/* The content of files, and of what else has any. */
#ifndef FILES_FILE_H
#define FILES_FILE_H

#include "inode.h"

/* How many bytes were read or written, fewer at the file's end or if an error came in the middle; or an error. */
long file_read(struct fs *fs, struct inode *inode, uint64_t offset, void *to, uint32_t size);
long file_write(struct fs *fs, struct inode *inode, uint64_t offset, const void *from, uint32_t size);

/* The first block of a new file, as a part of the step: no more than a block. */
long file_begin(struct fs *fs, struct inode *inode, const void *from, uint32_t size);

/* Shorter or longer; what is new is zero. Several steps. */
long file_resize(struct fs *fs, struct inode *inode, uint64_t size);

/* Nothing is behind its end, in the last block or in others: what somebody has begun to shorten. Several steps. */
long file_trim(struct fs *fs, struct inode *inode);

/* The largest size. */
uint64_t file_most(const struct fs *fs);

#endif
