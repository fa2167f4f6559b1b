/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "fs.h"
#include "journal_format.h"

static uint32_t big(uint32_t value)
{
	return __builtin_bswap32(value);
}

/* The journal's blocks are not in the cache: each is read or written once. */
static long move(struct fs *fs, bool write, uint32_t at, unsigned char *data)
{
	return fs->device->move(fs->device, write, fs->journal.map[at], 1, &data);
}

/* A block of the cache that holds none, as memory to work in. */
static long borrow(struct fs *fs, struct block **block)
{
	/* The journal's own first block: nobody asks the cache for that but here. */
	return cache_get_new(&fs->cache, fs->journal.map[0], block);
}

static void give_back(struct fs *fs, struct block *block)
{
	cache_put(block);
	cache_forget(&fs->cache, fs->journal.map[0]);
}

static uint32_t tags_in_block(struct fs *fs)
{
	return (fs->block_size - sizeof(struct journal_header) - JOURNAL_UUID) /
	       sizeof(struct journal_tag);
}

long journal_open(struct fs *fs, uint32_t *map, uint32_t blocks)
{
	struct journal *journal = &fs->journal;
	struct journal_super *super;
	struct block *block;
	uint32_t log;
	long error;

	journal->map = map;
	error = borrow(fs, &block);
	if (error)
		return error;
	error = move(fs, false, 0, block->data);
	super = (struct journal_super *)block->data;
	if (!error && (big(super->header.magic) != JOURNAL_MAGIC ||
		       big(super->header.kind) != JOURNAL_SUPER ||
		       big(super->block_size) != fs->block_size ||
		       big(super->incompatible) & ~JOURNAL_REVOKES ||
		       big(super->blocks) > blocks || big(super->first) < 1 ||
		       big(super->first) >= big(super->blocks)))
		error = -P9_EOPNOTSUPP;
	if (!error) {
		journal->blocks = big(super->blocks);
		journal->first = big(super->first);
		journal->sequence = big(super->sequence);
		/* Beside the blocks themselves a commit has its end, and descriptors. */
		log = journal->blocks - journal->first - 1;
		journal->most = log - log / (tags_in_block(fs) + 1) - 1;
		if (log < 2 * STEP_MOST)
			error = -P9_EOPNOTSUPP;
	}
	give_back(fs, block);
	if (error)
		journal->map = NULL;
	return error;
}

static uint32_t next_in_log(const struct journal *journal, uint32_t at)
{
	return at + 1 < journal->blocks ? at + 1 : journal->first;
}

/* A commit on its way from the log. */
struct replay {
	struct fs *fs;
	struct block *descriptor, *content;
	uint32_t at;
	uint32_t sequence;
	uint32_t left;			/* blocks of the log not yet seen */
	bool write;
};

static long next_block(struct replay *replay, unsigned char *data)
{
	long error;

	if (!replay->left)
		return -P9_EINVAL;
	error = move(replay->fs, false, replay->at, data);
	replay->at = next_in_log(&replay->fs->journal, replay->at);
	replay->left--;
	return error;
}

static bool is_own_block(const struct fs *fs, uint32_t number)
{
	return number < fs->blocks;
}

/* The blocks of one descriptor. */
static long replay_blocks(struct replay *replay)
{
	struct fs *fs = replay->fs;
	uint32_t at = sizeof(struct journal_header);
	struct journal_tag tag;
	unsigned char *data = replay->content->data;
	long error;

	do {
		if (at + sizeof(tag) > fs->block_size)
			return -P9_EINVAL;
		memcpy(&tag, replay->descriptor->data + at, sizeof(tag));
		tag.flags = __builtin_bswap16(tag.flags);
		at += sizeof(tag) + (tag.flags & JOURNAL_SAME_UUID ? 0 : JOURNAL_UUID);
		error = next_block(replay, data);
		if (error)
			return error;
		if (!is_own_block(fs, big(tag.block)))
			return -P9_EINVAL;
		if (tag.flags & JOURNAL_ESCAPED)
			memcpy(data, &(uint32_t){ big(JOURNAL_MAGIC) }, sizeof(uint32_t));
		if (replay->write && !(tag.flags & JOURNAL_DELETED))
			error = fs->device->move(fs->device, true, big(tag.block), 1, &data);
		if (error)
			return error;
	} while (!(tag.flags & JOURNAL_LAST));
	return 0;
}

