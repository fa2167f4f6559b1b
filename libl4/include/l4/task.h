/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a program (an ELF file) as a task of its own, whose parent the
 * caller is: it serves the new task's requests (l4/parent.h) and hears of its
 * faults, through the two gates it gives it. What the new task finds is
 * described in l4/env.h. roottask starts servers by the same functions.
 *
 *	error = elf_parse(file, size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &image);
 *	task.memory = l4_pages_alloc(l4_pages_order(l4_task_memory(&image)));
 *	l4_task_load(&task, file, &image);		the task, its memory, its thread
 *	l4_task_give(&task, gate, slot, L4_RIGHT_W);	whatever else it is to have
 *	l4_task_run(&task);
 *
 * All memory it gets is the caller's. l4_task_kill takes back what l4_task_load
 * gave, also from those to whom the task has granted it; what the caller mapped to
 * it later, the caller takes back: l4_unmap_range, then or at any time before.
 */
#ifndef L4_TASK_H
#define L4_TASK_H

#include <l4/calls.h>
#include <l4/elf.h>

struct l4_task {
	/* In: */
	l4_cap_t task, thread;		/* empty slots of the caller */
	l4_cap_t parent, pager;		/* gates of the caller's: requests; faults of all kinds */
	l4_word_t quota;		/* kernel memory, taken from the caller's */
	l4_word_t priority;
	l4_word_t cpu;			/* its first thread's home, below the info page's `cpus' */
	const char *name, *arguments;
	void *memory;			/* l4_task_memory() bytes, page aligned */
	/* Out: */
	l4_word_t entry;
	l4_word_t size;			/* l4_task_memory() */
};

/* How much memory a program needs: its image, a stack, its environment. */
l4_word_t l4_task_memory(const struct elf_image *image);

/* On an error there is no task. -L4_EINVAL: two segments share a page */
long l4_task_load(struct l4_task *task, const void *file, const struct elf_image *image);

long l4_task_give(const struct l4_task *task, l4_cap_t from, l4_cap_t to, l4_word_t rights);
long l4_task_run(const struct l4_task *task);
void l4_task_kill(const struct l4_task *task);

/* Map `size' bytes (pages) of the caller into a task, with the largest flexpages possible. */
long l4_map_range(l4_cap_t task, l4_word_t from, l4_word_t to, l4_word_t size, l4_word_t rights);

/*
 * Take `size' bytes (pages) of the caller, or so many ports, from all that got them from
 * it, however they did, and leave them to the caller. A task that dies does not give
 * back what it has granted to others: for them it has come from the caller ever since.
 */
void l4_unmap_range(l4_word_t from, l4_word_t size);
void l4_unmap_ports(l4_word_t first, l4_word_t count);

#endif
