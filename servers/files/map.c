/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "alloc.h"
#include "map.h"

#define CUT_MOST	32	/* blocks freed in one go: each may be in a group of its own */

/* How many blocks of the file one pointer stands for, `level' blocks of pointers above them. */
static uint64_t span(const struct fs *fs, unsigned int level)
{
	uint64_t blocks = 1;

	while (level--)
		blocks *= fs->pointers;
	return blocks;
}

uint64_t map_end(const struct fs *fs)
{
	uint64_t end = EXT2_DIRECT;

	for (unsigned int level = 1; level <= EXT2_LEVELS; level++)
		end += span(fs, level);
	return end;
}

/* Which of the inode's pointers, its level, and the first block of the file below it. */
struct root {
	unsigned int pointer, level;
	uint64_t start;
};

static bool find_root(const struct fs *fs, uint64_t index, struct root *root)
{
	uint64_t start = EXT2_DIRECT;

	if (index < EXT2_DIRECT) {
		*root = (struct root){ index, 0, index };
		return true;
	}
	for (unsigned int level = 1; level <= EXT2_LEVELS; level++) {
		if (index - start < span(fs, level)) {
			*root = (struct root){ EXT2_DIRECT + level - 1, level, start };
			return true;
		}
		start += span(fs, level);
	}
	return false;
}

long map_find(struct fs *fs, const struct inode *inode, uint64_t index, uint32_t *number)
{
	struct block *block;
	struct root root;
	long error;

	if (!find_root(fs, index, &root))
		return -P9_EFBIG;
	*number = inode->raw->block[root.pointer];
	index -= root.start;
	while (root.level && *number) {
		if (!is_file_block(fs, *number))
			return fs_break(fs, -P9_EINVAL);
		error = cache_get(&fs->cache, *number, &block);
		if (error)
			return error;
		root.level--;
		*number = ((uint32_t *)block->data)[index / span(fs, root.level) % fs->pointers];
		cache_put(block);
	}
	return *number && !is_file_block(fs, *number) ? fs_break(fs, -P9_EINVAL) : 0;
}

/* A block for the file, counted as its own. `near': a block that it should be behind. */
static long add_block(struct fs *fs, struct inode *inode, uint32_t near, uint32_t *number)
{
	uint32_t group = (inode->number - 1) / fs->inodes_per_group;
	uint32_t goal = near ? near + 1 : fs->first_block + group * fs->blocks_per_group;
	long error;

	if (inode->raw->sectors > UINT32_MAX - fs->block_size / 512)
		return -P9_EFBIG;
	error = alloc_block(fs, goal, number);
	if (error)
		return error;
	inode->raw->sectors += fs->block_size / 512;
	inode_changed(fs, inode);
	return 0;
}

static long drop_block(struct fs *fs, struct inode *inode, uint32_t number)
{
	inode->raw->sectors -= fs->block_size / 512;
	inode_changed(fs, inode);
	return free_block(fs, number);
}

/* A block of pointers, all of which lead nowhere. */
static long add_pointers(struct fs *fs, struct inode *inode, uint32_t near, uint32_t *number)
{
	struct block *block;
	long error = add_block(fs, inode, near, number);

	if (error)
		return error;
	error = cache_get_new(&fs->cache, *number, &block);
	if (error)
		return fs_break(fs, error);
	cache_change(&fs->cache, block, METADATA);
	cache_put(block);
	return 0;
}

static uint32_t before(const uint32_t *pointers, uint32_t index)
{
	return index ? pointers[index - 1] : 0;
}

/*
 * All blocks on the way are made, from above. If the disk gets full, one of pointers may be left that
 * has no block below it: inside the file it does no harm, behind its end it is to be cut (map_cut).
 */
long map_make(struct fs *fs, struct inode *inode, uint64_t index, uint32_t *number, bool *is_new)
{
	uint32_t *pointer, near;
	struct block *block = NULL, *next;
	struct root root;
	long error = 0;

	*is_new = false;
	if (!find_root(fs, index, &root))
		return -P9_EFBIG;
	pointer = &inode->raw->block[root.pointer];
	near = before(inode->raw->block, root.pointer);
	index -= root.start;
	for (;;) {
		if (!*pointer) {
			error = root.level ? add_pointers(fs, inode, near, number) :
					     add_block(fs, inode, near, number);
			if (error)
				break;
			*pointer = *number;
			*is_new = !root.level;
			if (block)
				cache_change(&fs->cache, block, METADATA);
		}
		*number = *pointer;
		if (!is_file_block(fs, *number))
			error = fs_break(fs, -P9_EINVAL);
		if (error || !root.level)
			break;
		error = cache_get(&fs->cache, *number, &next);
		if (error)
			break;
		if (block)
			cache_put(block);
		block = next;
		root.level--;
		pointer = (uint32_t *)block->data + index / span(fs, root.level) % fs->pointers;
		near = before((uint32_t *)block->data, pointer - (uint32_t *)block->data);
		if (!near)
			near = block->number;
	}
	if (block)
		cache_put(block);
	return error;
}

static long cut_blocks(struct fs *fs, struct inode *inode, uint32_t *pointers, uint64_t start,
		       uint64_t keep, uint64_t *end)
{
	long error = 0;

	for (unsigned int freed = 0; *end > keep && *end > start && freed < CUT_MOST && !error;
	     (*end)--) {
		uint32_t *pointer = &pointers[*end - 1 - start];

		if (!*pointer)
			continue;
		error = drop_block(fs, inode, *pointer);
		*pointer = 0;
		freed++;
	}
	return error;
}

/* The same below one pointer, which stands for the blocks from `start' on. */
static long cut(struct fs *fs, struct inode *inode, uint32_t *pointer, unsigned int level,
		uint64_t start, uint64_t keep, uint64_t *end)
{
	struct block *block;
	uint64_t each, child;
	long error;

	if (!*pointer) {
		*end = start > keep ? start : keep;
		return 0;
	}
	if (!level)
		return cut_blocks(fs, inode, pointer, start, keep, end);
	if (!is_file_block(fs, *pointer))
		return fs_break(fs, -P9_EINVAL);
	error = cache_get(&fs->cache, *pointer, &block);
	if (error)
		return fs_break(fs, error);
	cache_change(&fs->cache, block, METADATA);
	if (level == 1) {
		error = cut_blocks(fs, inode, (uint32_t *)block->data, start, keep, end);
	} else {
		each = span(fs, level - 1);
		child = (*end - 1 - start) / each;
		error = cut(fs, inode, (uint32_t *)block->data + child, level - 1,
			    start + child * each, keep, end);
	}
	cache_put(block);
	if (!error && *end <= start) {
		error = drop_block(fs, inode, *pointer);
		*pointer = 0;
	}
	return error;
}

long map_cut(struct fs *fs, struct inode *inode, uint64_t keep, uint64_t *end)
{
	struct root root;

	if (*end > map_end(fs))
		*end = map_end(fs);
	if (*end <= keep)
		return 0;
	find_root(fs, *end - 1, &root);
	return cut(fs, inode, &inode->raw->block[root.pointer], root.level, root.start, keep, end);
}
