/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a read of a block of 4 KiB of a file costs, PATH: one that is in a cache, whosever. Each of
 * 64 blocks is read in turn; prints the smallest and the median number of ticks.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <x86intrin.h>

#define BLOCK	4096
#define BLOCKS	64
#define ROUNDS	1000

static char block[BLOCK];
static unsigned long ticks[ROUNDS];

static int compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int file = argc == 2 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;

	for (unsigned int i = 0; i < BLOCKS; i++) {
		if (pwrite(file, block, BLOCK, i * BLOCK) != BLOCK) {
			perror("PATH");
			return 1;
		}
	}
	fsync(file);
	for (unsigned int i = 0; i < BLOCKS + ROUNDS; i++) {
		unsigned long begin = __rdtsc();

		if (pread(file, block, BLOCK, i % BLOCKS * BLOCK) != BLOCK)
			return 1;
		if (i >= BLOCKS)
			ticks[i - BLOCKS] = __rdtsc() - begin;
	}
	qsort(ticks, ROUNDS, sizeof(*ticks), compare);
	printf("%lu %lu\n", ticks[0], ticks[ROUNDS / 2]);
	return 0;
}
