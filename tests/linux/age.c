/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accessed bits: cleared by /proc/PID/clear_refs, they say what was used since,
 * to the page, whoever uses it. Each line can be compared between two kernels.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES	1024
#define PAGE	4096
#define SIZE	((unsigned long)PAGES * PAGE)

static volatile unsigned char *memory;

static long referenced(void)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	bool here = false;
	char line[512];
	long kilobytes;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (unsigned long)memory && (unsigned long)memory < end;
		else if (here && sscanf(line, "Referenced: %ld", &kilobytes) == 1)
			break;
	}
	if (!file || !here)
		exit(1);
	fclose(file);
	return kilobytes;
}

/* Another process runs in between: what a TLB still knows is forgotten. */
static void another_runs(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

static void clear(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, "1", 1) != 1)
		exit(1);
	close(fd);
}

static unsigned long use(unsigned int step, bool write)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < PAGES; i += step)
		if (write)
			memory[(unsigned long)i * PAGE]++;
		else
			sum += memory[(unsigned long)i * PAGE];
	return sum;
}

static void report(const char *name, long cleared)
{
	printf("%s: cleared %ld used again %ld\n", name, cleared, referenced());
	fflush(stdout);
}

static void by_itself(const char *name, unsigned int step, bool write)
{
	long cleared;

	clear("/proc/self/clear_refs");
	another_runs();
	cleared = referenced();
	use(step, write);
	report(name, cleared);
}

/* Twice without anyone between clearing and use: the current process's own pages. */
static void at_once(void)
{
	clear("/proc/self/clear_refs");
	clear("/proc/self/clear_refs");
	use(1, true);
	another_runs();
	use(1, true);
	report("at once", 0);
}

static void by_the_kernel(void)
{
	int zero = open("/dev/zero", O_RDONLY);

	clear("/proc/self/clear_refs");
	another_runs();
	for (unsigned int i = 0; i < PAGES; i += 8)
		if (read(zero, (void *)(memory + (unsigned long)i * PAGE + 8), 8) != 8)
			exit(1);
	close(zero);
	report("by the kernel", 0);
}

static void *thread(void *unused)
{
	(void)unused;
	use(4, true);
	return NULL;
}

static void by_a_thread(void)
{
	pthread_t id;

	clear("/proc/self/clear_refs");
	another_runs();
	pthread_create(&id, NULL, thread, NULL);
	pthread_join(id, NULL);
	report("by a thread", 0);
}

/* DAMON and the reclaim look at others' tables in the same way. */
static void cleared_by_another(void)
{
	pid_t child = fork();
	char path[64];

	if (!child) {
		snprintf(path, sizeof(path), "/proc/%d/clear_refs", getppid());
		clear(path);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	use(16, false);
	report("cleared by another", 0);
}

static void in_a_child(void)
{
	pid_t child = fork();

	if (!child) {
		use(1, false);
		by_itself("child", 32, false);
		by_itself("child writes", 2, true);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	by_itself("parent of a child", 2, true);
}

/* Between pages that nobody may touch: with what lies beside it, it would be one mapping. */
static void map(int flags, int fd)
{
	unsigned char *room = mmap(NULL, SIZE + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);

	memory = mmap(room + PAGE, SIZE, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, 0);
	if (memory == MAP_FAILED)
		exit(1);
}

static void all_of(const char *name)
{
	printf("%s: touched", name);
	use(1, true);
	printf(" %ld\n", referenced());
	for (int i = 0; i < 3; i++) {
		by_itself("all", 1, true);
		by_itself("all read", 1, false);
		by_itself("one of 32", 32, false);
		by_itself("one of 17", 17, true);
	}
	at_once();
	by_the_kernel();
	by_a_thread();
	cleared_by_another();
	in_a_child();
	printf("%s: contents %lu\n", name, use(1, false));
}

int main(void)
{
	int fd = memfd_create("age", 0);

	if (fd < 0 || ftruncate(fd, SIZE))
		return 1;
	map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	all_of("private");
	map(MAP_SHARED, fd);
	all_of("shared");
	return 0;
}
