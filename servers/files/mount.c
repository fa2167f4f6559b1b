/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "map.h"
#include "mount.h"

#define BLOCK_LEAST	1024U
#define CACHE_LEAST	(4 * STEP_MOST)	/* blocks */

static long refuse(const struct mount *mount, const char *sentence)
{
	mount->say(sentence);
	return -P9_EINVAL;
}

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

static const char *what_is_wrong(const struct ext2_super *super, const struct device *device)
{
	const uint32_t known = EXT2_FILETYPE | EXT2_RECOVER;
	uint32_t block;

	if (super->magic != EXT2_MAGIC)
		return "there is no ext2 on the disk";
	if (super->log_block_size > 2 || super->revision > 1)
		return "its ext2 has a form that is not known here";
	block = BLOCK_LEAST << super->log_block_size;
	if (super->revision == 1 &&
	    ((super->incompatible & ~known) ||
	     (super->read_only_compatible & ~(EXT2_SPARSE_SUPER | EXT2_LARGE_FILE))))
		return "it is newer than ext3: mke2fs -t ext3 makes what is known here";
	if (super->revision == 1 &&
	    (!is_power_of_two(super->inode_size) || super->inode_size < EXT2_INODE_LEAST ||
	     super->inode_size > block || super->first_inode < 11))
		return "its inodes have a size that is not known here";
	if (super->first_data_block != (block == BLOCK_LEAST) ||
	    super->blocks_count <= super->first_data_block ||
	    (uint64_t)super->blocks_count * block > device->size || !super->blocks_per_group ||
	    super->blocks_per_group > 8 * block || super->blocks_per_group % 8 ||
	    !super->inodes_per_group || super->inodes_per_group > 8 * block ||
	    super->inodes_count < 11)
		return "the numbers in its superblock cannot be, or the disk is smaller than them";
	if (super->state & EXT2_HAS_ERRORS)
		return "it has errors: e2fsck must mend it first";
	if (!(super->compatible & EXT2_HAS_JOURNAL) && !(super->state & EXT2_VALID))
		return "it was in use when its last server ended, and has no journal: e2fsck must look at it first";
	return NULL;
}

static void set_geometry(struct fs *fs, const struct ext2_super *super)
{
	fs->block_size = BLOCK_LEAST << super->log_block_size;
	fs->pointers = fs->block_size / sizeof(uint32_t);
	fs->inode_size = super->revision ? super->inode_size : EXT2_INODE_LEAST;
	fs->first_inode = super->revision ? super->first_inode : 11;
	fs->inodes = super->inodes_count;
	fs->inodes_per_group = super->inodes_per_group;
	fs->blocks = super->blocks_count;
	fs->first_block = super->first_data_block;
	fs->blocks_per_group = super->blocks_per_group;
	fs->groups = (fs->blocks - fs->first_block - 1) / fs->blocks_per_group + 1;
	fs->group_table = fs->first_block + 1;
	fs->has_types = super->revision && super->incompatible & EXT2_FILETYPE;
}

static long get_super(struct fs *fs)
{
	long error = cache_get(&fs->cache, EXT2_SUPER_AT / fs->block_size, &fs->super_block);

	if (!error)
		fs->super = (struct ext2_super *)(fs->super_block->data +
						  EXT2_SUPER_AT % fs->block_size);
	return error;
}

/* Where the journal's blocks are; its inode says so as a file's does. */
static long map_journal(struct fs *fs, const struct mount *mount)
{
	struct inode inode;
	uint32_t blocks, *map;
	long error = inode_get(fs, fs->super->journal_inode, &inode);

	if (error)
		return error;
	blocks = inode_size(&inode) / fs->block_size;
	map = blocks && blocks < fs->blocks ? mount->allocate(blocks * sizeof(*map)) : NULL;
	if (!map)
		error = -P9_ENOMEM;
	for (uint32_t i = 0; i < blocks && !error; i++) {
		error = map_find(fs, &inode, i, &map[i]);
		if (!error && !map[i])
			error = -P9_EINVAL;
	}
	inode_put(&inode);
	return error ? error : journal_open(fs, map, blocks);
}

static long open_journal(struct fs *fs, const struct mount *mount)
{
	long error;

	if (fs->super->journal_device)
		return refuse(mount, "its journal is on another disk");
	error = map_journal(fs, mount);
	if (!error && !mount->read_only)
		error = journal_replay(fs);
	if (error)
		return refuse(mount, "its journal is of no form that is known here, or in disorder: e2fsck may help");
	return 0;
}

long fs_mount(struct fs *fs, const struct mount *mount)
{
	struct ext2_super super;
	unsigned char *data = (unsigned char *)&super, *memory;
	struct device *device = mount->device;
	struct block *blocks;
	const char *wrong;
	uint32_t count;
	long error;

	*fs = (struct fs){
		.device = device, .read_only = mount->read_only, .now = mount->now, .say = mount->say,
	};
	device->block_size = BLOCK_LEAST;
	if (device->size < 2 * BLOCK_LEAST || device->move(device, false, 1, 1, &data))
		return refuse(mount, "the disk cannot be read");
	wrong = what_is_wrong(&super, device);
	if (wrong)
		return refuse(mount, wrong);
	set_geometry(fs, &super);
	if ((uint64_t)fs->groups * fs->inodes_per_group != fs->inodes)
		return refuse(mount, "the numbers in its superblock cannot be");
	device->block_size = fs->block_size;
	count = mount->cache_bytes / fs->block_size;
	if (count < CACHE_LEAST)
		count = CACHE_LEAST;
	memory = mount->allocate((size_t)count * fs->block_size);
	blocks = mount->allocate(count * sizeof(*blocks));
	fs->freed = mount->allocate(fs->blocks / 8 + 1);
	if (!memory || !blocks || !fs->freed)
		return refuse(mount, "there is too little memory for its cache");
	cache_init(&fs->cache, device, blocks, memory, count);
	error = get_super(fs);
	if (!error && fs->super->compatible & EXT2_HAS_JOURNAL) {
		error = open_journal(fs, mount);
		if (error)
			return error;
		/* The journal may have changed anything. */
		cache_init(&fs->cache, device, blocks, memory, count);
		error = get_super(fs);
	}
	if (error)
		return refuse(mount, "the disk cannot be read");
	wrong = what_is_wrong(fs->super, device);
	if (wrong || memcmp(&super.inodes_count, &fs->super->inodes_count, 2 * sizeof(uint32_t)) ||
	    super.log_block_size != fs->super->log_block_size ||
	    super.blocks_per_group != fs->super->blocks_per_group ||
	    super.inodes_per_group != fs->super->inodes_per_group ||
	    super.inode_size != fs->super->inode_size)
		return refuse(mount, wrong ? wrong : "its journal makes another file system of it");
	fs->active = fs->journal.map && fs->super->incompatible & EXT2_RECOVER;
	return 0;
}
