/* SPDX-License-Identifier: GPL-2.0 */
/* Swapped-out memory of one process, by each way of reaching or changing it. */
#define _GNU_SOURCE
#include "swap.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES	2048UL

static void page_out_and_in(void)
{
	void *memory = map(PAGES, false);

	for (unsigned long round = 1; round <= 3; round++) {
		fill(memory, PAGES, round);
		page_out(memory, PAGES);
		printf("page out: out %s, ",
		       marked(memory, PAGES, SWAPPED) >= PAGES * 9 / 10 ? "yes" : "no");
		printf("wrong %lu\n", wrong(memory, PAGES, round));
	}
	/* Clean pages whose copy is in swap, and pages written after they came back. */
	page_out(memory, PAGES);
	for (unsigned long page = 0; page < PAGES; page += 2)
		fill_page(memory, page, 3);
	page_out(memory, PAGES);
	printf("page out: again, wrong %lu\n", wrong(memory, PAGES, 3));
	munmap(memory, PAGES * PAGE);
}

static void by_the_kernel(void)
{
	unsigned char *memory = map(PAGES, false), *other = map(PAGES, false);
	int fd = memfd_create("swap", 0);

	fill(memory, PAGES, 7);
	page_out(memory, PAGES);
	must(write(fd, memory, PAGES * PAGE) == (ssize_t)(PAGES * PAGE), "write");
	fill(memory, PAGES, 8);
	page_out(memory, PAGES);
	must(pread(fd, memory, PAGES * PAGE, 0) == (ssize_t)(PAGES * PAGE), "read");
	printf("by the kernel: read and written, wrong %lu\n", wrong(memory, PAGES, 7));
	page_out(memory, PAGES);
	fill(other, PAGES, 9);
	page_out(other, PAGES);
	close(fd);
	fd = open("/proc/self/mem", O_RDWR);
	must(pread(fd, other, PAGES * PAGE, (uintptr_t)memory) == (ssize_t)(PAGES * PAGE), "mem");
	printf("by the kernel: through mem, wrong %lu\n", wrong(other, PAGES, 7));
	close(fd);
	munmap(memory, PAGES * PAGE);
	munmap(other, PAGES * PAGE);
}

static void changed_mappings(void)
{
	unsigned char *memory = map(PAGES, false), *moved;
	unsigned long zero = 0;

	fill(memory, PAGES, 11);
	page_out(memory, PAGES);
	must(!mprotect(memory, PAGES * PAGE, PROT_READ), "mprotect");
	printf("changed: read-only, wrong %lu\n", wrong(memory, PAGES, 11));
	must(!mprotect(memory, PAGES * PAGE, PROT_READ | PROT_WRITE), "mprotect");
	page_out(memory, PAGES);
	moved = mremap(memory, PAGES * PAGE, 2 * PAGES * PAGE, MREMAP_MAYMOVE);
	must(moved != MAP_FAILED, "mremap");
	printf("changed: moved, wrong %lu\n", wrong(moved, PAGES, 11));
	page_out(moved, PAGES);
	must(!madvise(moved, PAGES / 2 * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
	for (unsigned long i = 0; i < PAGES / 2 * PAGE; i += PAGE)
		zero += !moved[i];
	printf("changed: given away %lu, wrong %lu\n", zero, wrong(moved, PAGES, 11));
	munmap(moved, 2 * PAGES * PAGE);
}

/* Locked pages stay, and what was out comes back when it is locked. */
static void locked(void)
{
	const unsigned long pages = PAGES / 4;
	void *memory = map(pages, false);

	fill(memory, pages, 13);
	must(!mlock(memory, pages * PAGE), "mlock");
	printf("locked: page out %d, ", madvise(memory, pages * PAGE, MADV_PAGEOUT));
	printf("there %lu, out %lu\n", resident(memory, pages), marked(memory, pages, SWAPPED));
	must(!munlock(memory, pages * PAGE), "munlock");
	page_out(memory, pages);
	printf("locked: unlocked, out %s\n", marked(memory, pages, SWAPPED) ? "yes" : "no");
	must(!mlock(memory, pages * PAGE), "mlock");
	printf("locked: again, there %lu, out %lu, wrong %lu\n", resident(memory, pages),
	       marked(memory, pages, SWAPPED), wrong(memory, pages, 13));
	munmap(memory, pages * PAGE);
}

static void soft_dirty_pages(void)
{
	void *memory = map(PAGES, false);
	unsigned long bad;

	fill(memory, PAGES, 17);
	printf("soft-dirty: all %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	set("/proc/self/clear_refs", "4");
	printf("cleared %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	bad = wrong(memory, PAGES, 17);
	printf("read %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	for (unsigned long page = 0; page < PAGES; page += 3)
		fill_page(memory, page, 17);
	printf("written %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	page_out(memory, PAGES);
	printf("out %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	bad += wrong(memory, PAGES, 17);
	printf("in %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	page_out(memory, PAGES);
	set("/proc/self/clear_refs", "4");
	printf("cleared while out %lu, ", marked(memory, PAGES, SOFT_DIRTY));
	for (unsigned long page = 0; page < PAGES; page += 5)
		fill_page(memory, page, 17);
	printf("written %lu\n", marked(memory, PAGES, SOFT_DIRTY));
	printf("soft-dirty: wrong %lu\n", bad + wrong(memory, PAGES, 17));
	munmap(memory, PAGES * PAGE);
}

void cases_of_memory(void)
{
	page_out_and_in();
	by_the_kernel();
	changed_mappings();
	locked();
	soft_dirty_pages();
}
