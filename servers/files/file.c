/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "file.h"
#include "map.h"

uint64_t file_most(const struct fs *fs)
{
	uint64_t bytes = map_end(fs) * fs->block_size, sectors = (uint64_t)UINT32_MAX * 512;

	return bytes < sectors ? bytes : sectors;
}

/* What is in a row on the disk is read in one go. */
static void read_ahead(struct fs *fs, const struct inode *inode, uint64_t index, uint64_t end)
{
	uint32_t first, next;
	unsigned int count = 1;

	if (map_find(fs, inode, index, &first) || !first)
		return;
	while (index + count < end && count < fs->device->most &&
	       !map_find(fs, inode, index + count, &next) && next == first + count)
		count++;
	if (count > 1)
		cache_read_ahead(&fs->cache, first, count);
}

static long read_piece(struct fs *fs, const struct inode *inode, uint64_t index, uint32_t at,
		       void *to, uint32_t size)
{
	struct block *block;
	uint32_t number;
	long error = map_find(fs, inode, index, &number);

	if (error)
		return error;
	if (!number) {
		memset(to, 0, size);
		return 0;
	}
	error = cache_get(&fs->cache, number, &block);
	if (error)
		return error;
	memcpy(to, block->data + at, size);
	cache_put(block);
	return 0;
}

long file_read(struct fs *fs, struct inode *inode, uint64_t offset, void *to, uint32_t size)
{
	uint64_t end = inode_size(inode), index;
	uint32_t done = 0, at, piece;
	long error = 0;

	if (offset >= end)
		return 0;
	size = l4_min(size, end - offset);
	while (done < size && !error) {
		index = (offset + done) / fs->block_size;
		at = (offset + done) % fs->block_size;
		piece = l4_min(size - done, fs->block_size - at);
		if (index % fs->device->most == 0 || !done)
			read_ahead(fs, inode, index, (offset + size - 1) / fs->block_size + 1);
		error = read_piece(fs, inode, index, at, (char *)to + done, piece);
		if (!error)
			done += piece;
	}
	return done ? done : error;
}

static uint64_t blocks_of(const struct fs *fs, uint64_t size)
{
	return size / fs->block_size + (size % fs->block_size != 0);
}

/* Blocks of pointers behind the end of the file, that a write has made in vain. */
static long cut_vain(struct fs *fs, struct inode *inode, uint64_t index)
{
	uint64_t keep = blocks_of(fs, inode_size(inode)), end = index + 1;
	long error = 0;

	while (end > keep && !error)
		error = map_cut(fs, inode, keep, &end);
	return error;
}

static long write_piece(struct fs *fs, struct inode *inode, uint64_t index, uint32_t at,
			const void *from, uint32_t size)
{
	struct block *block;
	uint32_t number;
	bool is_new;
	long error = map_make(fs, inode, index, &number, &is_new);

	if (error) {
		cut_vain(fs, inode, index);
		return error;
	}
	error = is_new || size == fs->block_size ? cache_get_new(&fs->cache, number, &block) :
						   cache_get(&fs->cache, number, &block);
	/* A new block that cannot be had would show what was there before. */
	if (error)
		return is_new ? fs_break(fs, error) : error;
	memcpy(block->data + at, from, size);
	cache_change(&fs->cache, block, inode_is(inode, EXT2_DIRECTORY) ? METADATA : CONTENT);
	cache_put(block);
	return 0;
}

static void touch(struct fs *fs, struct inode *inode)
{
	inode->raw->mtime = inode->raw->ctime = fs->now();
	inode_changed(fs, inode);
}

long file_write(struct fs *fs, struct inode *inode, uint64_t offset, const void *from, uint32_t size)
{
	uint32_t done = 0, at, piece;
	long error = 0;

	if (offset > file_most(fs) || size > file_most(fs) - offset)
		return -P9_EFBIG;
	while (done < size && !error) {
		at = (offset + done) % fs->block_size;
		piece = l4_min(size - done, fs->block_size - at);
		error = fs_step(fs);
		if (!error)
			error = write_piece(fs, inode, (offset + done) / fs->block_size, at,
					    (const char *)from + done, piece);
		if (error)
			break;
		done += piece;
		if (offset + done > inode_size(inode))
			inode_set_size(fs, inode, offset + done);
		touch(fs, inode);
	}
	return done ? done : error;
}

long file_begin(struct fs *fs, struct inode *inode, const void *from, uint32_t size)
{
	long error = write_piece(fs, inode, 0, 0, from, size);

	if (!error)
		inode_set_size(fs, inode, size);
	return error;
}

/* Behind its end the last block is zero, so that a longer file finds nothing old there. */
static long clear_tail(struct fs *fs, struct inode *inode, uint64_t size)
{
	uint32_t number, at = size % fs->block_size;
	struct block *block;
	long error;

	if (!at)
		return 0;
	error = map_find(fs, inode, size / fs->block_size, &number);
	if (error || !number)
		return error;
	error = cache_get(&fs->cache, number, &block);
	if (error)
		return error;
	memset(block->data + at, 0, fs->block_size - at);
	cache_change(&fs->cache, block, inode_is(inode, EXT2_DIRECTORY) ? METADATA : CONTENT);
	cache_put(block);
	return 0;
}

static long shorten(struct fs *fs, struct inode *inode, uint64_t size)
{
	uint64_t keep = blocks_of(fs, size), end = blocks_of(fs, inode_size(inode));
	long error = 0;

	while (end > keep && !error) {
		error = fs_step(fs);
		if (!error)
			error = map_cut(fs, inode, keep, &end);
		/* The last bytes go with the rest of their block. */
		if (!error)
			inode_set_size(fs, inode, end * fs->block_size);
	}
	return error;
}

long file_trim(struct fs *fs, struct inode *inode)
{
	uint64_t size = inode_size(inode), end = map_end(fs);
	long error = 0;

	while (end > blocks_of(fs, size) && !error) {
		error = fs_step(fs);
		if (!error)
			error = map_cut(fs, inode, blocks_of(fs, size), &end);
	}
	return error ? error : clear_tail(fs, inode, size);
}

long file_resize(struct fs *fs, struct inode *inode, uint64_t size)
{
	long error;

	if (size > file_most(fs))
		return -P9_EFBIG;
	if (size < inode_size(inode)) {
		error = shorten(fs, inode, size);
		if (error)
			return error;
	}
	error = fs_step(fs);
	if (!error)
		error = clear_tail(fs, inode, size);
	if (error)
		return error;
	inode_set_size(fs, inode, size);
	touch(fs, inode);
	return 0;
}
