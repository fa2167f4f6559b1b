/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "directory.h"
#include "map.h"

static const uint32_t types[] = {
	0, EXT2_FILE, EXT2_DIRECTORY, EXT2_CHAR_DEVICE, EXT2_BLOCK_DEVICE, EXT2_FIFO, EXT2_SOCKET,
	EXT2_SYMLINK,
};

static uint8_t type_code(const struct fs *fs, uint32_t mode)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(types) && fs->has_types; i++) {
		if (types[i] == (mode & EXT2_TYPE))
			return i;
	}
	return 0;
}

static uint32_t room_for(uint32_t name_length)
{
	return (EXT2_ENTRY_HEADER + name_length + 3) & ~3U;
}

/* A block of a directory that is held, and a place in it. */
struct place {
	struct block *block;
	uint32_t index;			/* of the block in the directory */
	uint32_t at, before;		/* the entry, and the one before it; the same: it is the first */
};

static struct ext2_entry *entry_at(const struct place *place, uint32_t at)
{
	return (struct ext2_entry *)(place->block->data + at);
}

static uint32_t blocks_in(const struct fs *fs, const struct inode *directory)
{
	return directory->raw->size / fs->block_size;
}

static long open_block(struct fs *fs, struct inode *directory, uint32_t index, struct place *place)
{
	uint32_t number;
	long error = map_find(fs, directory, index, &number);

	if (!error && !number)
		error = fs_break(fs, -P9_EINVAL);
	if (error)
		return error;
	*place = (struct place){ .index = index };
	return cache_get(&fs->cache, number, &place->block);
}

/* An entry that cannot be would lead out of the block. */
static bool is_sound(const struct fs *fs, const struct place *place)
{
	const struct ext2_entry *entry = entry_at(place, place->at);
	uint32_t left = fs->block_size - place->at;

	return left >= EXT2_ENTRY_HEADER && entry->length >= EXT2_ENTRY_HEADER &&
	       !(entry->length & 3) && entry->length <= left &&
	       room_for(entry->name_length) <= entry->length;
}

/*
 * Call each entry of the directory until one says yes. 0: the place is its, and its block is
 * held; -P9_ENOENT: none does.
 */
typedef bool (*entry_test)(const struct fs *fs, const struct ext2_entry *entry, const void *what);

static long search(struct fs *fs, struct inode *directory, uint32_t from, entry_test test,
		   const void *what, struct place *place)
{
	for (uint32_t index = from; index < blocks_in(fs, directory); index++) {
		long error = open_block(fs, directory, index, place);

		if (error)
			return error;
		while (place->at < fs->block_size) {
			if (!is_sound(fs, place)) {
				cache_put(place->block);
				return fs_break(fs, -P9_EINVAL);
			}
			if (test(fs, entry_at(place, place->at), what))
				return 0;
			place->before = place->at;
			place->at += entry_at(place, place->at)->length;
		}
		cache_put(place->block);
	}
	return -P9_ENOENT;
}

static bool has_name(const struct fs *fs, const struct ext2_entry *entry, const void *what)
{
	const struct name *name = what;

	(void)fs;
	return entry->inode && entry->name_length == name->length &&
	       !memcmp(entry->name, name->text, name->length);
}

static long find(struct fs *fs, struct inode *directory, struct name name, struct place *place)
{
	return search(fs, directory, 0, has_name, &name, place);
}

long directory_find(struct fs *fs, struct inode *directory, struct name name, uint32_t *inode)
{
	struct place place;
	long error = find(fs, directory, name, &place);

	if (error)
		return error;
	*inode = entry_at(&place, place.at)->inode;
	cache_put(place.block);
	return 0;
}

static void changed(struct fs *fs, struct inode *directory, struct block *block)
{
	if (block)
		cache_change(&fs->cache, block, METADATA);
	directory->raw->flags &= ~EXT2_INDEX;
	directory->raw->mtime = directory->raw->ctime = fs->now();
	inode_changed(fs, directory);
}

/* How much of an entry's length is its own. */
static uint32_t used(const struct ext2_entry *entry)
{
	return entry->inode ? room_for(entry->name_length) : 0;
}

static bool has_room(const struct fs *fs, const struct ext2_entry *entry, const void *what)
{
	(void)fs;
	return entry->length - used(entry) >= *(const uint32_t *)what;
}

static void set_entry(struct fs *fs, struct ext2_entry *entry, uint32_t length, struct name name,
		      uint32_t inode, uint32_t mode)
{
	entry->inode = inode;
	entry->length = length;
	entry->name_length = name.length;
	entry->type = type_code(fs, mode);
	memcpy(entry->name, name.text, name.length);
}

