/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that come, go and change their memory: fork, exec, mmap, mprotect,
 * munmap, pages that are shared until one writes. Each compares what it reads
 * with what it wrote. churn SECONDS
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGES	48
#define PAGE	4096UL

static unsigned long wrong;

static uint64_t *map(void)
{
	void *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		exit(2);
	return memory;
}

static void fill(uint64_t *memory, uint64_t seed)
{
	for (unsigned long i = 0; i < PAGES; i++)
		memory[i * PAGE / 8 + i] = seed * 1000 + i;
}

static void check(const uint64_t *memory, uint64_t seed, unsigned long begin, unsigned long end)
{
	for (unsigned long i = begin; i < end; i++)
		if (memory[i * PAGE / 8 + i] != seed * 1000 + i)
			wrong++;
}

static void child(uint64_t *memory, uint64_t seed)
{
	char number[32];

	check(memory, seed, 0, PAGES);
	fill(memory, ~seed);
	check(memory, ~seed, 0, PAGES);
	if (wrong)
		_exit(1);
	if (seed % 3)
		_exit(0);
	snprintf(number, sizeof(number), "%lu", (unsigned long)seed);
	execl("/proc/self/exe", "churn", "-", number, NULL);
	_exit(3);
}

static void turn(uint64_t seed)
{
	uint64_t *memory = map();
	int status;
	pid_t pid;

	fill(memory, seed);
	pid = fork();
	if (!pid)
		child(memory, seed);
	check(memory, seed, 0, PAGES / 2);
	if (waitpid(pid, &status, 0) != pid || status)
		wrong++;
	check(memory, seed, 0, PAGES);
	munmap(memory, PAGES / 2 * PAGE);
	mprotect(memory + PAGES / 2 * PAGE / 8, PAGES / 4 * PAGE, PROT_READ);
	check(memory, seed, PAGES / 2, PAGES);
	munmap(memory, PAGES * PAGE);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atol(argv[1]) : 1);
	unsigned long turns = 0;

	if (argc == 3) {
		fill(map(), atol(argv[2]));
		return 0;
	}
	while (time(NULL) < end)
		turn(turns++);
	printf("churn: %lu wrong\n", turns ? wrong : 1);
	return wrong != 0;
}
