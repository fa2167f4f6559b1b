/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks of the disk in memory. Who uses one holds it (cache_get, cache_put); the one that
 * was not used for the longest time makes room. A block that was changed is of one of two
 * kinds: content of files goes to its place on the disk when room is wanted, at the latest
 * before the next commit; what describes the file system (metadata) stays in memory until
 * the journal has it (journal.h).
 */
#ifndef FILES_CACHE_H
#define FILES_CACHE_H

#include <stddef.h>

#include "device.h"

enum dirt { CLEAN, CONTENT, METADATA };

struct block {
	uint32_t number;		/* NO_BLOCK: it is empty */
	unsigned int users;
	enum dirt dirt;
	unsigned char *data;
	struct block *next;		/* of the same hash */
	struct block *older, *newer;
};

#define NO_BLOCK	0xffffffffU	/* more than any disk has */
#define CACHE_HASHES	1024

struct cache {
	struct device *device;
	unsigned int count;
	unsigned int dirty[METADATA + 1];	/* how many blocks of each kind */
	struct block *blocks;
	struct block *hash[CACHE_HASHES];
	struct block ends;		/* ends.newer is the oldest, ends.older the newest */
};

/* blocks[count] and data[count * block size] are the cache's from now on. */
void cache_init(struct cache *cache, struct device *device, struct block *blocks,
		unsigned char *data, unsigned int count);

long cache_get(struct cache *cache, uint32_t number, struct block **block);
/* The same for a block that is about to be written as a whole: it is all zero. */
long cache_get_new(struct cache *cache, uint32_t number, struct block **block);
void cache_put(struct block *block);
void cache_change(struct cache *cache, struct block *block, enum dirt dirt);

/* Read what is not here yet of blocks in a row, all at once; an error says nothing of any one. */
void cache_read_ahead(struct cache *cache, uint32_t first, unsigned int count);

/* The block is nobody's any more: what was changed in it need not be written. */
void cache_forget(struct cache *cache, uint32_t number);

/* Write all changed blocks of that kind to their places; they are clean then. */
long cache_write(struct cache *cache, enum dirt dirt);

/* Call each block of metadata that was changed; an error ends it. */
long cache_each_changed(struct cache *cache, long (*call)(void *argument, struct block *block),
			void *argument);

#endif
