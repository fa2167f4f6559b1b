/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inodes: where they are, how they begin and end. One that no directory names any more, but
 * somebody has open, is kept, and in the list of orphans, which outlives this server; so
 * is one whose content is just being freed.
 */
#ifndef FILES_INODE_H
#define FILES_INODE_H

#include "fs.h"

struct inode {
	uint32_t number;
	struct ext2_inode *raw;		/* in the block, which is held */
	struct block *block;
};

/* -P9_EINVAL: there is no such number. */
long inode_get(struct fs *fs, uint32_t number, struct inode *inode);
void inode_put(struct inode *inode);

/* It was changed. */
void inode_changed(struct fs *fs, struct inode *inode);

/* A new one, held and all zero but for what is said here; without links. */
struct inode_new {
	uint32_t mode, uid, gid;
};
long inode_new(struct fs *fs, uint32_t parent, const struct inode_new *what, struct inode *inode);

/* Its last step: content and attributes are freed already. */
long inode_free(struct fs *fs, struct inode *inode);

long orphan_add(struct fs *fs, struct inode *inode);
long orphan_remove(struct fs *fs, struct inode *inode);

static inline uint32_t inode_type(const struct inode *inode)
{
	return inode->raw->mode & EXT2_TYPE;
}

static inline bool inode_is(const struct inode *inode, uint32_t type)
{
	return inode_type(inode) == type;
}

uint64_t inode_size(const struct inode *inode);
/* Only of a file may it be 4 GiB or more. */
void inode_set_size(struct fs *fs, struct inode *inode, uint64_t size);

#endif
