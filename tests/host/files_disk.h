/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk in memory, with a cache that forgets: what was not flushed when it stops is there in part,
 * in any order, by sectors. And a file server of servers/files on it.
 */
#ifndef TEST_FILES_DISK_H
#define TEST_FILES_DISK_H

#include "../../servers/files/requests.h"

#define DISK_BYTES	(24UL << 20)
#define SECTOR		512

extern struct files files;
extern struct fs files_fs;
extern struct client client;
extern struct session sessions[P9_SESSIONS];
extern unsigned long disk_fails_in;	/* moves until each one fails; 0: never */
extern unsigned long disk_stops_in;	/* writes until nothing reaches the disk any more; 0: never */

/* Run mke2fs with these arguments, and make what it made the disk. */
void disk_make(const char *arguments);

/* The server begins; 0, or why not: the sentence is in `files_said'. */
long files_start(void);
extern const char *files_said;

/* The power goes. What is on the disk then depends on chance. */
void disk_lose_power(void);

/* Keep the disk as it is, and have it so again. */
void disk_save(void);
void disk_restore(void);

/* Something on it, at random, is another number. */
void disk_damage(void);

/* What e2fsck -fn says of the disk as it is: its status. */
int disk_check(void);

/* One request. begin(), p9_put ..., then call(): 0 with the answer to be read, or -P9_E*. */
extern struct p9_message request, answer;
void begin(unsigned int type);
long call(void);
/* All of it at once: not even the size is set. */
uint32_t call_raw(unsigned char *in, uint32_t size, uint32_t room);

#endif
