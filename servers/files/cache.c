/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/p9.h>
#include <l4/server.h>

#include "cache.h"

static struct block **hash_of(struct cache *cache, uint32_t number)
{
	return &cache->hash[number % CACHE_HASHES];
}

static struct block *find(struct cache *cache, uint32_t number)
{
	struct block *block = *hash_of(cache, number);

	while (block && block->number != number)
		block = block->next;
	return block;
}

static void unlink_age(struct block *block)
{
	block->older->newer = block->newer;
	block->newer->older = block->older;
}

static void link_newest(struct cache *cache, struct block *block)
{
	block->newer = &cache->ends;
	block->older = cache->ends.older;
	cache->ends.older->newer = block;
	cache->ends.older = block;
}

static void link_oldest(struct cache *cache, struct block *block)
{
	block->older = &cache->ends;
	block->newer = cache->ends.newer;
	cache->ends.newer->older = block;
	cache->ends.newer = block;
}

static void unlink_hash(struct cache *cache, struct block *block)
{
	struct block **at = hash_of(cache, block->number);

	while (*at != block)
		at = &(*at)->next;
	*at = block->next;
}

void cache_init(struct cache *cache, struct device *device, struct block *blocks,
		unsigned char *data, unsigned int count)
{
	*cache = (struct cache){ .device = device, .count = count, .blocks = blocks };
	cache->ends.older = cache->ends.newer = &cache->ends;
	cache->dirty[CLEAN] = count;
	for (unsigned int i = 0; i < count; i++) {
		blocks[i] = (struct block){ .number = NO_BLOCK, .data = data + (size_t)i * device->block_size };
		link_oldest(cache, &blocks[i]);
	}
}

static void set_dirt(struct cache *cache, struct block *block, enum dirt dirt)
{
	cache->dirty[block->dirt]--;
	cache->dirty[dirt]++;
	block->dirt = dirt;
}

void cache_change(struct cache *cache, struct block *block, enum dirt dirt)
{
	set_dirt(cache, block, dirt);
}

/* The block, and those in a row behind it that were changed in the same way. */
static long write_row(struct cache *cache, struct block *block)
{
	unsigned char *data[DEVICE_MOST];
	struct block *row[DEVICE_MOST];
	enum dirt dirt = block->dirt;
	uint32_t first = block->number;
	unsigned int count = 0;
	long error;

	do {
		row[count] = block;
		data[count] = block->data;
		count++;
		block = find(cache, first + count);
	} while (block && block->dirt == dirt && count < cache->device->most);
	error = cache->device->move(cache->device, true, first, count, data);
	for (unsigned int i = 0; i < count && !error; i++)
		set_dirt(cache, row[i], CLEAN);
	return error;
}

long cache_write(struct cache *cache, enum dirt dirt)
{
	long error = 0;

	for (unsigned int i = 0; i < cache->count && cache->dirty[dirt] && !error; i++) {
		struct block *block = &cache->blocks[i];
		struct block *before;

		if (block->dirt != dirt)
			continue;
		/* From the row's beginning: the other way round it would be written in pieces. */
		for (unsigned int n = 1; n < cache->device->most; n++) {
			before = find(cache, block->number - 1);
			if (!before || before->dirt != dirt)
				break;
			block = before;
		}
		error = write_row(cache, block);
		if (cache->blocks[i].dirt == dirt)
			i--;
	}
	return error;
}

long cache_each_changed(struct cache *cache, long (*call)(void *argument, struct block *block),
			void *argument)
{
	long error = 0;

	for (unsigned int i = 0; i < cache->count && !error; i++) {
		if (cache->blocks[i].dirt == METADATA)
			error = call(argument, &cache->blocks[i]);
	}
	return error;
}

/* A block that holds nothing, and is nobody's. */
static long make_room(struct cache *cache, struct block **room)
{
	struct block *block = cache->ends.newer;
	long error;

	while (block != &cache->ends && (block->users || block->dirt == METADATA))
		block = block->newer;
	if (block == &cache->ends)
		return -P9_ENOMEM;
	if (block->dirt == CONTENT) {
		error = write_row(cache, block);
		if (error)
			return error;
	}
	if (block->number != NO_BLOCK)
		unlink_hash(cache, block);
	block->number = NO_BLOCK;
	*room = block;
	return 0;
}

static void occupy(struct cache *cache, struct block *block, uint32_t number)
{
	struct block **hash = hash_of(cache, number);

	block->number = number;
	block->next = *hash;
	*hash = block;
}

static long get(struct cache *cache, uint32_t number, bool new, struct block **result)
{
	struct block *block = find(cache, number);
	long error = 0;

	if (!block) {
		error = make_room(cache, &block);
		if (!error && !new)
			error = cache->device->move(cache->device, false, number, 1, &block->data);
		if (error)
			return error;
		occupy(cache, block, number);
	}
	if (new)
		memset(block->data, 0, cache->device->block_size);
	unlink_age(block);
	link_newest(cache, block);
	block->users++;
	*result = block;
	return 0;
}

long cache_get(struct cache *cache, uint32_t number, struct block **block)
{
	return get(cache, number, false, block);
}

long cache_get_new(struct cache *cache, uint32_t number, struct block **block)
{
	return get(cache, number, true, block);
}

void cache_put(struct block *block)
{
	block->users--;
}

void cache_read_ahead(struct cache *cache, uint32_t first, unsigned int count)
{
	unsigned char *data[DEVICE_MOST];
	struct block *row[DEVICE_MOST];
	unsigned int done = 0;

	while (done < count && find(cache, first + done))
		done++;
	first += done;
	count = l4_min(count - done, l4_min(cache->device->most, cache->count / 4));
	for (done = 0; done < count && !find(cache, first + done); done++) {
		if (make_room(cache, &row[done]))
			break;
		/* Held, so that the next one does not take the same. */
		row[done]->users = 1;
		data[done] = row[done]->data;
	}
	if (!done)
		return;
	count = done;
	if (!cache->device->move(cache->device, false, first, count, data)) {
		for (unsigned int i = 0; i < count; i++) {
			occupy(cache, row[i], first + i);
			unlink_age(row[i]);
			link_newest(cache, row[i]);
		}
	}
	for (unsigned int i = 0; i < count; i++)
		row[i]->users = 0;
}

void cache_forget(struct cache *cache, uint32_t number)
{
	struct block *block = find(cache, number);

	if (!block)
		return;
	set_dirt(cache, block, CLEAN);
	if (block->users)
		return;
	unlink_hash(cache, block);
	block->number = NO_BLOCK;
	unlink_age(block);
	link_oldest(cache, block);
}
