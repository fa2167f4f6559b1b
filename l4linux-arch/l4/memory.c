// SPDX-License-Identifier: GPL-2.0
/* The server's own memory: where it is mapped. */
#include <l4/calls.h>
#include <asm/memory.h>
#include <asm/vcpu.h>

int memory_move(unsigned long from, unsigned long to, unsigned int order)
{
	long pages = l4_map(L4_INSTANCE_TASK,
			    l4_fpage_mem(from, order, L4_RIGHTS_ALL) | L4_FPAGE_GRANT, to);

	return pages < 0 ? pages : 0;
}
