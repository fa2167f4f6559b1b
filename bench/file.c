/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files in memory (tmpfs): read in blocks, created and deleted.
 */
#include <fcntl.h>

#include "bench.h"

#define BLOCK	65536

static int fd;
static char block[BLOCK];

static bool open_file(unsigned int unused)
{
	fd = make_file();
	return true;
}

static void close_file(void)
{
	close(fd);
	unlink(FILE_NAME);
}

static void pread_run(unsigned int calls)
{
	while (calls--)
		CHECK(pread(fd, block, BLOCK, 0) == BLOCK);
}

static void create_delete_run(unsigned int calls)
{
	while (calls--) {
		close(open(FILE_NAME, O_RDWR | O_CREAT, 0644));
		unlink(FILE_NAME);
	}
}

const struct op file_ops[] = {
	{ "pread_64k", 10, 0, 0, open_file, pread_run, close_file },
	{ "create_delete", 20, .run = create_delete_run },
	{}
};
