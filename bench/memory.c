/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page faults, mappings made, changed and removed, and copying. A call of the
 * fault operations and of mprotect is one page; a call of mmap_N maps and
 * unmaps N bytes.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

#define PAGES		64
#define COPY_SIZE	(4 << 20)

static unsigned int size;	/* of a mapping, in KiB */
static char *area, *copy;

static char *map_anonymous(size_t bytes)
{
	char *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(address != MAP_FAILED);
	return address;
}

static bool set_size(unsigned int kilobytes)
{
	size = kilobytes * 1024;
	return true;
}

static bool make_area(unsigned int unused)
{
	area = map_anonymous(PAGES * PAGE);
	memset(area, 1, PAGES * PAGE);
	return true;
}

static void free_area(void)
{
	munmap(area, PAGES * PAGE);
}

static bool make_copy(unsigned int unused)
{
	area = malloc(COPY_SIZE);
	copy = malloc(COPY_SIZE);
	CHECK(area && copy);
	memset(area, 1, COPY_SIZE);
	return true;
}

static void free_copy(void)
{
	free(area);
	free(copy);
}

static void touch(char *address, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		((volatile char *)address)[i] = 1;
}

/* The mapping and unmapping around many faults costs little beside them. */
static void fault_run(unsigned int calls)
{
	char *address = map_anonymous(calls * PAGE);

	touch(address, calls * PAGE);
	munmap(address, calls * PAGE);
}

/* Pages of the page cache; each is mapped when one around it is read. */
static void file_fault_run(unsigned int calls)
{
	volatile char *address = mmap(NULL, calls * PAGE, PROT_READ,
				      MAP_SHARED, bench_fd, 0);

	CHECK(address != MAP_FAILED);
	for (unsigned int i = 0; i < calls; i++)
		address[i * PAGE];
	munmap((void *)address, calls * PAGE);
}

static void mmap_run(unsigned int calls)
{
	while (calls--)
		munmap(map_anonymous(size), size);
}

static void mmap_touch_run(unsigned int calls)
{
	while (calls--) {
		char *address = map_anonymous(size);

		touch(address, size);
		munmap(address, size);
	}
}

/* Pages that are present lose and regain the right to be written. */
static void mprotect_run(unsigned int calls)
{
	for (; calls; calls -= PAGES) {
		CHECK(!mprotect(area, PAGES * PAGE, PROT_READ));
		CHECK(!mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE));
		touch(area, PAGES * PAGE);
	}
}

static void copy_run(unsigned int calls)
{
	while (calls--) {
		memcpy(copy, area, COPY_SIZE);
		asm volatile("" ::: "memory");
	}
}

const struct op memory_ops[] = {
	{ "page_fault", 100, .run = fault_run },
	{ "file_fault", 256, 0, 0, open_file, file_fault_run, close_file },
	{ "mmap_4k", 20, 0, 4, set_size, mmap_run },
	{ "mmap_64k", 20, 0, 64, set_size, mmap_run },
	{ "mmap_1m", 20, 0, 1024, set_size, mmap_run },
	{ "mmap_64m", 20, 0, 65536, set_size, mmap_run },
	{ "mmap_touch_64k", 4, 0, 64, set_size, mmap_touch_run },
	{ "mmap_touch_1m", 1, 0, 1024, set_size, mmap_touch_run },
	{ "mmap_touch_64m", 1, 2, 65536, set_size, mmap_touch_run },
	{ "mprotect", 256, 0, 0, make_area, mprotect_run, free_area },
	{ "memory_copy", 1, 0, 0, make_copy, copy_run, free_copy },
	{}
};
