/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for a server: blocks of 2^order bytes, at addresses that are multiples
 * of their size. They come from a memory server: whoever serves sigma0's
 * protocol. Freed blocks are kept for the next who asks. One thread of a task
 * does all of this; there is no lock.
 */
#ifndef L4_PAGES_H
#define L4_PAGES_H

#include <l4/sigma0.h>
#include <l4/calls.h>

/* Where blocks appear; everything else below L4_IMAGE_LOW is the server's own choice. */
#define L4_PAGES_LOW	0x0000600000000000UL
#define L4_PAGES_HIGH	0x0000680000000000UL

/* A zeroed block of the parent's memory, or NULL. */
void *l4_pages_alloc(unsigned int order);
void l4_pages_free(void *block, unsigned int order);

/* A range of addresses, nothing mapped in it: for windows and guests' memory. 0: none left. */
l4_word_t l4_pages_reserve(unsigned int order);

/*
 * A block from the memory server `server', mapped at `address', not zeroed and
 * not remembered here. *physical, if wanted: where devices find it.
 */
long l4_memory_request(l4_cap_t server, unsigned int order, l4_word_t address,
		       l4_word_t *physical);

/* From the parent: I/O ports; a block of device memory, mapped at the returned address (0: no) */
long l4_ports_request(unsigned int first, unsigned int last);
void *l4_device_request(l4_word_t physical, unsigned int order);

/* The smallest order of a block with `size' bytes. */
static inline unsigned int l4_pages_order(l4_word_t size)
{
	return size <= L4_PAGE_SIZE ? L4_PAGE_SHIFT : 64 - __builtin_clzl(size - 1);
}

#endif
