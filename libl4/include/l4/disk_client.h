/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of l4/disk.h. A server that dies and is started afresh does not disturb it: it connects
 * again, attaches its buffers again, and asks for the same once more, for as long as its patience
 * lasts. A struct l4_disk is one thread's.
 *
 *	struct l4_disk disk;
 *	l4_word_t sectors;
 *
 *	error = l4_disk_open(&disk, "disk", 5000, &sectors);
 *	error = l4_disk_share(&disk, 0, l4_pages_alloc(16), 16);
 *	error = l4_disk_move(&disk, false, 0, 128, 0, 0);
 */
#ifndef L4_DISK_CLIENT_H
#define L4_DISK_CLIENT_H

#include <stdbool.h>
#include <l4/disk.h>

struct l4_disk {
	const char *server;		/* its name, the caller's string */
	l4_word_t patience;		/* ms */
	long gate;			/* negative: there is no connection */
	l4_word_t sectors;		/* as the server said when it was connected to last */
	unsigned int lost;		/* how many connections */
	unsigned int attached;		/* a bit for each buffer that this server has */
	struct {
		void *memory;		/* NULL: none */
		unsigned int order;
	} buffer[DISK_BUFFERS];
};

/*
 * Connect. It needs no buffer. *sectors, if wanted: the size of the caller's part of the disk. `patience':
 * how many milliseconds this and each later request may be repeated for while the server is dead; 0: the
 * error, -L4_EDEAD, comes at once. -L4_ERIGHTS: the script has no `use', or the server no part for the caller
 */
long l4_disk_open(struct l4_disk *disk, const char *server, l4_word_t patience_ms,
		  l4_word_t *sectors);

/*
 * Buffer number `buffer', in place of the one before: memory of 2^order bytes, aligned to that, of
 * at most DISK_BUFFER_ORDER. After an error there is none of that number.
 */
long l4_disk_share(struct l4_disk *disk, unsigned int buffer, void *memory, unsigned int order);

/* Read or write, and l4/disk.h's errors. What is repeated is done twice, to the same end. */
long l4_disk_move(struct l4_disk *disk, bool write, l4_word_t sector, l4_word_t count,
		  unsigned int buffer, l4_word_t offset);
long l4_disk_flush(struct l4_disk *disk);

#endif
