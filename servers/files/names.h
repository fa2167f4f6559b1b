/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be done with names. Nodes are the inodes that somebody has open: one that no name is
 * left of goes when the last of them is put.
 */
#ifndef FILES_NAMES_H
#define FILES_NAMES_H

#include "directory.h"

struct node {
	uint32_t inode;			/* 0: the node is free */
	uint32_t users;
	struct node *next;		/* of the same hash; or free */
};

#define NODE_HASHES	256

struct nodes {
	struct fs *fs;
	struct node *free;
	struct node *hash[NODE_HASHES];
};

void nodes_init(struct nodes *nodes, struct fs *fs, struct node *node, uint32_t count);
/* NULL: all are in use. */
struct node *node_get(struct nodes *nodes, uint32_t inode);
void node_put(struct nodes *nodes, struct node *node);

/* -P9_ENOTDIR, -P9_ENOENT */
long names_find(struct nodes *nodes, uint32_t directory, struct name name, uint32_t *inode);

struct names_new {
	struct inode_new inode;
	uint32_t device;		/* of a device's file: major << 8 | minor, in Linux's order */
	struct name target;		/* of a symbolic link */
};

/* A file, directory, symbolic link, device, fifo or socket. -P9_EEXIST */
long names_make(struct nodes *nodes, uint32_t directory, struct name name,
		const struct names_new *what, uint32_t *inode);
long names_link(struct nodes *nodes, uint32_t directory, struct name name, uint32_t inode);
long names_remove(struct nodes *nodes, uint32_t directory, struct name name, bool is_directory);
long names_move(struct nodes *nodes, uint32_t from, struct name name, uint32_t to,
		struct name new_name);

/* The target's length. -P9_EINVAL: it is no symbolic link, or there is no room for where it leads. */
long names_target(struct nodes *nodes, uint32_t inode, char *to, uint32_t room);

/*
 * Is the directory `inode' in `above', or in one that is in it, or the same? 0; -P9_EACCES: it is not;
 * -P9_ENAMETOOLONG: it is too deep for that to be found out; or another error.
 */
long names_check_below(struct nodes *nodes, uint32_t above, uint32_t inode);

/* Those of an earlier server that had no name when it ended. */
long names_free_orphans(struct nodes *nodes);

#endif
