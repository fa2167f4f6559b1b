/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Partitions of a disk: the GPT, or the MBR with logical partitions. Pure logic. Whoever writes the
 * table is not trusted with more than what is its own: a table that contradicts itself has no partitions.
 */
#ifndef BLOCK_PARTITIONS_H
#define BLOCK_PARTITIONS_H

#include <stdbool.h>
#include <l4/types.h>

#define PARTITION_SECTOR	512UL

struct partitions_disk {
	l4_word_t sectors;
	/* One sector; 0 or an error, which then is partition_find's. */
	long (*read)(l4_word_t sector, unsigned char to[PARTITION_SECTOR]);
};

struct partition {
	l4_word_t first, count;		/* sectors */
};

/*
 * By number, as Linux counts them; 0: the whole disk. -L4_ENOCAP: there is none of that number;
 * -L4_EINVAL: there is no table, or it is malformed
 */
long partition_find(const struct partitions_disk *disk, l4_word_t number, struct partition *found);

bool partitions_overlap(const struct partition *a, const struct partition *b);

#endif
