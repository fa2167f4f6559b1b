/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux instances. instance_prepare takes an instance's memory from sigma0,
 * once; instance_start loads kernel and initrd into it, makes the task and
 * starts its vCPU; instance_stop takes the task away again, and everything it
 * had with it, so that instance_start can follow. What an instance finds at
 * its start is described in l4/instance.h.
 */
#include <l4/elf.h>
#include <l4/task.h>

#include "layout.h"
#include "roottask.h"

#define MIB		(1UL << 20)
#define LARGE_ORDER	21
#define LARGE_PAGE	(1UL << LARGE_ORDER)
#define LARGEST_ORDER	39
#define IMAGE_WINDOW	(512 * MIB)	/* Linux's modules begin behind it */
#define IMAGE_MARGIN	MIB		/* for what Linux takes behind its image at first */
#define SPARE_MEMORY	(16 * MIB)	/* the least beside kernel and initrd */
#define FIRST_MSI	24	/* behind the pins of a PC's IOAPIC */
#define QUOTA_RESERVE	MIB		/* of roottask's kernel memory, where an instance gets the rest */

struct instance instances[SCRIPT_INSTANCES];

static l4_cap_t slot(const struct instance *instance, unsigned int which)
{
	return group_slot(instance - instances, which);
}

static void must(long result, const struct instance *instance, const char *what)
{
	if (result < 0)
		fatal("instance %s: cannot %s: %s.", instance->script->name, what,
		      l4_error_text(result));
}

static const struct l4_module *find_module(const struct instance *instance, const char *name)
{
	const struct l4_module *module = module_find(name);

	if (!module)
		fatal("instance %s needs the boot module %s, which was not loaded.",
		      instance->script->name, name);
	if (!module_content(module))
		fatal("the boot module %s is empty or its memory is not to be had.", name);
	return module;
}

static const void *parse_kernel(const struct instance *instance, struct elf_image *image)
{
	const struct l4_module *module = find_module(instance, instance->script->kernel);
	const void *file = module_content(module);
	const char *error = elf_parse(file, module->size, L4_IMAGE_BASE,
				      L4_IMAGE_BASE + IMAGE_WINDOW, image);

	if (error)
		fatal("the boot module %s %s.", instance->script->kernel, error);
	return file;
}

static bool take_block(struct instance *instance, unsigned int order)
{
	struct l4_instance_block *block = &instance->raw[instance->raw_count];

	if (instance->raw_count == INSTANCE_RAW_BLOCKS || !memory_take(order, &block->start))
		return false;
	block->size = 1UL << order;
	instance->raw_count++;
	instance->memory += block->size;
	return true;
}

/* The kernel image first, since it needs one block; then the largest ones there are. */
static void take_memory(struct instance *instance, const struct elf_image *image)
{
	l4_word_t wanted = instance->script->memory & ~(LARGE_PAGE - 1);
	l4_word_t start = image->start & ~(LARGE_PAGE - 1);
	l4_word_t size = l4_round_up(image->end + IMAGE_MARGIN - start, LARGE_PAGE);
	unsigned int order = 64 - __builtin_clzl(size - 1);

	if (1UL << order > wanted || !take_block(instance, order))
		fatal("instance %s: too little memory: the kernel alone needs a block of %lu MiB.",
		      instance->script->name, (1UL << order) / MIB);
	instance->image = instance->raw[0].start;
	instance->image_size = 1UL << order;
	instance->image_virtual = start;
	for (order = LARGEST_ORDER; order >= LARGE_ORDER; order--) {
		while (wanted - instance->memory >= 1UL << order && take_block(instance, order))
			;
	}
	if (instance->script->memory != SCRIPT_ALL && instance->memory < wanted)
		fatal("instance %s: too little memory: it is to have %lu MiB, there are %lu MiB.",
		      instance->script->name, wanted / MIB, instance->memory / MIB);
	memcpy(instance->block, instance->raw, sizeof(instance->raw));
	instance->block_count = layout_merge(instance->block, instance->raw_count);
	if (instance->block_count > L4_INSTANCE_BLOCKS)
		instance->block_count = L4_INSTANCE_BLOCKS;
}

/* Room for the info page and the initrd behind it. */
static void place_initrd(struct instance *instance)
{
	const struct script_instance *script = instance->script;
	l4_word_t size = L4_PAGE_SIZE;

	if (script->initrd[0]) {
		instance->initrd_size = find_module(instance, script->initrd)->size;
		size += instance->initrd_size;
	}
	instance->info = layout_place(instance->block, instance->block_count, size,
				      instance->image, instance->image_size);
	if (!instance->info || instance->memory < instance->image_size + size + SPARE_MEMORY)
		fatal("instance %s: too little memory: %lu MiB; kernel and initrd need %lu MiB and Linux at least %lu MiB more.",
		      script->name, instance->memory / MIB,
		      (instance->image_size + size + MIB - 1) / MIB, SPARE_MEMORY / MIB);
	if (instance->initrd_size)
		instance->initrd = instance->info + L4_PAGE_SIZE;
}

