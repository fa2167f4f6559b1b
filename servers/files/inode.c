/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "alloc.h"
#include "inode.h"

long inode_get(struct fs *fs, uint32_t number, struct inode *inode)
{
	struct ext2_group *entry;
	struct block *at;
	uint32_t index, in_block, block;
	long error;

	if (!number || number > fs->inodes)
		return -P9_EINVAL;
	error = group_get(fs, (number - 1) / fs->inodes_per_group, &at, &entry);
	if (error)
		return error;
	index = (number - 1) % fs->inodes_per_group;
	in_block = fs->block_size / fs->inode_size;
	block = entry->inode_table + index / in_block;
	cache_put(at);
	if (!is_file_block(fs, block))
		return fs_break(fs, -P9_EINVAL);
	error = cache_get(&fs->cache, block, &inode->block);
	inode->number = number;
	if (!error)
		inode->raw = (struct ext2_inode *)(inode->block->data +
						   index % in_block * fs->inode_size);
	return error;
}

void inode_put(struct inode *inode)
{
	cache_put(inode->block);
}

void inode_changed(struct fs *fs, struct inode *inode)
{
	cache_change(&fs->cache, inode->block, METADATA);
}

long inode_new(struct fs *fs, uint32_t parent, const struct inode_new *what, struct inode *inode)
{
	uint32_t generation, number, now = fs->now();
	bool directory = (what->mode & EXT2_TYPE) == EXT2_DIRECTORY;
	long error = alloc_inode(fs, parent, directory, &number);

	if (error)
		return error;
	error = inode_get(fs, number, inode);
	if (error)
		return fs_break(fs, error);
	generation = inode->raw->generation + 1;
	memset(inode->raw, 0, fs->inode_size);
	*inode->raw = (struct ext2_inode){
		.mode = what->mode, .uid = what->uid, .uid_high = what->uid >> 16,
		.gid = what->gid, .gid_high = what->gid >> 16,
		.atime = now, .ctime = now, .mtime = now, .generation = generation,
	};
	inode_changed(fs, inode);
	return 0;
}

long inode_free(struct fs *fs, struct inode *inode)
{
	bool directory = inode_is(inode, EXT2_DIRECTORY);

	inode->raw->dtime = fs->now();
	inode->raw->mode = 0;
	inode_changed(fs, inode);
	return free_inode(fs, inode->number, directory);
}

long orphan_add(struct fs *fs, struct inode *inode)
{
	inode->raw->dtime = fs->super->last_orphan;
	inode_changed(fs, inode);
	fs->super->last_orphan = inode->number;
	fs_super_changed(fs);
	return 0;
}

/* The list is as long as there are files without a name; a circle is a disorder. */
long orphan_remove(struct fs *fs, struct inode *inode)
{
	uint32_t number = fs->super->last_orphan;
	struct inode before;
	long error;

	if (number == inode->number) {
		fs->super->last_orphan = inode->raw->dtime;
		fs_super_changed(fs);
		return 0;
	}
	for (uint32_t i = 0; i < fs->inodes && number; i++) {
		error = inode_get(fs, number, &before);
		if (error)
			return fs_break(fs, error);
		number = before.raw->dtime;
		if (number == inode->number) {
			before.raw->dtime = inode->raw->dtime;
			inode_changed(fs, &before);
			inode_put(&before);
			return 0;
		}
		inode_put(&before);
	}
	return fs_break(fs, -P9_EINVAL);
}

uint64_t inode_size(const struct inode *inode)
{
	uint64_t high = inode_is(inode, EXT2_FILE) ? inode->raw->size_high : 0;

	return high << 32 | inode->raw->size;
}

void inode_set_size(struct fs *fs, struct inode *inode, uint64_t size)
{
	inode->raw->size = size;
	if (inode_is(inode, EXT2_FILE))
		inode->raw->size_high = size >> 32;
	inode_changed(fs, inode);
	if (size >> 31 && !(fs->super->read_only_compatible & EXT2_LARGE_FILE)) {
		fs->super->read_only_compatible |= EXT2_LARGE_FILE;
		fs_super_changed(fs);
	}
}
