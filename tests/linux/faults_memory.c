/* SPDX-License-Identifier: GPL-2.0 */
/* Loads, stores and jumps to where there is nothing, or nothing for us. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults.h"

#define PAGE	4096UL

static const char constant[PAGE] __attribute__((aligned(4096))) = "constant";
static char variable[PAGE] __attribute__((aligned(4096))) = "\xc3";

static void load(uint64_t address)
{
	*(volatile char *)address;
}

static void store(uint64_t address)
{
	*(volatile char *)address = 1;
}

static void jump(uint64_t address)
{
	asm volatile("jmp *%0" : : "r" (address));
}

static void call(uint64_t address)
{
	((void (*)(void))address)();
}

/* The bus lock of a read-modify-write must not make a read of it. */
static void add(uint64_t address)
{
	asm volatile("lock addl $1, (%0)" : : "r" (address) : "memory", "cc");
}

static void load_wide(uint64_t address)
{
	asm volatile("movups (%0), %%xmm0" : : "r" (address));
}

static void prefetch(uint64_t address)
{
	asm volatile("prefetcht0 (%0)" : : "r" (address));
}

static char *map(int protection)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(page, 0xc3, 2 * PAGE);
	mprotect(page, 2 * PAGE, protection);
	return page;
}

static void load_none(uint64_t unused)
{
	(void)unused;
	load((uintptr_t)map(PROT_NONE));
}

static void store_read_only(uint64_t unused)
{
	(void)unused;
	store((uintptr_t)map(PROT_READ));
}

static void jump_data(uint64_t unused)
{
	(void)unused;
	call((uintptr_t)map(PROT_READ | PROT_WRITE));
}

static void jump_made_executable(uint64_t unused)
{
	(void)unused;
	call((uintptr_t)map(PROT_READ | PROT_EXEC));
}

static void jump_stack(uint64_t unused)
{
	volatile unsigned char code[16] = { 0xc3 };

	(void)unused;
	call((uintptr_t)code);
}

static void load_unmapped(uint64_t unused)
{
	char *page = map(PROT_READ);

	(void)unused;
	load((uintptr_t)page);
	munmap(page, 2 * PAGE);
	load((uintptr_t)page);
}

static void store_after_protect(uint64_t unused)
{
	char *page = map(PROT_READ | PROT_WRITE);

	(void)unused;
	store((uintptr_t)page);
	mprotect(page, PAGE, PROT_READ);
	store((uintptr_t)page);
}

/* Beyond the end of a mapped file there is no page to give: SIGBUS. */
static void beyond_file(uint64_t offset)
{
	int file = memfd_create("short", 0);
	char *pages;

	if (ftruncate(file, PAGE) < 0)
		return;
	pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	load((uintptr_t)pages);
	store((uintptr_t)pages + offset);
}

static void shrunk_file(uint64_t unused)
{
	int file = memfd_create("shrinks", 0);
	char *pages;

	(void)unused;
	if (ftruncate(file, 2 * PAGE) < 0)
		return;
	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	store((uintptr_t)pages + PAGE);
	if (ftruncate(file, PAGE) < 0)
		return;
	load((uintptr_t)pages + PAGE);
}

static void across_pages(uint64_t unused)
{
	char *page = map(PROT_READ);

	(void)unused;
	munmap(page + PAGE, PAGE);
	load_wide((uintptr_t)page + PAGE - 8);
}

#define ADDRESS(x) ((uint64_t)(uintptr_t)(x))
#define AT(name, address)						\
	{ "load " name, load, address }, { "store " name, store, address }, \
	{ "jump " name, jump, address }

const struct fault_case memory_cases[] = {
	AT("0", 0),
	{ "call 0", call, 0 },
	AT("0x10", 0x10),
	AT("physical map of the microkernel", 0xffff800000000000),
	AT("image of the microkernel", 0xffff804000000000),
	AT("last page of the microkernel", 0xffff807ffffff000),
	AT("behind the microkernel", 0xffff808000000000),
	AT("direct map", 0xffff888000000000),
	AT("direct map 1M", 0xffff888000100000),
	AT("vmalloc", 0xffffc90000000000),
	AT("image of Linux", 0xffffffff81000000),
	AT("UTCB", 0xfffffffff8000000),
	AT("last byte", 0xffffffffffffffff),
	AT("end of user space", 0x7ffffffff000),
	AT("last user page", 0x7fffffffe000),
	AT("non-canonical", 0x800000000000),
	AT("non-canonical top", 0xffff7fffffffffff),
	AT("bit 63", 1UL << 63),
	{ "add 0", add, 0 },
	{ "add read-only", add, ADDRESS(constant) },
	{ "add image of Linux", add, 0xffffffff81000000 },
	{ "load wide at the border", load_wide, 0x7fffffffeff8 },
	{ "prefetch image of Linux", prefetch, 0xffffffff81000000 },
	{ "store constant", store, ADDRESS(constant) },
	{ "store text", store, ADDRESS(load) },
	{ "jump constant", jump, ADDRESS(constant) },
	{ "jump variable", jump, ADDRESS(variable) },
	{ "load none", load_none, 0 },
	{ "store read-only", store_read_only, 0 },
	{ "jump data", jump_data, 0 },
	{ "jump made executable", jump_made_executable, 0 },
	{ "jump stack", jump_stack, 0 },
	{ "load unmapped", load_unmapped, 0 },
	{ "store after protect", store_after_protect, 0 },
	{ "beyond file", beyond_file, PAGE },
	{ "beyond file far", beyond_file, 3 * PAGE },
	{ "within file", beyond_file, 8 },
	{ "shrunk file", shrunk_file, 0 },
	{ "across pages", across_pages, 0 },
	{ 0 },
};
