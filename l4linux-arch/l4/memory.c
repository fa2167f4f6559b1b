// SPDX-License-Identifier: GPL-2.0
/* The server's own memory: where it is mapped, and what for. */
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <l4/calls.h>
#include <asm/memory.h>
#include <asm/vcpu.h>

/* It holds no right to execute afterwards: it was nothing that processes or modules are in. */
int memory_move(unsigned long from, unsigned long to, unsigned int order)
{
	long pages = l4_map(L4_INSTANCE_TASK,
			    l4_fpage_mem(from, order, L4_RIGHT_R | L4_RIGHT_W) | L4_FPAGE_GRANT, to);

	return pages < 0 ? pages : 0;
}

/* Flexpage by flexpage; the end may be that of all addresses. */
static int unmap_range(unsigned long start, unsigned long size, unsigned long right,
		       unsigned long flags)
{
	unsigned int order;
	long err = 0;

	for (; size && !err; start += 1UL << order, size -= 1UL << order) {
		order = min(__ffs(start), __fls(size));
		err = l4_unmap(l4_fpage_mem(start, order, right), flags);
	}
	return err;
}

int memory_write_protect(unsigned long start, unsigned long size)
{
	return unmap_range(start, size, L4_RIGHT_W, L4_UNMAP_SELF);
}

int memory_hold(unsigned long start, unsigned long size)
{
	return unmap_range(start, size, L4_RIGHT_X, L4_UNMAP_HOLD);
}
