// SPDX-License-Identifier: GPL-2.0
/* Guest tasks: one for each address space of a process. */
#include <l4/calls.h>
#include <asm/vcpu.h>

int guest_create(unsigned int slot)
{
	return l4_task_create(slot, 0, L4_TASK_GUEST);
}

/* The server made the task and holds its only capability: without it the task is gone. */
void guest_delete(unsigned int slot)
{
	l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

int guest_update(unsigned int slot, unsigned int count)
{
	return l4_guest_update(slot == GUEST_SELF ? L4_SELF_TARGET : slot, count);
}

unsigned long kernel_memory_free(void)
{
	static unsigned long limit;	/* never changes */

	if (!limit)
		limit = l4_task_info(L4_INSTANCE_TASK, L4_INFO_QUOTA_LIMIT);
	return limit - l4_task_info(L4_INSTANCE_TASK, L4_INFO_QUOTA_USED);
}
