/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel debugger on memory: quotas, the mapping database, page tables. See kdb.h. */
#include "kdb/kdb.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "object/task.h"
#include "sched/preempt.h"

static struct map_node *asked_for;

/* What the task has given away to others. */
static u64 children_of(struct task *parent)
{
	struct list *pos;
	u64 sum = 0;

	list_for_each(pos, &object_all) {
		struct task *task = list_entry(pos, struct task, object.link);

		if (task->object.type == OBJECT_TASK && task->quota.parent == &parent->quota)
			sum += task->quota.limit;
	}
	return sum;
}

void kdb_memory(void)
{
	struct list *pos;

	printk("%lu KiB of %lu KiB free\n", kmem_free_bytes() >> 10, kmem_total_bytes() >> 10);
	list_for_each(pos, &object_all) {
		struct task *task = list_entry(pos, struct task, object.link);

		if (task->object.type != OBJECT_TASK || !task->quota.limit)
			continue;
		printk("task %8lx  limit %9lu  used %9lu  of it by itself %9lu bytes\n",
		       kdb_id(task), task->quota.limit, task->quota.used,
		       task->quota.used - children_of(task));
	}
}

static bool print_node(struct map_node *node, u64 first, u64 last, u64 arg,
		       struct map_cursor *cursor)
{
	struct task *task = container_of(map_node_space(node), struct task, space);

	(void)last;
	(void)arg;
	(void)cursor;
	printk("%c ", node == asked_for ? '*' : ' ');
	for (struct map_node *up = node->parent; up; up = up->parent)
		printk("  ");
	printk("task %lx%s%s  %lx in [%lx, %lx]\n", kdb_id(task), task->name ? " " : "",
	       task->name ? task->name : "", first, node->base, map_node_last(node));
	return true;
}

/* From the root down, all that have a piece of this page. */
void kdb_mappings(void)
{
	struct task *task = kdb_find(kdb_arg[0], OBJECT_TASK);
	u64 address = align_down(kdb_arg[1], PAGE_SIZE), first;
	struct map_cursor cursor = { 0 };
	bool off = this_cpu()->preempt_off;
	struct map_node *root;

	if (!task)
		return;
	asked_for = mapdb_find(&task->space, L4_FPAGE_MEM, address, address);
	if (!asked_for) {
		printk("Nobody mapped anything there; what guest_update maps has no node.\n");
		return;
	}
	for (root = asked_for; root->parent; root = root->parent)
		;
	first = asked_for->origin + (address - asked_for->base) - root->origin + root->base;
	/* Not to be broken off. */
	this_cpu()->preempt_off = true;
	mapdb_visit(root, first, first + PAGE_SIZE - 1, true, print_node, 0, &cursor);
	this_cpu()->preempt_off = off;
}

void kdb_walk(void)
{
	struct task *task = kdb_find(kdb_arg[0], OBJECT_TASK);
	u64 address = kdb_arg[1];
	unsigned int level = PAGING_LEVELS - 1;
	u64 *table, entry, rights;

	if (!task || !task->space.paging.top)
		return;
	for (table = task->space.paging.top;; table = paging_table(entry), level--) {
		entry = *paging_entry(table, address, level);
		printk("level %u  table %8lx  entry %016lx\n", level, kdb_id(table), entry);
		if (!level || !paging_is_table(entry))
			break;
	}
	if (!(entry & PTE_P) || !is_user_addr(address)) {
		printk(entry & PTE_P ? "the kernel's\n" : "nothing\n");
		return;
	}
	rights = paging_rights(entry);
	printk("physical %lx  r%c%c%s%s\n", paging_leaf_phys(entry, level, address),
	       rights & L4_RIGHT_W ? 'w' : '-', rights & L4_RIGHT_X ? 'x' : '-',
	       entry & PTE_ALIAS ? ", an alias" : "", entry & PTE_PINNED ? ", a UTCB" : "");
}