/* One commit. -P9_EINVAL: there is none (any more), which is how a journal ends. */
static long replay_commit(struct replay *replay)
{
	const struct journal_header *header = (void *)replay->descriptor->data;
	long error;

	for (;;) {
		error = next_block(replay, replay->descriptor->data);
		if (error)
			return error;
		if (big(header->magic) != JOURNAL_MAGIC || big(header->sequence) != replay->sequence)
			return -P9_EINVAL;
		switch (big(header->kind)) {
		case JOURNAL_COMMIT:
			return 0;
		case JOURNAL_DESCRIPTOR:
			error = replay_blocks(replay);
			if (error)
				return error;
			break;
		case JOURNAL_REVOKE:
			/* Another one's: this file system never needs it. */
			return -P9_EOPNOTSUPP;
		default:
			return -P9_EINVAL;
		}
	}
}

/* Once to see whether it is there as a whole, and once more to write it. */
static long replay_all(struct replay *replay)
{
	struct replay before;
	long error;

	for (;;) {
		before = *replay;
		replay->write = false;
		error = replay_commit(replay);
		if (error == -P9_EINVAL)
			return 0;
		if (error)
			return error;
		*replay = before;
		replay->write = true;
		error = replay_commit(replay);
		if (error)
			return error;
		replay->sequence++;
	}
}

/* Which commit would be the next to be replayed; 0 as start: none. */
static long write_super(struct fs *fs, struct block *block, uint32_t start, uint32_t sequence)
{
	struct journal_super *super = (struct journal_super *)block->data;
	long error = move(fs, false, 0, block->data);

	super->start = big(start);
	super->sequence = big(sequence);
	return error ? error : move(fs, true, 0, block->data);
}

long journal_replay(struct fs *fs)
{
	struct journal *journal = &fs->journal;
	struct replay replay = { .fs = fs, .sequence = journal->sequence };
	const struct journal_super *super;
	long error = borrow(fs, &replay.descriptor);

	if (error)
		return error;
	/* Only here: nothing else is in the cache that this number could be. */
	error = cache_get_new(&fs->cache, journal->map[journal->first], &replay.content);
	if (!error)
		error = move(fs, false, 0, replay.descriptor->data);
	super = (struct journal_super *)replay.descriptor->data;
	if (!error && super->start) {
		replay.at = big(super->start);
		replay.left = journal->blocks;
		if (replay.at < journal->first || replay.at >= journal->blocks)
			error = -P9_EOPNOTSUPP;
		else
			error = replay_all(&replay);
	}
	if (!error)
		error = fs->device->flush(fs->device);
	/* One is left out: what had begun with that number may still lie there. */
	journal->sequence = replay.sequence + 1;
	if (!error)
		error = write_super(fs, replay.descriptor, 0, journal->sequence);
	if (!error)
		error = fs->device->flush(fs->device);
	cache_put(replay.content);
	cache_forget(&fs->cache, journal->map[journal->first]);
	give_back(fs, replay.descriptor);
	return error;
}

/* A commit on its way into the log. */
struct log {
	struct fs *fs;
	struct block *descriptor;
	uint32_t descriptor_at;
	uint32_t tags;
	uint32_t at;
	unsigned char *escaped;		/* memory for a block that must not look like one of the journal's */
};

static struct journal_tag *tag_at(struct log *log, uint32_t index)
{
	uint32_t at = sizeof(struct journal_header) + index * sizeof(struct journal_tag) +
		      (index ? JOURNAL_UUID : 0);

