/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory in blocks. A free block's first word points to the next one of its
 * order; blocks are neither split nor joined. Addresses are handed out once.
 */
#include <l4/pages.h>
#include <l4/server.h>

#define ORDER_LIMIT	40

static l4_word_t next_address = L4_PAGES_LOW;
static void *free_blocks[ORDER_LIMIT];

l4_word_t l4_pages_reserve(unsigned int order)
{
	l4_word_t address;

	if (order >= ORDER_LIMIT)
		return 0;
	address = l4_round_up(next_address, 1UL << order);
	if (address + (1UL << order) > L4_PAGES_HIGH)
		return 0;
	next_address = address + (1UL << order);
	return address;
}

long l4_memory_request(l4_cap_t server, unsigned int order, l4_word_t address,
		       l4_word_t *physical)
{
	return l4_sigma0_request(l4_utcb(), server, L4_SIGMA0_MEM, order, 0,
				 l4_fpage_mem(address, order, L4_RIGHTS_ALL), physical);
}

void *l4_pages_alloc(unsigned int order)
{
	l4_word_t before = next_address;
	void *block;

	if (order < L4_PAGE_SHIFT || order >= ORDER_LIMIT)
		return NULL;
	block = free_blocks[order];
	if (block) {
		free_blocks[order] = *(void **)block;
	} else {
		block = (void *)l4_pages_reserve(order);
		if (!block || l4_memory_request(L4_CAP_PARENT, order, (l4_word_t)block, NULL)) {
			next_address = before;
			return NULL;
		}
	}
	return memset(block, 0, 1UL << order);
}

void l4_pages_free(void *block, unsigned int order)
{
	*(void **)block = free_blocks[order];
	free_blocks[order] = block;
}

long l4_ports_request(unsigned int first, unsigned int last)
{
	l4_word_t window = l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL);
	unsigned int order;
	long error = first > last ? -L4_EINVAL : 0;

	for (l4_word_t port = first; port <= last && !error; port += 1UL << order) {
		order = l4_block_order(port, last + 1UL);
		error = l4_sigma0_request(l4_utcb(), L4_CAP_PARENT, L4_SIGMA0_IO, port, order,
					  window, NULL);
	}
	return error;
}

/* The window is as large as the block, so that the hot spot falls on its base. */
void *l4_device_request(l4_word_t physical, unsigned int order)
{
	l4_word_t address = l4_pages_reserve(order);
	l4_word_t window = l4_fpage_mem(address, order, L4_RIGHTS_ALL);

	if (!address || l4_sigma0_request(l4_utcb(), L4_CAP_PARENT, L4_SIGMA0_DEVICE, physical,
					  order, window, NULL))
		return NULL;
	return (void *)address;
}
