/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files in memory (tmpfs): read in blocks, created and deleted.
 */
#include <fcntl.h>

#include "bench.h"

#define BLOCK	65536

static char block[BLOCK];

static void pread_run(unsigned int calls)
{
	while (calls--)
		CHECK(pread(bench_fd, block, BLOCK, 0) == BLOCK);
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
