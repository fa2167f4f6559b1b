// SPDX-License-Identifier: GPL-2.0
/*
 * KFENCE's pool of guarded objects. Its pages must come and go one by one at
 * their place in the direct map; but that is a mapping of the parent's, which
 * Linux cannot have back once it is taken away. So the pool is moved aside, to
 * where nobody looks for it, and what stands at its old place from then on are
 * aliases of it, which Linux can make and take as in the vmalloc area.
 */
#include <linux/kfence.h>
#include <linux/mm.h>
#include <asm/kfence.h>
#include <asm/memory.h>
#include <asm/vcpu.h>
#include "sync.h"

/* In the upper half, where natively the CPUs' entry areas are; as large as the direct map. */
#define ASIDE 0xfffffe0000000000UL

static unsigned long aside(unsigned long address)
{
	return ASIDE + __pa(address);
}

/* Also while another batch is open, into which a bad access broke. */
bool kfence_protect_page(unsigned long address, bool protect)
{
	struct batch batch;

	batch_open(&batch, NULL, 0);
	if (protect)
		batch_unmap(&batch, address, 1, L4_RIGHTS_ALL);
	else
		batch_map(&batch, address, (void *)aside(address), L4_RIGHT_R | L4_RIGHT_W);
	return !batch_close(&batch);
}

/*
 * Should kernel memory run out on the way, the pages stay where they were, or
 * are aliases like the others: memory that Linux can use either way, though of
 * aliases none can be made for processes.
 */
bool arch_kfence_init_pool(void)
{
	unsigned long start = (unsigned long)__kfence_pool, end = start + KFENCE_POOL_SIZE;
	unsigned long address;
	unsigned int order;
	bool done = true;
	int err = 0;

	for (address = start; address < end && !err; address += 1UL << order) {
		order = min(__ffs(address), __fls(end - address));
		err = memory_move(address, aside(address), order);
	}
	for (address = start; address < end; address += PAGE_SIZE)
		done &= kfence_protect_page(address, false);
	return done && !err;
}