void instance_prepare(struct instance *instance, const struct script_instance *script)
{
	struct elf_image image;

	instance->script = script;
	parse_kernel(instance, &image);
	instance->entry = image.entry;
	take_memory(instance, &image);
	place_initrd(instance);
}

static void load(struct instance *instance)
{
	struct elf_image image;
	const void *file = parse_kernel(instance, &image);

	elf_load(file, &image, instance->image_virtual, memory_at(instance->image));
	if (instance->initrd) {
		const struct l4_module *initrd = find_module(instance, instance->script->initrd);

		memcpy(memory_at(instance->initrd), module_content(initrd), initrd->size);
	}
}

static void fill_info(struct instance *instance, l4_word_t quota)
{
	struct l4_instance *info = memory_at(instance->info);
	const struct l4_module *kernel = module_find(instance->script->kernel);
	const char *more = module_arguments(kernel);

	memset(info, 0, sizeof(*info));
	info->magic = L4_INSTANCE_MAGIC;
	info->size = sizeof(*info);
	info->tsc_khz = kip->tsc_khz;
	info->xcr0 = kip->xcr0;
	info->phys_base = instance->image - (instance->image_virtual - L4_IMAGE_BASE);
	info->image_size = instance->image_size;
	info->initrd_start = instance->initrd;
	info->initrd_size = instance->initrd_size;
	info->kernel_quota = quota;
	info->boot_time = clock_read();
	info->boot_tsc = l4_rdtsc();
	info->irq_mask = instance->irqs;
	info->msi_count = instance->msi_count;
	memcpy(info->msi, instance->msi, sizeof(info->msi));
	info->block_count = instance->block_count;
	memcpy(info->block, instance->block, instance->block_count * sizeof(info->block[0]));
	snprintf(info->cmdline, sizeof(info->cmdline), "%s%s%s", instance->script->cmdline,
		 *more && instance->script->cmdline[0] ? " " : "", more);
}

static l4_word_t choose_quota(const struct instance *instance)
{
	long limit = l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_LIMIT);
	long used = l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED);
	l4_word_t left = limit > used ? limit - used : 0;

	if (instance->script->quota != SCRIPT_ALL)
		return instance->script->quota & ~(L4_PAGE_SIZE - 1);
	return left > 2 * QUOTA_RESERVE ? (left - QUOTA_RESERVE) & ~(L4_PAGE_SIZE - 1) : left / 2;
}

static void map_memory(const struct instance *instance)
{
	l4_cap_t task = slot(instance, GROUP_TASK);
	l4_word_t offset;
	unsigned int order;

	for (unsigned int i = 0; i < instance->raw_count; i++) {
		l4_word_t start = instance->raw[i].start;

		order = __builtin_ctzl(instance->raw[i].size);
		must(l4_map(task, l4_fpage_mem(MANAGED_BASE + start, order, L4_RIGHTS_ALL),
			    L4_DIRECT_MAP + start), instance, "map its memory");
	}
	for (offset = 0; offset < instance->image_size; offset += 1UL << order) {
		order = l4_block_order(instance->image_virtual + offset,
				       instance->image_virtual + instance->image_size);
		order = l4_min(order, l4_block_order(instance->image + offset,
						     instance->image + instance->image_size));
		must(l4_map(task, l4_fpage_mem(MANAGED_BASE + instance->image + offset, order,
					       L4_RIGHTS_ALL),
			    instance->image_virtual + offset), instance, "map its kernel");
	}
}

static void map_ports(const struct instance *instance)
{
	const struct script_ranges *ports = &instance->script->ports;
	unsigned int order;

	for (unsigned int i = 0; i < ports->count; i++) {
		l4_word_t end = ports->range[i].last + 1;

		for (l4_word_t port = ports->range[i].first; port < end; port += 1UL << order) {
			order = l4_block_order(port, end);
			must(l4_map(slot(instance, GROUP_TASK),
				    l4_fpage_io(port, order, L4_RIGHTS_ALL), port << 12),
			     instance, "map its I/O ports");
		}
	}
}

static void map_cap(const struct instance *instance, l4_cap_t from, l4_cap_t to, l4_word_t rights)
{
	must(l4_map(slot(instance, GROUP_TASK), l4_fpage_cap(from, 0, rights), (l4_word_t)to << 12),
	     instance, "give it a capability");
}

