/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "attributes.h"
#include "file.h"

long attributes_get(struct fs *fs, uint32_t number, struct attributes *attributes)
{
	struct inode inode;
	const struct ext2_inode *raw;
	long error = inode_get(fs, number, &inode);

	if (error)
		return error;
	raw = inode.raw;
	*attributes = (struct attributes){
		.mode = raw->mode,
		.uid = raw->uid | (uint32_t)raw->uid_high << 16,
		.gid = raw->gid | (uint32_t)raw->gid_high << 16,
		.links = raw->links, .generation = raw->generation,
		.size = inode_size(&inode), .sectors = raw->sectors,
		.atime = raw->atime, .mtime = raw->mtime, .ctime = raw->ctime,
	};
	if (inode_is(&inode, EXT2_CHAR_DEVICE) || inode_is(&inode, EXT2_BLOCK_DEVICE))
		attributes->device = raw->block[0] ? raw->block[0] : raw->block[1];
	inode_put(&inode);
	return 0;
}

static void set(struct fs *fs, struct inode *inode, const struct attributes_change *change)
{
	struct ext2_inode *raw = inode->raw;
	uint32_t now = fs->now();

	if (change->which & P9_SET_MODE)
		raw->mode = (raw->mode & EXT2_TYPE) | (change->mode & ~EXT2_TYPE);
	if (change->which & P9_SET_UID) {
		raw->uid = change->uid;
		raw->uid_high = change->uid >> 16;
	}
	if (change->which & P9_SET_GID) {
		raw->gid = change->gid;
		raw->gid_high = change->gid >> 16;
	}
	if (change->which & P9_SET_ATIME)
		raw->atime = change->which & P9_SET_ATIME_TO ? change->atime : now;
	if (change->which & P9_SET_MTIME)
		raw->mtime = change->which & P9_SET_MTIME_TO ? change->mtime : now;
	raw->ctime = now;
	inode_changed(fs, inode);
}

long attributes_set(struct fs *fs, uint32_t number, const struct attributes_change *change)
{
	struct inode inode;
	long error = fs_step(fs);

	if (!error)
		error = inode_get(fs, number, &inode);
	if (error)
		return error;
	if (change->which & P9_SET_SIZE) {
		error = inode_is(&inode, EXT2_FILE) ? file_resize(fs, &inode, change->size) :
			inode_is(&inode, EXT2_DIRECTORY) ? -P9_EISDIR : -P9_EINVAL;
		if (!error)
			error = fs_step(fs);
	}
	if (!error)
		set(fs, &inode, change);
	inode_put(&inode);
	return error;
}
