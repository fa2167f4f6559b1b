/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Directories: names and numbers of inodes. A name is not checked here (names.c). An index
 * that others have made is not kept: a directory that is changed here has none any more.
 */
#ifndef FILES_DIRECTORY_H
#define FILES_DIRECTORY_H

#include "inode.h"

struct name {
	const char *text;
	uint32_t length;
};

/* -P9_ENOENT: it is not there. */
long directory_find(struct fs *fs, struct inode *directory, struct name name, uint32_t *inode);

/* -P9_ENOSPC */
long directory_add(struct fs *fs, struct inode *directory, struct name name, uint32_t inode,
		   uint32_t mode);
long directory_remove(struct fs *fs, struct inode *directory, struct name name);

/* The name means another inode from now on. */
long directory_set(struct fs *fs, struct inode *directory, struct name name, uint32_t inode,
		   uint32_t mode);

/* Nothing but "." and ".."? -P9_ENOTEMPTY */
long directory_check_empty(struct fs *fs, struct inode *directory);

/* The first block of a new one. */
long directory_begin(struct fs *fs, struct inode *directory, uint32_t parent);

/*
 * The first entry that begins at *offset or behind; *offset is behind it then. The result is 0,
 * or 1: there is none. `entry' is valid until the next call of anything here.
 */
struct directory_entry {
	uint32_t inode;
	uint32_t type;			/* of a mode; 0: not known */
	struct name name;
	char text[EXT2_NAME_MAX];
};
long directory_next(struct fs *fs, struct inode *directory, uint64_t *offset,
		    struct directory_entry *entry);

#endif