static void map_irqs(struct instance *instance)
{
	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		l4_cap_t object = slot(instance, GROUP_IRQ + irq);
		long error;

		if (!(instance->script->irqs >> irq & 1))
			continue;
		error = l4_irq_create(object, L4_CAP_SYSTEM, irq);
		if (error)
			fatal("instance %s: interrupt %u is not to be had: %s.",
			      instance->script->name, irq, l4_error_text(error));
		map_cap(instance, object, L4_INSTANCE_IRQ_BASE + irq, L4_RIGHT_X | L4_RIGHT_W);
		instance->irqs |= 1UL << irq;
	}
}

/* They have the numbers that the script leaves free. */
static void make_msis(struct instance *instance)
{
	unsigned int irq = FIRST_MSI;

	instance->msi_count = 0;
	while (instance->msi_count < instance->script->msis) {
		l4_cap_t object = slot(instance, GROUP_IRQ + irq);
		long message;

		if (irq == L4_VCPU_PENDING_TIMER)
			fatal("instance %s: %lu MSIs and its other interrupts are too many.",
			      instance->script->name, instance->script->msis);
		if (instance->irqs >> irq & 1) {
			irq++;
			continue;
		}
		message = l4_irq_create(object, L4_CAP_SYSTEM, L4_IRQ_MSI);
		if (message < 0)
			fatal("instance %s: MSI number %lu is not to be had: %s.",
			      instance->script->name, instance->msi_count + 1, l4_error_text(message));
		map_cap(instance, object, L4_INSTANCE_IRQ_BASE + irq, L4_RIGHT_X | L4_RIGHT_W);
		instance->irqs |= 1UL << irq;
		instance->msi[instance->msi_count++] = (struct l4_instance_msi){ irq, message };
	}
}

static void make_thread(const struct instance *instance)
{
	l4_word_t label = instance - instances;
	l4_cap_t thread = slot(instance, GROUP_THREAD);
	l4_cap_t fault = slot(instance, GROUP_FAULT);

	must(l4_gate_create(slot(instance, GROUP_GATE), L4_CAP_THREAD, label), instance,
	     "make its gate");
	must(l4_gate_create(fault, L4_CAP_THREAD, label | LABEL_FAULT), instance,
	     "make its fault gate");
	must(l4_thread_create(thread, slot(instance, GROUP_TASK), L4_INSTANCE_UTCB, L4_THREAD_VCPU),
	     instance, "make its vCPU");
	must(l4_thread_control(thread, L4_THREAD_PAGER, fault), instance, "set its pager");
	must(l4_thread_control(thread, L4_THREAD_HANDLER, fault), instance, "set its handler");
	must(l4_thread_control(thread, L4_THREAD_PRIORITY, instance->script->priority), instance,
	     "set its priority");
	map_cap(instance, slot(instance, GROUP_TASK), L4_INSTANCE_TASK, L4_RIGHT_X | L4_RIGHT_R);
	map_cap(instance, thread, L4_INSTANCE_THREAD, L4_RIGHT_X);
	map_cap(instance, slot(instance, GROUP_GATE), L4_INSTANCE_PARENT, L4_RIGHT_W);
}

void instance_start(struct instance *instance)
{
	l4_word_t quota = choose_quota(instance);

	load(instance);
	must(l4_task_create(slot(instance, GROUP_TASK), quota, 0), instance, "make its task");
	map_memory(instance);
	map_ports(instance);
	make_thread(instance);
	map_irqs(instance);
	make_msis(instance);
	fill_info(instance, quota);
	printf("roottask: instance %s starts with %lu MiB of memory and %lu MiB of kernel memory.\n",
	       instance->script->name, instance->memory / MIB, quota / MIB);
	instance->running = true;
	must(l4_thread_start(slot(instance, GROUP_THREAD), instance->entry, 0,
			     L4_DIRECT_MAP + instance->info), instance, "start its vCPU");
}

/* The vCPU goes first, so that it does not see the rest disappear. */
void instance_stop(struct instance *instance)
{
	instance->running = false;
	delete_object(slot(instance, GROUP_THREAD));
	delete_object(slot(instance, GROUP_GATE));
	delete_object(slot(instance, GROUP_FAULT));
	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		if (instance->irqs >> irq & 1)
			delete_object(slot(instance, GROUP_IRQ + irq));
	}
	instance->irqs = 0;
	delete_object(slot(instance, GROUP_TASK));
	for (unsigned int i = 0; i < instance->raw_count; i++)
		l4_unmap_range((l4_word_t)memory_at(instance->raw[i].start), instance->raw[i].size);
	ranges_take_back(instance->script);
}
