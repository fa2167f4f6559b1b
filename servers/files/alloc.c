/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "alloc.h"

long group_get(struct fs *fs, uint32_t group, struct block **block, struct ext2_group **result)
{
	uint32_t in_block = fs->block_size / sizeof(struct ext2_group);
	long error = cache_get(&fs->cache, fs->group_table + group / in_block, block);

	if (!error)
		*result = (struct ext2_group *)(*block)->data + group % in_block;
	return error;
}

bool is_file_block(const struct fs *fs, uint32_t number)
{
	return number > fs->first_block && number < fs->blocks;
}

/* Where bitmaps and tables are, a disk in disorder says, too. */
static long check_group(struct fs *fs, const struct ext2_group *group)
{
	if (is_file_block(fs, group->block_bitmap) && is_file_block(fs, group->inode_bitmap) &&
	    is_file_block(fs, group->inode_table))
		return 0;
	return fs_break(fs, -P9_EINVAL);
}

static uint32_t group_start(const struct fs *fs, uint32_t group)
{
	return fs->first_block + group * fs->blocks_per_group;
}

static uint32_t blocks_in_group(const struct fs *fs, uint32_t group)
{
	return l4_min(fs->blocks_per_group, fs->blocks - group_start(fs, group));
}

static bool is_set(const unsigned char *bitmap, uint32_t bit)
{
	return bitmap[bit / 8] >> bit % 8 & 1;
}

/* A bit that is clear in the bitmap and, from `base' on, in `other', if there is one; or `count'. */
static uint32_t find_clear(const unsigned char *bitmap, const unsigned char *other, uint32_t base,
			   uint32_t from, uint32_t count)
{
	while (from < count) {
		if (from % 8 == 0 && bitmap[from / 8] == 0xff) {
			from += 8;
			continue;
		}
		if (!is_set(bitmap, from) && !(other && is_set(other, base + from)))
			return from;
		from++;
	}
	return count;
}

/* A group's descriptor and one of its bitmaps, both held. */
struct group_map {
	struct block *at, *bitmap;
	struct ext2_group *entry;
};

enum kind { BLOCKS, INODES };

/* `to_take': -P9_ENOSPC, and the bitmap is not read, if the group has none that are free. */
static long map_open(struct fs *fs, uint32_t group, enum kind kind, bool to_take, struct group_map *map)
{
	long error = group_get(fs, group, &map->at, &map->entry);

	if (error)
		return error;
	error = check_group(fs, map->entry);
	if (!error && to_take && !(kind == BLOCKS ? map->entry->free_blocks : map->entry->free_inodes))
		error = -P9_ENOSPC;
	if (!error)
		error = cache_get(&fs->cache, kind == BLOCKS ? map->entry->block_bitmap :
				  map->entry->inode_bitmap, &map->bitmap);
	if (error)
		cache_put(map->at);
	return error;
}

static void map_close(struct group_map *map)
{
	cache_put(map->bitmap);
	cache_put(map->at);
}

/* The bit is in use from now on, or free; the counts that go with it are changed, too. */
static void map_changed(struct fs *fs, struct group_map *map, uint32_t bit)
{
	map->bitmap->data[bit / 8] ^= 1 << bit % 8;
	cache_change(&fs->cache, map->bitmap, METADATA);
	cache_change(&fs->cache, map->at, METADATA);
	fs_super_changed(fs);
}

/* Takes one of the group's blocks, from bit `from' on, else from the first; 0 in *number: none is free. */
static long take_block(struct fs *fs, uint32_t group, uint32_t from, uint32_t *number)
{
	uint32_t count = blocks_in_group(fs, group), start = group_start(fs, group), bit;
	struct group_map map;
	long error = map_open(fs, group, BLOCKS, true, &map);

	*number = 0;
	if (error)
		return error == -P9_ENOSPC ? 0 : error;
	bit = find_clear(map.bitmap->data, fs->freed, start, from, count);
	if (bit >= count)
		bit = find_clear(map.bitmap->data, fs->freed, start, 0, count);
	if (bit < count) {
		map.entry->free_blocks--;
		fs->super->free_blocks--;
		map_changed(fs, &map, bit);
		*number = start + bit;
		if (!is_file_block(fs, *number))
			error = fs_break(fs, -P9_EINVAL);
	}
	map_close(&map);
	return error;
}

