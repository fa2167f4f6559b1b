/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a file beside its content and its names. */
#ifndef FILES_ATTRIBUTES_H
#define FILES_ATTRIBUTES_H

#include "inode.h"

struct attributes {
	uint32_t mode, uid, gid, links;
	uint32_t device;		/* as in struct names_new */
	uint32_t generation;
	uint64_t size;
	uint64_t sectors;		/* of 512 bytes */
	uint32_t atime, mtime, ctime;	/* seconds since 1970 */
};

long attributes_get(struct fs *fs, uint32_t inode, struct attributes *attributes);

/* `which': P9_SET_*. A new size is given to files only. */
struct attributes_change {
	uint32_t which;
	uint32_t mode, uid, gid;
	uint64_t size;
	uint64_t atime, mtime;
};
long attributes_set(struct fs *fs, uint32_t inode, const struct attributes_change *change);

#endif
