/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ext2 looks like on a disk. Integers are little-endian, as the processor's.
 * The first superblock is 1024 bytes from the start, whatever a block's size.
 */
#ifndef FILES_EXT2_FORMAT_H
#define FILES_EXT2_FORMAT_H

#include <stdint.h>

#define EXT2_SUPER_AT		1024
#define EXT2_MAGIC		0xef53
#define EXT2_ROOT		2	/* inode of the root directory */
#define EXT2_LINKS_MAX		32000
#define EXT2_NAME_MAX		255

struct ext2_super {
	uint32_t inodes_count;
	uint32_t blocks_count;
	uint32_t reserved_blocks;
	uint32_t free_blocks;
	uint32_t free_inodes;
	uint32_t first_data_block;
	uint32_t log_block_size;	/* 1024 << it */
	uint32_t log_fragment_size;
	uint32_t blocks_per_group;
	uint32_t fragments_per_group;
	uint32_t inodes_per_group;
	uint32_t mount_time;
	uint32_t write_time;
	uint16_t mounts, mounts_max;
	uint16_t magic;
	uint16_t state;
	uint16_t errors;
	uint16_t minor_revision;
	uint32_t last_check, check_interval;
	uint32_t creator;
	uint32_t revision;
	uint16_t reserved_uid, reserved_gid;
	uint32_t first_inode;
	uint16_t inode_size;
	uint16_t this_group;
	uint32_t compatible;
	uint32_t incompatible;
	uint32_t read_only_compatible;
	uint8_t uuid[16];
	char volume[16];
	char mounted_at[64];
	uint32_t compression;
	uint8_t preallocate[2];
	uint16_t reserved_groups;
	uint8_t journal_uuid[16];
	uint32_t journal_inode;
	uint32_t journal_device;
	uint32_t last_orphan;		/* inode; the next one's number is in its dtime */
	uint8_t rest[1024 - 236];
};

#define EXT2_VALID		1	/* state: in order */
#define EXT2_HAS_ERRORS		2

/* Features */
#define EXT2_HAS_JOURNAL	0x0004	/* compatible */
#define EXT2_FILETYPE		0x0002	/* incompatible: entries of directories tell types */
#define EXT2_RECOVER		0x0004	/* incompatible: the journal holds what is not yet in place */
#define EXT2_SPARSE_SUPER	0x0001	/* read-only compatible */
#define EXT2_LARGE_FILE		0x0002	/* read-only compatible: there are files of 2 GiB and more */

struct ext2_group {
	uint32_t block_bitmap, inode_bitmap, inode_table;
	uint16_t free_blocks, free_inodes, directories;
	uint16_t pad;
	uint32_t reserved[3];
};

#define EXT2_DIRECT		12	/* pointers in an inode to blocks themselves */
#define EXT2_LEVELS		3	/* pointers to blocks of pointers, and so on */
#define EXT2_POINTERS		(EXT2_DIRECT + EXT2_LEVELS)

struct ext2_inode {
	uint16_t mode;
	uint16_t uid;
	uint32_t size;
	uint32_t atime, ctime, mtime, dtime;
	uint16_t gid;
	uint16_t links;
	uint32_t sectors;		/* of 512 bytes, those of pointers, too */
	uint32_t flags;
	uint32_t version;
	uint32_t block[EXT2_POINTERS];
	uint32_t generation;
	uint32_t attributes;		/* block of extended attributes */
	uint32_t size_high;		/* of files */
	uint32_t fragment;
	uint16_t blocks_high, attributes_high;
	uint16_t uid_high, gid_high;
	uint32_t reserved;
};

#define EXT2_INODE_LEAST	128
#define EXT2_FAST_SYMLINK	60	/* a shorter target is in block[] */
#define EXT2_INDEX		0x1000	/* flag: a directory with an index, which is not kept here */
#define EXT2_IMMUTABLE		0x0010
#define EXT2_APPEND		0x0020

/* mode */
#define EXT2_TYPE		0170000
#define EXT2_SOCKET		0140000
#define EXT2_SYMLINK		0120000
#define EXT2_FILE		0100000
#define EXT2_BLOCK_DEVICE	0060000
#define EXT2_DIRECTORY		0040000
#define EXT2_CHAR_DEVICE	0020000
#define EXT2_FIFO		0010000

struct ext2_entry {
	uint32_t inode;			/* 0: none */
	uint16_t length;		/* to the next entry */
	uint8_t name_length;
	uint8_t type;
	char name[];
};

#define EXT2_ENTRY_HEADER	8

struct ext2_attributes {
	uint32_t magic;
	uint32_t references;
};

#define EXT2_ATTRIBUTES_MAGIC	0xea020000

_Static_assert(sizeof(struct ext2_super) == 1024, "the superblock");
_Static_assert(sizeof(struct ext2_group) == 32, "a group's descriptor");
_Static_assert(sizeof(struct ext2_inode) == EXT2_INODE_LEAST, "an inode");

#endif
