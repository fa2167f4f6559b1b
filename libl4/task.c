/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loader of programs. Their memory is one block of the caller's:
 *
 *	memory                                                 + l4_task_memory()
 *	| image, from its first page to its last | stack | environment page |
 *
 * Everything is mapped with the rights it needs, and no more.
 */
#include <l4/server.h>
#include <l4/task.h>

static l4_word_t first_page(l4_word_t address)
{
	return address & ~(L4_PAGE_SIZE - 1);
}

static l4_word_t end_page(l4_word_t address)
{
	return l4_round_up(address, L4_PAGE_SIZE);
}

static l4_word_t image_size(const struct elf_image *image)
{
	return end_page(image->end) - first_page(image->start);
}

l4_word_t l4_task_memory(const struct elf_image *image)
{
	return image_size(image) + L4_STACK_SIZE + L4_PAGE_SIZE;
}

long l4_map_range(l4_cap_t task, l4_word_t from, l4_word_t to, l4_word_t size, l4_word_t rights)
{
	unsigned int order;
	long result;

	for (l4_word_t done = 0; done < size; done += 1UL << order) {
		order = l4_min(l4_block_order(from + done, from + size),
			       l4_block_order(to + done, to + size));
		result = l4_map(task, l4_fpage_mem(from + done, order, rights), to + done);
		if (result < 0)
			return result;
	}
	return 0;
}

void l4_unmap_range(l4_word_t from, l4_word_t size)
{
	unsigned int order;

	for (l4_word_t done = 0; done < size; done += 1UL << order) {
		order = l4_block_order(from + done, from + size);
		l4_unmap(l4_fpage_mem(from + done, order, L4_RIGHTS_ALL), 0);
	}
}

void l4_unmap_ports(l4_word_t first, l4_word_t count)
{
	unsigned int order;

	for (l4_word_t done = 0; done < count; done += 1UL << order) {
		order = l4_block_order(first + done, first + count);
		l4_unmap(l4_fpage_io(first + done, order, L4_RIGHTS_ALL), 0);
	}
}

static bool pages_are_shared(const struct elf_image *image)
{
	for (unsigned int a = 0; a < image->count; a++) {
		for (unsigned int b = 0; b < a; b++) {
			const struct elf_segment *x = &image->segment[a], *y = &image->segment[b];

			if (first_page(x->address) < end_page(y->address + y->memory_size) &&
			    first_page(y->address) < end_page(x->address + x->memory_size))
				return true;
		}
	}
	return false;
}

static long map_image(const struct l4_task *task, const struct elf_image *image)
{
	l4_word_t base = first_page(image->start);
	long error = 0;

	for (unsigned int i = 0; i < image->count && !error; i++) {
		const struct elf_segment *segment = &image->segment[i];
		l4_word_t start = first_page(segment->address);
		l4_word_t end = end_page(segment->address + segment->memory_size);

		error = l4_map_range(task->task, (l4_word_t)task->memory + (start - base), start,
				     end - start,
				     L4_RIGHT_R | (segment->writable ? L4_RIGHT_W : 0) |
				     (segment->executable ? L4_RIGHT_X : 0));
	}
	return error;
}

static void fill_environment(const struct l4_task *task, struct l4_environment *environment)
{
	memset(environment, 0, L4_PAGE_SIZE);
	environment->magic = L4_ENV_MAGIC;
	environment->priority = task->priority;
	snprintf(environment->name, sizeof(environment->name), "%s", task->name);
	snprintf(environment->arguments, sizeof(environment->arguments), "%s", task->arguments);
}

static long map_all(const struct l4_task *task, const struct elf_image *image)
{
	l4_word_t stack = (l4_word_t)task->memory + image_size(image);
	l4_word_t environment = stack + L4_STACK_SIZE;
	long error;

	fill_environment(task, (struct l4_environment *)environment);
	error = map_image(task, image);
	if (!error)
		error = l4_map_range(task->task, stack, L4_STACK_TOP - L4_STACK_SIZE,
				     L4_STACK_SIZE, L4_RIGHT_R | L4_RIGHT_W);
	if (!error)
		error = l4_map_range(task->task, environment, L4_ENV_ADDRESS, L4_PAGE_SIZE,
				     L4_RIGHT_R);
	if (!error)
		error = l4_map_range(task->task, L4_KIP_ADDRESS, L4_KIP_ADDRESS, L4_PAGE_SIZE,
				     L4_RIGHT_R);
	return error;
}

long l4_task_give(const struct l4_task *task, l4_cap_t from, l4_cap_t to, l4_word_t rights)
{
	long result = l4_map(task->task, l4_fpage_cap(from, 0, rights), (l4_word_t)to << 12);

	return result < 0 ? result : 0;
}

static long make_thread(const struct l4_task *task)
{
	long error = l4_thread_create(task->thread, task->task, L4_UTCB_ADDRESS, 0);

	if (!error)
		error = l4_thread_control(task->thread, L4_THREAD_PAGER, task->pager);
	if (!error)
		error = l4_thread_control(task->thread, L4_THREAD_HANDLER, task->pager);
	if (!error)
		error = l4_thread_control(task->thread, L4_THREAD_PRIORITY, task->priority);
	if (!error)
		error = l4_thread_control(task->thread, L4_THREAD_CPU, task->cpu);
	if (!error)
		error = l4_task_give(task, task->task, L4_CAP_TASK, L4_RIGHT_X | L4_RIGHT_R);
	if (!error)
		error = l4_task_give(task, task->thread, L4_CAP_THREAD, L4_RIGHT_X | L4_RIGHT_R);
	if (!error)
		error = l4_task_give(task, task->parent, L4_CAP_PARENT, L4_RIGHT_W);
	if (!error)
		error = l4_task_give(task, task->pager, L4_CAP_PAGER, L4_RIGHT_W);
	return error;
}

long l4_task_load(struct l4_task *task, const void *file, const struct elf_image *image)
{
	long error;

	if (pages_are_shared(image))
		return -L4_EINVAL;
	elf_load(file, image, first_page(image->start), task->memory);
	memset((char *)task->memory + image_size(image), 0, L4_STACK_SIZE);
	task->entry = image->entry;
	task->size = l4_task_memory(image);
	error = l4_task_create(task->task, task->quota, 0);
	if (error)
		return error;
	error = make_thread(task);
	if (!error)
		error = map_all(task, image);
	if (error)
		l4_task_kill(task);
	return error;
}

long l4_task_run(const struct l4_task *task)
{
	return l4_thread_start(task->thread, task->entry, L4_STACK_TOP, L4_ENV_ADDRESS);
}

/* The thread goes first, so that it does not see the rest disappear. */
void l4_task_kill(const struct l4_task *task)
{
	l4_unmap(l4_fpage_cap(task->thread, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	l4_unmap(l4_fpage_cap(task->task, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	l4_unmap_range((l4_word_t)task->memory, task->size);
}
