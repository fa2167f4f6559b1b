/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "fs.h"

#define KEPT_FREE	64	/* blocks: what a step may want at most */

/* The next one to mount it shall know. What has changed otherwise stays here. */
static void tell_disk(struct fs *fs)
{
	static unsigned char block[BLOCK_MOST];
	unsigned char *data = block;
	struct ext2_super *super = (struct ext2_super *)(block + EXT2_SUPER_AT % fs->block_size);
	uint32_t number = EXT2_SUPER_AT / fs->block_size;

	if (fs->read_only || fs->device->move(fs->device, false, number, 1, &data))
		return;
	super->state |= EXT2_HAS_ERRORS;
	if (!fs->device->move(fs->device, true, number, 1, &data))
		fs->device->flush(fs->device);
}

long fs_break(struct fs *fs, long error)
{
	if (!fs->broken) {
		fs->broken = error;
		if (error == -P9_EINVAL)
			tell_disk(fs);
		fs->say(error == -P9_EIO ? "the disk has failed; nothing is written any more" :
			"the file system is in disorder; nothing is written any more");
	}
	return error;
}

static long commit(struct fs *fs)
{
	long error = journal_commit(fs);

	if (error)
		return fs_break(fs, error);
	if (fs->freed_count) {
		memset(fs->freed, 0, (fs->blocks + 7) / 8);
		fs->freed_count = 0;
	}
	return 0;
}

/* What the disk says of itself. Not by the journal: it holds before the next change, and after the last. */
static long set_active(struct fs *fs, bool active)
{
	struct ext2_super *super = fs->super;
	unsigned char *data = fs->super_block->data;
	long error;

	if (fs->journal.map)
		super->incompatible = active ? super->incompatible | EXT2_RECOVER :
					       super->incompatible & ~EXT2_RECOVER;
	else
		super->state = active ? super->state & ~EXT2_VALID : super->state | EXT2_VALID;
	super->write_time = fs->now();
	error = fs->device->move(fs->device, true, fs->super_block->number, 1, &data);
	if (!error)
		error = fs->device->flush(fs->device);
	if (error)
		return fs_break(fs, error);
	fs->active = active;
	return 0;
}

static bool is_full(const struct fs *fs)
{
	unsigned int most = fs->cache.count / 2;

	if (fs->journal.map)
		most = l4_min(most, fs->journal.most);
	return fs->cache.dirty[METADATA] + STEP_MOST > most ||
	       (fs->freed_count && fs->super->free_blocks < fs->freed_count + KEPT_FREE);
}

long fs_step(struct fs *fs)
{
	long error;

	if (fs->broken)
		return fs->broken;
	if (fs->read_only)
		return -P9_EROFS;
	if (is_full(fs)) {
		error = commit(fs);
		if (error)
			return error;
	}
	return fs->active ? 0 : set_active(fs, true);
}

long fs_sync(struct fs *fs)
{
	if (fs->broken)
		return fs->broken;
	if (!fs->cache.dirty[METADATA] && !fs->cache.dirty[CONTENT])
		return 0;
	return commit(fs);
}

long fs_rest(struct fs *fs)
{
	long error = fs_sync(fs);

	if (error || !fs->active || fs->super->last_orphan)
		return error;
	if (fs->journal.map) {
		error = journal_rest(fs);
		if (error)
			return fs_break(fs, error);
	}
	error = set_active(fs, false);
	return error;
}
