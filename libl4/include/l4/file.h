/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of a file server, by path:
 *
 *	static struct l4_files files;
 *
 *	error = l4_files_open(&files, "files", 0, 5000);
 *	file = l4_file_open(&files, "/notes", P9_O_RDWR | P9_O_CREAT, 0644);
 *	length = l4_file_read(&files, file, 0, text, sizeof(text));
 *	error = l4_file_sync(&files, file);
 *
 * Results are 0, or what is said, or an error: one of L4's, or -(L4_FILE_ERROR + P9_E*)
 * (l4/p9.h; l4_error_text has words for both).
 *
 * A server that dies and is started afresh does not disturb who has patience: files are opened again,
 * and what was under way is done once more. It may have been done already: a name that was to be
 * made is there then. What was written and not synced may be lost, and l4_file_sync says so: who
 * opens the file again and writes it once more has it there. Who has no patience gets -L4_EDEAD.
 *
 * A struct l4_files is one thread's. There is no current directory: paths begin at the caller's part of
 * the file system. A symbolic link in the middle of a path is not followed.
 */
#ifndef L4_FILE_H
#define L4_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <l4/p9.h>

#define L4_FILE_ERROR		0x200
#define L4_FILES_OPEN		16	/* at once */
#define L4_FILE_PATH		256	/* with the final 0; in P9_WALK_NAMES directories at most */

struct l4_files {
	const char *server;		/* its name, the caller's string */
	unsigned int session;
	l4_word_t patience;		/* ms */
	long gate;			/* negative: there is no connection */
	unsigned char *buffer;
	unsigned int life;		/* how many connections there were */
	unsigned int named;		/* in which a name was changed, and not synced; 0: none was */
	struct {
		bool used;
		unsigned int flags, mode;
		unsigned int life;	/* in which it was opened */
		unsigned int written;	/* in which something was written that is not synced; 0: nothing */
		char path[L4_FILE_PATH];
	} file[L4_FILES_OPEN];
};

struct l4_file_status {
	uint32_t mode, uid, gid;	/* mode: as Linux has it */
	uint64_t inode, links, size;
	uint64_t mtime;			/* seconds since 1970 */
};

struct l4_file_entry {
	uint64_t inode;
	bool is_directory;
	char name[P9_NAME_MAX + 1];
};

/*
 * `session': below P9_SESSIONS; two struct l4_files of one task have different ones. `patience_ms': how long
 * each request may be repeated for while the server is dead; 0: not at all.
 */
long l4_files_open(struct l4_files *files, const char *server, unsigned int session,
		   l4_word_t patience_ms);

/* All files are closed. A server whose last client has closed so tells the disk that it is in order. */
void l4_files_close(struct l4_files *files);

/* P9_O_*; mode: of a new file. Its number, or an error. */
long l4_file_open(struct l4_files *files, const char *path, unsigned int flags, unsigned int mode);
long l4_file_close(struct l4_files *files, long file);

/* How many bytes were read or written: of many, fewer than wanted; 0: the file's end. */
long l4_file_read(struct l4_files *files, long file, uint64_t offset, void *to, size_t size);
long l4_file_write(struct l4_files *files, long file, uint64_t offset, const void *from, size_t size);
long l4_file_resize(struct l4_files *files, long file, uint64_t size);

/* With it all names. -L4_EDEAD: a server that had not synced it is gone, and perhaps what was written, too */
long l4_file_sync(struct l4_files *files, long file);

/* Of a directory that is open: the entry at *offset (0: the first), which becomes the next one's. 1: no more */
long l4_file_next(struct l4_files *files, long file, uint64_t *offset, struct l4_file_entry *entry);

long l4_file_status(struct l4_files *files, const char *path, struct l4_file_status *status);
long l4_file_make_directory(struct l4_files *files, const char *path, unsigned int mode);
long l4_file_make_link(struct l4_files *files, const char *path, const char *target);	/* symbolic */
long l4_file_link(struct l4_files *files, const char *from, const char *path);
long l4_file_rename(struct l4_files *files, const char *from, const char *path);
long l4_file_remove(struct l4_files *files, const char *path);
long l4_file_remove_directory(struct l4_files *files, const char *path);

/* Where a symbolic link leads: the length; the text has no final 0 */
long l4_file_target(struct l4_files *files, const char *path, char *to, size_t room);

#endif
