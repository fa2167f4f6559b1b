/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vDSO at another address, as for a process that was saved and comes back
 * (ARCH_MAP_VDSO_64): only if the process has none, and it can be called there.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ARCH_MAP_VDSO_64	0x2003
#define PLACE			0x500000000000UL

static const char *error(long result)
{
	return result < 0 ? strerror(errno) : "done";
}

/* The areas of /proc/self/maps with this name: unmaps them, or says where the first is. */
static unsigned long area(const char *name, int unmap)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end, first = 0;
	char line[256];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, name) || sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		first = first ?: start;
		if (unmap && munmap((void *)start, end - start))
			perror("munmap");
	}
	if (maps)
		fclose(maps);
	return first;
}

static void *symbol(unsigned long base, const char *name)
{
	const Elf64_Ehdr *header = (void *)base;
	const Elf64_Shdr *section = (void *)(base + header->e_shoff), *strings;

	for (unsigned int i = 0; i < header->e_shnum; i++) {
		const Elf64_Sym *symbols = (void *)(base + section[i].sh_offset);

		if (section[i].sh_type != SHT_DYNSYM)
			continue;
		strings = section + section[i].sh_link;
		for (unsigned long j = 0; j < section[i].sh_size / sizeof(*symbols); j++)
			if (!strcmp((char *)base + strings->sh_offset + symbols[j].st_name, name))
				return (void *)(base + symbols[j].st_value);
	}
	return NULL;
}

static void call(unsigned long base)
{
	int (*gettime)(clockid_t, struct timespec *) = symbol(base, "__vdso_clock_gettime");
	struct timespec by_call, by_vdso = { 0 };
	long apart;

	if (!gettime) {
		puts("it has no clock");
		return;
	}
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &by_call);
	printf("its clock: %d, ", gettime(CLOCK_MONOTONIC, &by_vdso));
	apart = (by_vdso.tv_sec - by_call.tv_sec) * 1000000000L + by_vdso.tv_nsec - by_call.tv_nsec;
	puts(apart >= 0 && apart < 1000000000L ? "right" : "wrong");
}

int main(void)
{
	long size;

	setvbuf(stdout, NULL, _IONBF, 0);
	size = syscall(SYS_arch_prctl, ARCH_MAP_VDSO_64, PLACE);
	printf("a second one: %s\n", error(size));
	area("[vvar", 1);
	area("[vdso]", 1);
	printf("none: %s\n", area("[vdso]", 0) ? "there" : "gone");
	size = syscall(SYS_arch_prctl, ARCH_MAP_VDSO_64, PLACE);
	printf("elsewhere: %s\n", error(size));
	if (size <= 0)
		return 1;
	printf("its size: %s\n", size % 4096 || size > 65536 ? "wrong" : "whole pages");
	printf("its place: %s\n", area("[vv", 0) == PLACE || area("[vdso]", 0) == PLACE ?
	       "as asked" : "another");
	call(area("[vdso]", 0));
	return 0;
}