	return (struct journal_tag *)(log->descriptor->data + at);
}

static void set_header(unsigned char *data, uint32_t kind, uint32_t sequence)
{
	*(struct journal_header *)data = (struct journal_header){
		big(JOURNAL_MAGIC), big(kind), big(sequence),
	};
}

static long end_descriptor(struct log *log)
{
	struct journal_tag *last;

	if (!log->tags)
		return 0;
	last = tag_at(log, log->tags - 1);
	last->flags |= __builtin_bswap16(JOURNAL_LAST);
	log->tags = 0;
	return move(log->fs, true, log->descriptor_at, log->descriptor->data);
}

static void begin_descriptor(struct log *log)
{
	memset(log->descriptor->data, 0, log->fs->block_size);
	set_header(log->descriptor->data, JOURNAL_DESCRIPTOR, log->fs->journal.sequence);
	log->descriptor_at = log->at++;
}

static long log_block(void *argument, struct block *block)
{
	struct log *log = argument;
	unsigned char *data = block->data;
	uint16_t flags = log->tags ? JOURNAL_SAME_UUID : 0;
	uint32_t magic = big(JOURNAL_MAGIC);
	long error = 0;

	if (!log->tags)
		begin_descriptor(log);
	if (!memcmp(data, &magic, sizeof(magic))) {
		memcpy(log->escaped, data, log->fs->block_size);
		memset(log->escaped, 0, sizeof(magic));
		data = log->escaped;
		flags |= JOURNAL_ESCAPED;
	}
	*tag_at(log, log->tags++) = (struct journal_tag){
		.block = big(block->number), .flags = __builtin_bswap16(flags),
	};
	error = move(log->fs, true, log->at++, data);
	if (!error && log->tags == tags_in_block(log->fs))
		error = end_descriptor(log);
	return error;
}

static long write_log(struct fs *fs, struct block *work, struct block *escaped)
{
	struct journal *journal = &fs->journal;
	struct log log = {
		.fs = fs, .descriptor = work, .at = journal->first, .escaped = escaped->data,
	};
	/* First the one before is given up: what is half written over must not be taken for it. */
	long error = write_super(fs, work, journal->first, journal->sequence);

	if (!error)
		error = fs->device->flush(fs->device);
	if (!error)
		error = cache_each_changed(&fs->cache, log_block, &log);
	if (!error)
		error = end_descriptor(&log);
	if (!error)
		error = fs->device->flush(fs->device);
	if (error)
		return error;
	memset(work->data, 0, fs->block_size);
	set_header(work->data, JOURNAL_COMMIT, journal->sequence);
	error = move(fs, true, log.at, work->data);
	return error ? error : fs->device->flush(fs->device);
}

static long log_changes(struct fs *fs)
{
	struct block *work, *escaped;
	long error = borrow(fs, &work);

	if (error)
		return error;
	error = cache_get_new(&fs->cache, fs->journal.map[fs->journal.first], &escaped);
	if (!error) {
		error = write_log(fs, work, escaped);
		cache_put(escaped);
		cache_forget(&fs->cache, fs->journal.map[fs->journal.first]);
	}
	give_back(fs, work);
	fs->journal.sequence++;
	return error;
}

long journal_commit(struct fs *fs)
{
	/* Content first: metadata must not name blocks with what was there before. */
	long error = cache_write(&fs->cache, CONTENT);

	if (!error && fs->cache.dirty[METADATA]) {
		if (fs->journal.map)
			error = log_changes(fs);
		if (!error)
			error = cache_write(&fs->cache, METADATA);
	}
	return error ? error : fs->device->flush(fs->device);
}

long journal_rest(struct fs *fs)
{
	struct block *work;
	long error = borrow(fs, &work);

	if (error)
		return error;
	error = write_super(fs, work, 0, fs->journal.sequence);
	give_back(fs, work);
	return error ? error : fs->device->flush(fs->device);
}