/* One more block, all of it one entry that is free. */
static long add_empty_block(struct fs *fs, struct inode *directory, struct place *place)
{
	uint32_t index = blocks_in(fs, directory), number;
	bool is_new;
	long error;

	if (directory->raw->size > UINT32_MAX - fs->block_size)
		return -P9_ENOSPC;
	error = map_make(fs, directory, index, &number, &is_new);
	if (error) {
		uint64_t end = (uint64_t)index + 1;

		while (end > index && !map_cut(fs, directory, index, &end))
			;
		return error;
	}
	*place = (struct place){ .index = index };
	error = cache_get_new(&fs->cache, number, &place->block);
	if (error)
		return fs_break(fs, error);
	entry_at(place, 0)->length = fs->block_size;
	inode_set_size(fs, directory, (uint64_t)(index + 1) * fs->block_size);
	return 0;
}

long directory_add(struct fs *fs, struct inode *directory, struct name name, uint32_t inode,
		   uint32_t mode)
{
	uint32_t wanted = room_for(name.length), own;
	struct ext2_entry *entry;
	struct place place;
	long error = search(fs, directory, 0, has_room, &wanted, &place);

	if (error == -P9_ENOENT)
		error = add_empty_block(fs, directory, &place);
	if (error)
		return error;
	entry = entry_at(&place, place.at);
	own = used(entry);
	if (own) {
		uint32_t rest = entry->length - own;

		entry->length = own;
		entry = entry_at(&place, place.at + own);
		entry->length = rest;
	}
	set_entry(fs, entry, entry->length, name, inode, mode);
	changed(fs, directory, place.block);
	cache_put(place.block);
	return 0;
}

long directory_remove(struct fs *fs, struct inode *directory, struct name name)
{
	struct place place;
	struct ext2_entry *entry;
	long error = find(fs, directory, name, &place);

	if (error)
		return error;
	entry = entry_at(&place, place.at);
	/* The one before it takes its room; the first of a block stays, as a free one. */
	if (place.at)
		entry_at(&place, place.before)->length += entry->length;
	entry->inode = 0;
	changed(fs, directory, place.block);
	cache_put(place.block);
	return 0;
}

long directory_set(struct fs *fs, struct inode *directory, struct name name, uint32_t inode,
		   uint32_t mode)
{
	struct place place;
	struct ext2_entry *entry;
	long error = find(fs, directory, name, &place);

	if (error)
		return error;
	entry = entry_at(&place, place.at);
	set_entry(fs, entry, entry->length, name, inode, mode);
	changed(fs, directory, place.block);
	cache_put(place.block);
	return 0;
}

static bool is_dots(const char *text, uint32_t length)
{
	return (length == 1 && text[0] == '.') || (length == 2 && text[0] == '.' && text[1] == '.');
}

static bool is_other(const struct fs *fs, const struct ext2_entry *entry, const void *what)
{
	(void)fs, (void)what;
	return entry->inode && !is_dots(entry->name, entry->name_length);
}

long directory_check_empty(struct fs *fs, struct inode *directory)
{
	struct place place;
	long error = search(fs, directory, 0, is_other, NULL, &place);

	if (!error) {
		cache_put(place.block);
		return -P9_ENOTEMPTY;
	}
	return error == -P9_ENOENT ? 0 : error;
}

long directory_begin(struct fs *fs, struct inode *directory, uint32_t parent)
{
	struct place place;
	uint32_t own = room_for(1);
	long error = add_empty_block(fs, directory, &place);

	if (error)
		return error;
	set_entry(fs, entry_at(&place, 0), own, (struct name){ ".", 1 }, directory->number,
		  EXT2_DIRECTORY);
	set_entry(fs, entry_at(&place, own), fs->block_size - own, (struct name){ "..", 2 }, parent,
		  EXT2_DIRECTORY);
	changed(fs, directory, place.block);
	cache_put(place.block);
	return 0;
}

long directory_next(struct fs *fs, struct inode *directory, uint64_t *offset,
		    struct directory_entry *result)
{
	uint64_t index = *offset / fs->block_size;
	uint32_t from = *offset % fs->block_size;
	const struct ext2_entry *entry;
	struct place place;
	long error;

	for (; index < blocks_in(fs, directory); index++, from = 0) {
		error = open_block(fs, directory, index, &place);
		if (error)
			return error;
		/* From the block's beginning: what began at *offset once may be part of another one now. */
		for (; place.at < fs->block_size; place.at += entry->length) {
			entry = entry_at(&place, place.at);
			if (!is_sound(fs, &place)) {
				cache_put(place.block);
				return fs_break(fs, -P9_EINVAL);
			}
			if (place.at < from || !entry->inode)
				continue;
			*offset = index * fs->block_size + place.at + entry->length;
			result->inode = entry->inode;
			result->type = entry->type < ARRAY_SIZE(types) && fs->has_types ?
				       types[entry->type] : 0;
			result->name = (struct name){ result->text, entry->name_length };
			memcpy(result->text, entry->name, entry->name_length);
			cache_put(place.block);
			return 0;
		}
		cache_put(place.block);
	}
	return 1;
}
