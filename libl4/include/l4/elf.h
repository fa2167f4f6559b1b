/* SPDX-License-Identifier: GPL-2.0 */
/* Reading 64-bit ELF programs of x86-64 that nobody vouches for. */
#ifndef L4_ELF_H
#define L4_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <l4/types.h>

#define ELF_SEGMENTS	16

struct elf_segment {
	l4_word_t address;		/* where it is placed */
	l4_word_t offset;		/* in the file */
	l4_word_t file_size;
	l4_word_t memory_size;		/* the rest after file_size is zero */
	bool executable;
	bool writable;
};

struct elf_image {
	l4_word_t entry;
	l4_word_t start;		/* lowest address of any segment */
	l4_word_t end;			/* behind the highest */
	unsigned int count;
	struct elf_segment segment[ELF_SEGMENTS];
};

/*
 * Check `file' and describe in *image what is to be loaded. Everything lies
 * between `low' and `high'. Returns NULL, or what is wrong: the end of a
 * sentence about the file.
 *
 * elf_parse places a program's segments at their virtual addresses (p_vaddr).
 * elf_parse_kernel places a kernel's at `low' + their physical ones (p_paddr):
 * it may be linked at other addresses than it is loaded to, as what is there
 * once for each CPU. The entry point is
 * an address as they are placed.
 */
const char *elf_parse(const void *file, size_t size, l4_word_t low, l4_word_t high,
		      struct elf_image *image);
const char *elf_parse_kernel(const void *file, size_t size, l4_word_t low, l4_word_t high,
			     struct elf_image *image);

/* Load the image; `to' is where address `base' is, with room up to image->end. */
void elf_load(const void *file, const struct elf_image *image, l4_word_t base, void *to);

#endif
