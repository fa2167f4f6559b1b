/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clients, their sessions, and what they have open. A client is confined to one directory, and to
 * so many fids in all of its sessions.
 */
#ifndef FILES_SESSION_H
#define FILES_SESSION_H

#include "locks.h"
#include "names.h"

struct fid {
	uint32_t number;
	struct node *node;
	uint32_t uid;			/* who is the owner of what is made by it */
	uint8_t access;			/* P9_O_ACCESS's, if it is open */
	bool open, append;
	struct fid *next;		/* of the same hash; or free */
};

#define FID_HASHES	64

/* What the server has for all of its clients. */
struct files {
	struct nodes nodes;
	struct locks locks;
	struct fid *free;
};

struct client {
	struct files *files;
	uint32_t root;			/* inode of its directory */
	bool read_only;
	uint32_t fids, fids_most;
	unsigned int locks_most;
	struct session *sessions;	/* P9_SESSIONS of them */
};

struct session {
	struct client *client;
	uint32_t size;			/* of the largest message; 0: before Tversion */
	struct fid *hash[FID_HASHES];
};

/* `fids' and `nodes' are the server's from now on: each fid can need a node. */
void files_init(struct files *files, struct fs *fs, struct fid *fids, struct node *nodes,
		uint32_t count);

/* NULL: there is none of that number. */
struct fid *session_fid(struct session *session, uint32_t number);

/* A new one: -P9_EBADF: there is one; -P9_EMFILE: the client has too many. */
long session_add(struct session *session, uint32_t number, uint32_t inode, uint32_t uid);
void session_drop(struct session *session, struct fid *fid);

/* It means another inode from now on. -P9_EMFILE */
long session_move(struct session *session, struct fid *fid, uint32_t inode);

/* All that it has open is closed. */
void session_end(struct session *session);

#endif
