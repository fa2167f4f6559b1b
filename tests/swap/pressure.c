/* SPDX-License-Identifier: GPL-2.0 */
/* More memory in use than there is, and swap that goes away meanwhile. */
#define _GNU_SOURCE
#include "swap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES	3
#define OUT_AT_ONCE	512UL
#define SWAP_FILE	"/mnt/swap"
#define SWAP_DISK	"/dev/vdb"

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

/* Memory that is written and looked at in no order; each page's seed is noted. */
struct user {
	void *memory;
	unsigned char *seed;
	unsigned long pages;
};

static unsigned long min_pages(unsigned long pages)
{
	return pages < OUT_AT_ONCE ? pages : OUT_AT_ONCE;
}

static unsigned long use(struct user *user, unsigned long steps)
{
	unsigned long bad = 0, page;

	for (unsigned long i = 0; i < steps && !ended; i++) {
		page = (unsigned long)random() % user->pages;
		if (i % 1024 == 0)
			page_out((char *)user->memory + page * PAGE, min_pages(user->pages - page));
		if (random() & 1)
			fill_page(user->memory, page, ++user->seed[page]);
		else
			bad += page_wrong(user->memory, page, user->seed[page]);
	}
	for (page = 0; page < user->pages; page++)
		bad += page_wrong(user->memory, page, user->seed[page]);
	return bad;
}

static void start(struct user *user, unsigned long pages, unsigned int seed)
{
	srandom(seed);
	user->pages = pages;
	user->memory = map(pages, false);
	user->seed = calloc(pages, 1);
	fill(user->memory, pages, 0);
}

static pid_t in_background(unsigned long pages, unsigned int seed, unsigned long steps)
{
	struct user user;
	pid_t child = fork();

	if (child)
		return child;
	signal(SIGTERM, end);
	start(&user, pages, seed);
	_exit(use(&user, steps) ? 1 : 0);
}

static int failed(const pid_t *child)
{
	int status, count = 0;

	for (int i = 0; i < PROCESSES; i++) {
		must(waitpid(child[i], &status, 0) == child[i], "waitpid");
		count += status != 0;
	}
	return count;
}

/* Together they have a third more than the machine. */
static void more_than_there_is(unsigned int round)
{
	struct sysinfo info;
	pid_t child[PROCESSES];
	unsigned long pages;

	sysinfo(&info);
	pages = info.totalram / PAGE * 4 / 3 / PROCESSES;
	fflush(stdout);
	for (int i = 0; i < PROCESSES; i++)
		child[i] = in_background(pages, round * 10 + i, 20000);
	printf("pressure: failed %d\n", failed(child));
}

/* All that is out must come in, while it is used and while others go out. */
static void swap_goes(const char *path, unsigned int round)
{
	pid_t child[PROCESSES];
	struct sysinfo info;
	unsigned long pages;
	int result;

	sysinfo(&info);
	pages = info.totalram / PAGE / 4;
	fflush(stdout);
	for (int i = 0; i < PROCESSES; i++)
		child[i] = in_background(pages, round * 10 + i, 1UL << 40);
	/* Some of their pages are out before it begins. */
	for (int i = 0; i < 200; i++) {
		sysinfo(&info);
		if ((info.totalswap - info.freeswap) * info.mem_unit > 4UL << 20)
			break;
		usleep(20000);
	}
	result = swapoff(path);
	usleep(200000);
	for (int i = 0; i < PROCESSES; i++)
		kill(child[i], SIGTERM);
	printf("swapoff of %s: %d, failed %d, ", path, result, failed(child));
	printf("again %d\n", swapon(path, 0));
}

void cases_of_pressure(unsigned int round)
{
	more_than_there_is(round);
	swap_goes(SWAP_FILE, round);
	swap_goes(SWAP_DISK, round);
}

/* As much memory as it is told to, for so many times: what it has got is right each time. */
void use_for(unsigned long pages, unsigned int rounds)
{
	void *memory = map(pages, false);
	unsigned long bad = 0;

	for (unsigned int round = 0; round < rounds; round++) {
		fill(memory, pages, round);
		bad += wrong(memory, pages, round);
	}
	printf("use: wrong %lu\n", bad);
}

/* Until it is told to end; what it has got stays right, and out is what it has in swap. */
void keep(unsigned long pages)
{
	void *memory = map(pages, false);
	unsigned long bad = 0, out;

	signal(SIGTERM, end);
	fill(memory, pages, 1);
	puts("keep: filled");
	do {
		usleep(50000);
		bad += wrong(memory, pages, 1);
	} while (!ended);
	/* Now: a look before a slow pass may have come before the limit. */
	out = marked(memory, pages, SWAPPED);
	printf("keep: wrong %lu, out %s\n", bad, out ? "yes" : "no");
}
