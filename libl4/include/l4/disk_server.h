/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The half that all have in common who serve l4/disk.h: which part of the disk is whose,
 * where clients' buffers are, and whether a request stays within both. What is left is to
 * move sectors of the disk to or from an address.
 */
#ifndef L4_DISK_SERVER_H
#define L4_DISK_SERVER_H

#include <stdbool.h>
#include <l4/disk.h>

struct l4_disk_server {
	/*
	 * Move `count' sectors from `sector' of the disk on, to or from `address', where that buffer
	 * of that client is. The memory is guarded (l4/guard.h), and may be gone: what has been read
	 * from it means nothing if l4_guard_lost(). Who does not ask for that need not: the request
	 * fails then, in any case.
	 */
	long (*move)(bool write, unsigned int client, unsigned int buffer, l4_word_t sector,
		     l4_word_t count, l4_word_t address);
	long (*flush)(void);			/* NULL: what is written needs none */
	void (*interrupt)(l4_word_t label);	/* as l4_serve's; or NULL */
	/* That buffer is another one from now on, or none; NULL: who uses only addresses need not know. */
	void (*changed)(unsigned int client, unsigned int buffer);
};

/*
 * Parts, before l4_disk_serve: the client of that name, in the boot script, has these sectors, and
 * others have nothing. A name's first part is the one that counts. false: there are too many
 */
bool l4_disk_part(const char *name, l4_word_t first, l4_word_t count);

/*
 * The same from arguments, NAME FIRST COUNT for each, in sectors; COUNT may be `all'. What is
 * not on the disk, which has `sectors', is not in a part. false: they are malformed
 */
bool l4_disk_parts(int argc, char **argv, l4_word_t sectors);

/* Returns only with an error: there is no place for buffers. */
long l4_disk_serve(const struct l4_disk_server *server);

#endif