long alloc_block(struct fs *fs, uint32_t goal, uint32_t *number)
{
	uint32_t group, from;
	long error;

	if (!is_file_block(fs, goal))
		goal = fs->first_block;
	group = (goal - fs->first_block) / fs->blocks_per_group;
	from = (goal - fs->first_block) % fs->blocks_per_group;
	if (!fs->super->free_blocks)
		return -P9_ENOSPC;
	for (uint32_t i = 0; i < fs->groups; i++) {
		error = take_block(fs, group, from, number);
		if (error || *number)
			return error;
		group = (group + 1) % fs->groups;
		from = 0;
	}
	return -P9_ENOSPC;
}

long free_block(struct fs *fs, uint32_t number)
{
	struct group_map map;
	uint32_t bit;
	long error;

	if (!is_file_block(fs, number))
		return fs_break(fs, -P9_EINVAL);
	bit = (number - fs->first_block) % fs->blocks_per_group;
	error = map_open(fs, (number - fs->first_block) / fs->blocks_per_group, BLOCKS, false, &map);
	if (error)
		return fs_break(fs, error);
	if (is_set(map.bitmap->data, bit)) {
		map.entry->free_blocks++;
		fs->super->free_blocks++;
		map_changed(fs, &map, bit);
		fs->freed[number / 8] |= 1 << number % 8;
		fs->freed_count++;
		cache_forget(&fs->cache, number);
	} else {
		error = fs_break(fs, -P9_EINVAL);
	}
	map_close(&map);
	return error;
}

static uint32_t inodes_in_group(const struct fs *fs, uint32_t group)
{
	return l4_min(fs->inodes_per_group, fs->inodes - group * fs->inodes_per_group);
}

/* As take_block. The first inodes of all are the file system's own. */
static long take_inode(struct fs *fs, uint32_t group, bool directory, uint32_t *number)
{
	uint32_t count = inodes_in_group(fs, group);
	uint32_t from = group ? 0 : fs->first_inode - 1, bit;
	struct group_map map;
	long error = map_open(fs, group, INODES, true, &map);

	*number = 0;
	if (error)
		return error == -P9_ENOSPC ? 0 : error;
	bit = find_clear(map.bitmap->data, NULL, 0, from, count);
	if (bit < count) {
		map.entry->free_inodes--;
		map.entry->directories += directory;
		fs->super->free_inodes--;
		map_changed(fs, &map, bit);
		*number = group * fs->inodes_per_group + bit + 1;
	}
	map_close(&map);
	return 0;
}

/* The group with the most free blocks of those with more free inodes than others have. */
static uint32_t group_for_directory(struct fs *fs, uint32_t parent)
{
	uint32_t mean = fs->super->free_inodes / fs->groups, best = parent, most = 0;
	struct ext2_group *entry;
	struct block *at;

	for (uint32_t group = 0; group < fs->groups; group++) {
		if (group_get(fs, group, &at, &entry))
			continue;
		if (entry->free_inodes >= mean && entry->free_inodes && entry->free_blocks > most) {
			most = entry->free_blocks;
			best = group;
		}
		cache_put(at);
	}
	return best;
}

long alloc_inode(struct fs *fs, uint32_t parent, bool directory, uint32_t *number)
{
	uint32_t group = (parent - 1) / fs->inodes_per_group;
	long error;

	if (directory)
		group = group_for_directory(fs, group);
	for (uint32_t i = 0; i < fs->groups; i++) {
		error = take_inode(fs, group, directory, number);
		if (error || *number)
			return error;
		group = (group + 1) % fs->groups;
	}
	return -P9_ENOSPC;
}

long free_inode(struct fs *fs, uint32_t number, bool directory)
{
	uint32_t bit = (number - 1) % fs->inodes_per_group;
	struct group_map map;
	long error = map_open(fs, (number - 1) / fs->inodes_per_group, INODES, false, &map);

	if (error)
		return fs_break(fs, error);
	if (is_set(map.bitmap->data, bit)) {
		map.entry->free_inodes++;
		map.entry->directories -= directory;
		fs->super->free_inodes++;
		map_changed(fs, &map, bit);
	} else {
		error = fs_break(fs, -P9_EINVAL);
	}
	map_close(&map);
	return error;
}
