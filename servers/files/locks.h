/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks on ranges of files, as POSIX has them, between sessions and between the processes that a
 * session names. Within one Linux they are Linux's own business; here two Linuxes meet.
 */
#ifndef FILES_LOCKS_H
#define FILES_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#define LOCKS_MOST	1024

struct lock {
	const void *session;		/* NULL: the place is free */
	const void *client;
	uint32_t fid;			/* that it goes with */
	uint32_t process;
	uint32_t inode;
	uint64_t start, end;		/* exclusive */
	bool write;
};

struct locks {
	struct lock lock[LOCKS_MOST];
};

/* One that is in the way of `wanted'; NULL: none is. */
const struct lock *locks_in_the_way(const struct locks *locks, const struct lock *wanted);

/*
 * Nothing is in the way. Its owner's own locks of that range go. False: there is no room, or the client has
 * `most' already, and nothing has changed.
 */
bool locks_set(struct locks *locks, const struct lock *wanted, unsigned int most);
/* False: there is no room for what is left on both sides. */
bool locks_clear(struct locks *locks, const struct lock *range);

/* All of that fid. */
void locks_drop(struct locks *locks, const void *session, uint32_t fid);

#endif
