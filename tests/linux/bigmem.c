/* SPDX-License-Identifier: GPL-2.0 */
/* A process of 300 MB on a machine of 512: every page written and read back. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE	(300UL << 20)
#define PAGE	4096UL

static uint64_t pattern(uint64_t page)
{
	return page * 0x9e3779b97f4a7c15 + 1;
}

static void fill(char *memory, unsigned long from, unsigned long to, uint64_t salt)
{
	for (unsigned long at = from; at < to; at += PAGE) {
		*(uint64_t *)(memory + at) = pattern(at) ^ salt;
		*(uint64_t *)(memory + at + PAGE - 8) = ~pattern(at) ^ salt;
	}
}

static unsigned long wrong(const char *memory, unsigned long from, unsigned long to,
			   uint64_t salt)
{
	unsigned long count = 0;

	for (unsigned long at = from; at < to; at += PAGE) {
		count += *(uint64_t *)(memory + at) != (pattern(at) ^ salt);
		count += *(uint64_t *)(memory + at + PAGE - 8) != (~pattern(at) ^ salt);
	}
	return count;
}

/* The child's copies of a tenth must not show in the parent. */
static void copies(char *memory)
{
	int status;
	pid_t child = fork();

	if (!child) {
		fill(memory, 0, SIZE / 10, 42);
		_exit(wrong(memory, 0, SIZE / 10, 42) + wrong(memory, SIZE / 10, SIZE, 0) != 0);
	}
	waitpid(child, &status, 0);
	printf("bigmem: child status %d, parent %lu wrong\n", status,
	       wrong(memory, 0, SIZE, 0));
}

int main(void)
{
	char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	fill(memory, 0, SIZE, 0);
	printf("bigmem: %lu wrong\n", wrong(memory, 0, SIZE, 0));
	fflush(stdout);
	copies(memory);
	madvise(memory, SIZE / 2, MADV_DONTNEED);
	printf("bigmem: given back %d, rest %lu wrong\n", memory[0] == 0 && memory[SIZE / 4] == 0,
	       wrong(memory, SIZE / 2, SIZE, 0));
	munmap(memory, SIZE / 2);
	memory = mremap(memory + SIZE / 2, SIZE / 2, SIZE, MREMAP_MAYMOVE);
	if (memory == MAP_FAILED)
		return 1;
	printf("bigmem: moved, new half %s\n", memory[SIZE - 1] ? "wrong" : "zero");
	return 0;
}
