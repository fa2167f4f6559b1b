/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is swapped out and comes back. Swap must be on. What it prints is
 * the same on each kernel that keeps what it was given.
 */
#define _GNU_SOURCE
#include "swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

void must(bool holds, const char *what)
{
	if (holds)
		return;
	printf("swap: %s: %m\n", what);
	fflush(stdout);
	exit(99);
}

void *map(unsigned long pages, bool shared)
{
	void *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			    MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);

	must(memory != MAP_FAILED, "mmap");
	return memory;
}

static unsigned long word(unsigned long page, unsigned long at, unsigned long seed)
{
	return (page * WORDS + at + 1) * 0x9e3779b97f4a7c15UL ^ seed;
}

void fill_page(void *memory, unsigned long page, unsigned long seed)
{
	unsigned long *words = (unsigned long *)memory + page * WORDS;

	for (unsigned long i = 0; i < WORDS; i += 8)
		words[i] = word(page, i, seed);
}

void fill(void *memory, unsigned long pages, unsigned long seed)
{
	for (unsigned long page = 0; page < pages; page++)
		fill_page(memory, page, seed);
}

bool page_wrong(const void *memory, unsigned long page, unsigned long seed)
{
	const unsigned long *words = (const unsigned long *)memory + page * WORDS;

	for (unsigned long i = 0; i < WORDS; i += 8)
		if (words[i] != word(page, i, seed))
			return true;
	return false;
}

unsigned long wrong(const void *memory, unsigned long pages, unsigned long seed)
{
	unsigned long count = 0;

	for (unsigned long page = 0; page < pages; page++)
		count += page_wrong(memory, page, seed);
	return count;
}

static const char *group;	/* this process's, a folder of cgroup2, or NULL */

/* Written to swap the pages are still in memory, until the group has to give some back. */
static void drop_copies(unsigned long pages)
{
	char path[256], bytes[32];
	int fd, length;

	if (!group)
		return;
	snprintf(path, sizeof(path), "%s/memory.reclaim", group);
	fd = open(path, O_WRONLY);
	must(fd >= 0, path);
	length = snprintf(bytes, sizeof(bytes), "%lu", pages * PAGE);
	/* If there are not so many, all there are have gone. */
	must(write(fd, bytes, length) == length || errno == EAGAIN, path);
	close(fd);
}

void page_out(void *memory, unsigned long pages)
{
	must(!madvise(memory, pages * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
	drop_copies(pages);
}

unsigned long resident(void *memory, unsigned long pages)
{
	unsigned char *there = malloc(pages);
	unsigned long count = 0;

	must(!mincore(memory, pages * PAGE, there), "mincore");
	for (unsigned long page = 0; page < pages; page++)
		count += there[page] & 1;
	free(there);
	return count;
}

unsigned long marked(const void *memory, unsigned long pages, unsigned int bit)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	unsigned long count = 0;
	uint64_t entry;

	for (unsigned long page = 0; page < pages; page++) {
		must(pread(fd, &entry, 8, ((uintptr_t)memory / PAGE + page) * 8) == 8, "pagemap");
		count += entry >> bit & 1;
	}
	close(fd);
	return count;
}

void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	must(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value), path);
	close(fd);
}

long number(const char *path)
{
	FILE *file = fopen(path, "r");
	long value;

	must(file && fscanf(file, "%ld", &value) == 1, path);
	fclose(file);
	return value;
}

int in_child(int (*function)(void *), void *argument)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (!child) {
		status = function(argument);
		fflush(stdout);
		_exit(status);
	}
	must(child > 0 && waitpid(child, &status, 0) == child, "a child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static unsigned long argument(char **argv, int number)
{
	must(argv[number], "an argument is missing");
	return strtoul(argv[number], NULL, 0);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(name, "memory") || !strcmp(name, "sharing"))
		group = argv[2];
	if (!strcmp(name, "memory"))
		cases_of_memory();
	else if (!strcmp(name, "sharing"))
		cases_of_sharing();
	else if (!strcmp(name, "pressure"))
		cases_of_pressure(argument(argv, 2));
	else if (!strcmp(name, "use"))
		use_for(argument(argv, 2), argument(argv, 3));
	else if (!strcmp(name, "prefer") && argc == 3)
		must(!swapon(argv[2], SWAP_FLAG_PREFER | 9), "swapon");
	else if (!strcmp(name, "keep"))
		keep(argument(argv, 2));
	else
		must(false, "memory GROUP, sharing GROUP, pressure ROUND, use PAGES ROUNDS, keep PAGES or prefer DEVICE");
	return 0;
}
