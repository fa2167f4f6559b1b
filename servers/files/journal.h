/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal, in the form that ext3 gives it, so that e2fsck and Linux know it, too. A
 * commit writes all metadata that has changed to the journal first, and only when it is
 * there as a whole, to its place; so a disk that stops in the middle has all of it or
 * none. At most one commit is in the journal, the last: whatever is older is in place.
 *
 * Blocks that were freed are not used again before the commit (fs.h): so what is in the
 * journal is never written over what is newer.
 */
#ifndef FILES_JOURNAL_H
#define FILES_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct fs;

struct journal {
	uint32_t *map;			/* the disk's blocks that it consists of; NULL: there is none */
	uint32_t blocks;
	uint32_t first;			/* of the log, in the map */
	uint32_t sequence;		/* of the next commit */
	uint32_t most;			/* blocks that a commit can have */
};

/* `map' has room for `blocks' numbers, and has them. -P9_EOPNOTSUPP: it is none of this form */
long journal_open(struct fs *fs, uint32_t *map, uint32_t blocks);

/* Bring to its place what is in the journal, if anything. */
long journal_replay(struct fs *fs);

/* Everything that has changed goes to the disk, metadata as one. */
long journal_commit(struct fs *fs);

/* Everything is in place: there is nothing in the journal. */
long journal_rest(struct fs *fs);

#endif
