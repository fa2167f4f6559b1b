/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Areas whose first page the process lacks, though Linux has it, and whose second
 * page it may write. At fork all second pages are taken from it for writing; a
 * probe that reads the first page meanwhile brings it and its neighbours. Neither
 * process may see what the other writes afterwards.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif

/* Below the program, so that they come first. */
#define PLACE	0x100000UL
#define AREAS	16
#define STRIDE	(32 * PAGE)
#define PAGE	4096UL
#define PAGES	16		/* what a fault brings at most */

static volatile uint64_t *word(unsigned long area, unsigned long page)
{
	return (volatile uint64_t *)(PLACE + area * STRIDE + page * PAGE);
}

static void must(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(2);
}

static void make(unsigned long area)
{
	void *place = (void *)word(area, 0);

	must(mmap(place, PAGES * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == place, "mmap");
	*word(area, 0) = area;
}

/* Nobody has used any page since. */
static void forget(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	must(fd >= 0 && write(fd, "1", 1) == 1, "clear_refs");
	close(fd);
}

/* Linux has the others, each of another kind than the one before it; the process has not. */
static void use(unsigned long area)
{
	*word(area, 1) = area;
	for (unsigned long page = 2; page < PAGES; page++)
		must(!madvise((void *)word(area, page), PAGE, page % 2 ? MADV_POPULATE_READ :
			      MADV_POPULATE_WRITE), "MADV_POPULATE");
}

static unsigned long wrong(uint64_t added)
{
	unsigned long count = 0;

	for (unsigned long area = 0; area < AREAS; area++) {
		count += *word(area, 1) != area + added;
		count += *word(area, 0) != area;
		for (unsigned long page = 2; page < PAGES; page++)
			count += *word(area, page) != 0;
	}
	return count;
}

static void change(uint64_t added)
{
	for (unsigned long area = 0; area < AREAS; area++)
		*word(area, 1) = area + added;
}

int main(void)
{
	int go[2], status;
	char byte;
	pid_t pid;

	must(!pipe(go), "pipe");
	for (unsigned long area = 0; area < AREAS; area++)
		make(area);
	forget();
	for (unsigned long area = 0; area < AREAS; area++)
		use(area);
	pid = fork();
	if (!pid) {
		must(read(go[0], &byte, 1) == 1, "read");
		status = wrong(0);
		change(200);
		_exit(status + wrong(200));
	}
	change(100);
	must(write(go[1], "", 1) == 1, "write");
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	printf("border: child %d, parent %lu\n", status, wrong(100));
	return 0;
}
