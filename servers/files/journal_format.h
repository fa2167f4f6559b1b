/* SPDX-License-Identifier: GPL-2.0 */
/* What ext3's journal looks like on a disk. Integers are big-endian. */
#ifndef FILES_JOURNAL_FORMAT_H
#define FILES_JOURNAL_FORMAT_H

#include <stdint.h>

#define JOURNAL_MAGIC		0xc03b3998U

struct journal_header {
	uint32_t magic;
	uint32_t kind;
	uint32_t sequence;
};

#define JOURNAL_DESCRIPTOR	1	/* which blocks the next ones are, up to the next descriptor */
#define JOURNAL_COMMIT		2
#define JOURNAL_SUPER_OLD	3
#define JOURNAL_SUPER		4
#define JOURNAL_REVOKE		5

struct journal_super {
	struct journal_header header;
	uint32_t block_size;
	uint32_t blocks;
	uint32_t first;			/* of the log */
	uint32_t sequence;		/* of the oldest commit that is not known to be in place */
	uint32_t start;			/* its block; 0: there is none */
	uint32_t error;
	uint32_t compatible, incompatible, read_only_compatible;
	uint8_t uuid[16];
	uint32_t users;
};

#define JOURNAL_REVOKES		1	/* incompatible: there may be JOURNAL_REVOKE; whoever has put one there once says so */

/* The first of a descriptor, without JOURNAL_SAME_UUID, has 16 bytes of UUID behind it. */
struct journal_tag {
	uint32_t block;
	uint16_t checksum;
	uint16_t flags;
};

#define JOURNAL_ESCAPED		1	/* the block began with the magic number: 0 stands there */
#define JOURNAL_SAME_UUID	2
#define JOURNAL_DELETED		4
#define JOURNAL_LAST		8	/* of the descriptor */
#define JOURNAL_UUID		16

#endif
