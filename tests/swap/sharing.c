/* SPDX-License-Identifier: GPL-2.0 */
/* Swapped-out memory that several processes have: by fork, as shared memory, merged by KSM. */
#define _GNU_SOURCE
#include "swap.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES	1024UL
#define CHILDREN 4
#define KSM	"/sys/kernel/mm/ksm/"

/* Finds the parent's contents, writes its own, and swaps them out, too. */
static int child_writes(void *memory)
{
	unsigned long found = wrong(memory, PAGES, 21);

	for (unsigned long page = 0; page < PAGES; page += 2)
		fill_page(memory, page, 22);
	page_out(memory, PAGES);
	for (unsigned long page = 1; page < PAGES; page += 2)
		fill_page(memory, page, 22);
	return found || wrong(memory, PAGES, 22);
}

static int grandchild(void *memory)
{
	page_out(memory, PAGES);
	return in_child(child_writes, memory) || wrong(memory, PAGES, 21);
}

static void forked(void)
{
	void *memory = map(PAGES, false);
	int failed = 0, status;

	fill(memory, PAGES, 21);
	page_out(memory, PAGES);
	printf("fork: child %d, ", in_child(child_writes, memory));
	printf("wrong %lu\n", wrong(memory, PAGES, 21));
	page_out(memory, PAGES);
	printf("fork: grandchild %d, ", in_child(grandchild, memory));
	printf("wrong %lu\n", wrong(memory, PAGES, 21));

	page_out(memory, PAGES);
	fflush(stdout);
	for (int i = 0; i < CHILDREN; i++)
		if (!fork())
			_exit(child_writes(memory));
	for (unsigned long page = 0; page < PAGES; page += 3)
		fill_page(memory, page, 21);
	for (int i = 0; i < CHILDREN; i++) {
		wait(&status);
		failed += status != 0;
	}
	printf("fork: %d children, failed %d, wrong %lu\n", CHILDREN, failed,
	       wrong(memory, PAGES, 21));
	munmap(memory, PAGES * PAGE);
}

static int child_shares(void *memory)
{
	unsigned long found = wrong(memory, PAGES, 23);

	page_out(memory, PAGES);
	fill(memory, PAGES, 24);
	page_out(memory, PAGES);
	return found != 0;
}

static void shared(void)
{
	void *memory = map(PAGES, true);

	fill(memory, PAGES, 23);
	page_out(memory, PAGES);
	printf("shared: child %d, ", in_child(child_shares, memory));
	printf("wrong %lu\n", wrong(memory, PAGES, 24));
	munmap(memory, PAGES * PAGE);
}

static int child_of_merged(void *memory)
{
	unsigned char *bytes = memory;
	unsigned long bad = 0;

	for (unsigned long page = 0; page < PAGES; page += 2)
		bytes[page * PAGE] = 1;
	page_out(memory, PAGES);
	for (unsigned long page = 0; page < PAGES; page++)
		bad += bytes[page * PAGE] != (page & 1 ? 0x5a : 1) || bytes[page * PAGE + 9] != 0x5a;
	return bad != 0;
}

static unsigned long not_same(const unsigned char *bytes)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < PAGES * PAGE; i++)
		bad += bytes[i] != 0x5a;
	return bad;
}

static void merged(void)
{
	unsigned char *memory = map(PAGES, false);

	memset(memory, 0x5a, PAGES * PAGE);
	must(!madvise(memory, PAGES * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	set(KSM "pages_to_scan", "4096");
	set(KSM "sleep_millisecs", "10");
	set(KSM "run", "1");
	for (int i = 0; i < 1000 && number(KSM "pages_sharing") < (long)PAGES * 9 / 10; i++)
		usleep(20000);
	printf("merged: %s, wrong %lu\n",
	       number(KSM "pages_sharing") >= (long)PAGES * 9 / 10 ? "yes" : "no", not_same(memory));
	page_out(memory, PAGES);
	printf("merged: out and in, wrong %lu\n", not_same(memory));
	printf("merged: child %d, wrong %lu\n", in_child(child_of_merged, memory),
	       not_same(memory));
	memory[PAGE] = 1;
	printf("merged: one written, wrong %lu\n", not_same(memory));
	memory[PAGE] = 0x5a;
	set(KSM "run", "2");
	printf("merged: all apart, sharing %ld, wrong %lu\n", number(KSM "pages_sharing"),
	       not_same(memory));
	set(KSM "run", "0");
	munmap(memory, PAGES * PAGE);
}

void cases_of_sharing(void)
{
	forked();
	shared();
	merged();
}
