/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux instances. instance_prepare takes an instance's memory from sigma0,
 * once; instance_start makes the task and its vCPUs, loads kernel and initrd, and
 * starts vCPU 0; instance_stop takes the task away again, and everything it had
 * with it, so that instance_start can follow. What an instance finds at its start
 * is described in l4/instance.h.
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
#define SPARE_MEMORY	(16 * MIB)	/* the least beside kernel and initrd */
#define QUOTA_RESERVE	MIB		/* of roottask's kernel memory, where an instance gets the rest */

#define RAW_BLOCKS	64

struct instance {
	const struct script_instance *script;
	const struct l4_module *initrd_module;
	const void *file;		/* the kernel, as the boot loader loaded it */
	struct elf_image elf;
	unsigned int raw_count;
	struct l4_instance_block raw[RAW_BLOCKS];	/* as sigma0 gave them: powers of two */
	unsigned int block_count;
	struct l4_instance_block block[RAW_BLOCKS];	/* sorted and merged */
	l4_word_t memory;		/* bytes in all of them */
	l4_word_t image;		/* physical address of the kernel image's block */
	l4_word_t image_size;		/* of the block */
	l4_word_t image_virtual;	/* where the block begins in the image's window */
	l4_word_t initrd;		/* physical; 0: none */
	l4_word_t initrd_size;
	l4_word_t info;			/* physical address of its struct l4_instance */
	l4_word_t irqs;			/* bit n: there is an object for interrupt n */
	l4_word_t msi_count;		/* objects for interrupts by message */
};

static struct instance instances[SCRIPT_INSTANCES];

static l4_cap_t slot(const struct instance *instance, unsigned int which)
{
	return group_slot(instance - instances, which);
}

/* A step of its start: if it has failed, a line says so, and the start is given up. */
static bool did(long result, const struct instance *instance, const char *what)
{
	if (result < 0)
		report("instance %s: cannot %s: %s.", instance->script->name, what,
		       l4_error_text(result));
	return result >= 0;
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

static void find_kernel(struct instance *instance)
{
	const struct l4_module *module = find_module(instance, instance->script->kernel);
	const char *error;

	instance->file = module_content(module);
	error = elf_parse_kernel(instance->file, module->size, L4_IMAGE_BASE,
				 L4_IMAGE_BASE + IMAGE_WINDOW, &instance->elf);
	if (error)
		fatal("the boot module %s %s.", instance->script->kernel, error);
}

static bool take_block(struct instance *instance, unsigned int order)
{
	struct l4_instance_block *block = &instance->raw[instance->raw_count];

	if (instance->raw_count == RAW_BLOCKS || !memory_take(order, &block->start))
		return false;
	block->size = 1UL << order;
	instance->raw_count++;
	instance->memory += block->size;
	return true;
}

/* The kernel image first, since it needs one block; then the largest ones there are. */
static void take_memory(struct instance *instance)
{
	const struct elf_image *image = &instance->elf;
	l4_word_t wanted = instance->script->memory & ~(LARGE_PAGE - 1);
	l4_word_t start = image->start & ~(LARGE_PAGE - 1);
	l4_word_t behind = instance->script->cpus * L4_INSTANCE_UTCB_STRIDE;
	l4_word_t size = l4_round_up(image->end + behind - start, LARGE_PAGE);
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
		instance->initrd_module = find_module(instance, script->initrd);
		instance->initrd_size = instance->initrd_module->size;
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

void instance_prepare(unsigned int number)
{
	struct instance *instance = &instances[number];

	instance->script = &script.instance[number];
	find_kernel(instance);
	take_memory(instance);
	place_initrd(instance);
}

static void load(struct instance *instance)
{
	elf_load(instance->file, &instance->elf, instance->image_virtual, memory_at(instance->image));
	if (instance->initrd)
		memcpy(memory_at(instance->initrd), module_content(instance->initrd_module),
		       instance->initrd_size);
}

static void fill_hidden(struct l4_instance *info)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].pci.found)
			info->hidden[info->hidden_count++] = script.instance[i].pci.function;
	}
}

_Static_assert(SCRIPT_INSTANCES <= L4_INSTANCE_HIDDEN, "a function of each server");

static void fill_info(struct instance *instance, l4_word_t quota)
{
	struct l4_instance *info = memory_at(instance->info);
	const struct l4_module *kernel = module_find(instance->script->kernel);
	const char *more = module_arguments(kernel);

	memset(info, 0, sizeof(*info));
	info->magic = L4_INSTANCE_MAGIC;
	info->size = sizeof(*info);
	info->cpu_count = instance->script->cpus;
	info->priority = instance->script->priority;
	info->cpus_shared = script_shares_cpu(&script, instance->script, kip->cpus);
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
	if (device_screen_granted(instance->script))
		info->screen = kip->screen;
	info->msi_count = instance->msi_count;
	if (instance->script->acpi) {
		info->acpi_xsdt = kip->acpi_xsdt;
		info->acpi_rsdt = kip->acpi_rsdt;
		info->smbios = device_smbios();
	}
	fill_hidden(info);
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

static bool map_memory(const struct instance *instance)
{
	l4_cap_t task = slot(instance, GROUP_TASK);
	long error = 0;

	for (unsigned int i = 0; i < instance->raw_count && !error; i++)
		error = l4_map_range(task, (l4_word_t)memory_at(instance->raw[i].start),
				     L4_DIRECT_MAP + instance->raw[i].start, instance->raw[i].size,
				     L4_RIGHTS_ALL);
	if (!error)
		error = l4_map_range(task, (l4_word_t)memory_at(instance->image),
				     instance->image_virtual, instance->image_size, L4_RIGHTS_ALL);
	return did(error, instance, "map its memory");
}

static bool map_ports(const struct instance *instance)
{
	const struct script_ranges *ports = &instance->script->ports;
	unsigned int order;

	for (unsigned int i = 0; i < ports->count; i++) {
		l4_word_t end = ports->range[i].last + 1;

		for (l4_word_t port = ports->range[i].first; port < end; port += 1UL << order) {
			order = l4_block_order(port, end);
			if (!did(l4_map(slot(instance, GROUP_TASK),
					l4_fpage_io(port, order, L4_RIGHTS_ALL), port << 12),
				 instance, "map its I/O ports"))
				return false;
		}
	}
	return true;
}

static bool map_cap(const struct instance *instance, l4_cap_t from, l4_cap_t to, l4_word_t rights)
{
	return did(l4_map(slot(instance, GROUP_TASK), l4_fpage_cap(from, 0, rights),
			  (l4_word_t)to << 12), instance, "give it a capability");
}

/* Of all interrupts a machine may have few, and some by two numbers. */
static bool is_missing(long error)
{
	return error == -L4_EINVAL || error == -L4_EBUSY;
}

static bool make_irqs(struct instance *instance)
{
	char what[32];

	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		l4_cap_t object = slot(instance, GROUP_IRQ + irq);
		long created;

		if (!(instance->script->irqs >> irq & 1))
			continue;
		created = l4_irq_create(object, L4_CAP_SYSTEM, irq);
		if (instance->script->irqs_all && is_missing(created))
			continue;
		instance->irqs |= 1UL << irq;
		snprintf(what, sizeof(what), "make its interrupt %u", irq);
		if (!did(created, instance, what) ||
		    !map_cap(instance, object, L4_INSTANCE_IRQ_BASE + irq, L4_RIGHT_X | L4_RIGHT_W))
			return false;
	}
	return true;
}

static bool make_msis(struct instance *instance)
{
	while (instance->msi_count < instance->script->msis) {
		unsigned int n = instance->msi_count++;
		l4_cap_t object = slot(instance, GROUP_MSI + n);

		if (!did(l4_irq_create(object, L4_CAP_SYSTEM, L4_IRQ_MSI), instance,
			 "make its interrupts by message") ||
		    !map_cap(instance, object, L4_INSTANCE_MSI_BASE + n, L4_RIGHT_X | L4_RIGHT_W))
			return false;
	}
	return true;
}

static bool make_gates(const struct instance *instance)
{
	l4_word_t label = instance - instances;

	return did(l4_gate_create(slot(instance, GROUP_GATE), L4_CAP_THREAD, label), instance,
		   "make its gate") &&
	       did(l4_gate_create(slot(instance, GROUP_FAULT), L4_CAP_THREAD, label | LABEL_FAULT),
		   instance, "make its fault gate") &&
	       map_cap(instance, slot(instance, GROUP_TASK), L4_INSTANCE_TASK,
		       L4_RIGHT_X | L4_RIGHT_R) &&
	       map_cap(instance, slot(instance, GROUP_GATE), L4_INSTANCE_PARENT, L4_RIGHT_W);
}

/* vCPU n lives n CPUs after the first, which check_cpus has seen to be there. */
static bool make_thread(const struct instance *instance, unsigned int n)
{
	l4_cap_t thread = slot(instance, GROUP_THREAD + n);
	l4_cap_t fault = slot(instance, GROUP_FAULT);

	return did(l4_thread_create(thread, slot(instance, GROUP_TASK),
				    L4_INSTANCE_UTCB + n * L4_INSTANCE_UTCB_STRIDE,
				    L4_THREAD_VCPU), instance, "make its vCPU") &&
	       did(l4_thread_control(thread, L4_THREAD_PAGER, fault), instance, "set its pager") &&
	       did(l4_thread_control(thread, L4_THREAD_HANDLER, fault), instance,
		   "set its handler") &&
	       did(l4_thread_control(thread, L4_THREAD_PRIORITY, instance->script->priority),
		   instance, "set its priority") &&
	       did(l4_thread_control(thread, L4_THREAD_CPU,
				     (instance->script->cpu + n) % kip->cpus), instance,
		   "put its vCPU on its CPU") &&
	       map_cap(instance, thread, L4_INSTANCE_THREAD_BASE + n, L4_RIGHT_X);
}

static bool make_threads(const struct instance *instance)
{
	for (unsigned int n = 0; n < instance->script->cpus; n++) {
		if (!make_thread(instance, n))
			return false;
	}
	return true;
}

/*
 * Everything it has goes, whether it lives or could not be started. The vCPUs go
 * first, so that none sees the rest disappear; its devices fall silent before
 * their interrupts and memory can be another's.
 */
static void take_all(struct instance *instance)
{
	for (unsigned int n = 0; n < instance->script->cpus; n++)
		delete_object(slot(instance, GROUP_THREAD + n));
	pci_silence(instance - instances);
	delete_object(slot(instance, GROUP_GATE));
	delete_object(slot(instance, GROUP_FAULT));
	for (unsigned int irq = 0; irq < L4_INSTANCE_IRQS; irq++) {
		if (instance->irqs >> irq & 1)
			delete_object(slot(instance, GROUP_IRQ + irq));
	}
	instance->irqs = 0;
	while (instance->msi_count)
		delete_object(slot(instance, GROUP_MSI + --instance->msi_count));
	delete_object(slot(instance, GROUP_TASK));
	for (unsigned int i = 0; i < instance->raw_count; i++)
		l4_unmap_range((l4_word_t)memory_at(instance->raw[i].start), instance->raw[i].size);
	ranges_take_back(instance->script);
}

static bool give_all(struct instance *instance, l4_word_t quota)
{
	return did(l4_task_create(slot(instance, GROUP_TASK), quota, 0), instance, "make its task") &&
	       map_memory(instance) && map_ports(instance) && make_gates(instance) &&
	       make_threads(instance) && make_irqs(instance) && make_msis(instance);
}

bool instance_start(unsigned int number)
{
	struct instance *instance = &instances[number];
	l4_word_t quota = choose_quota(instance);
	bool done = give_all(instance, quota);

	if (done) {
		load(instance);
		fill_info(instance, quota);
		report("instance %s starts with %lu MiB of memory and %lu MiB of kernel memory.",
		       instance->script->name, instance->memory / MIB, quota / MIB);
		done = did(l4_thread_start(slot(instance, GROUP_THREAD), instance->elf.entry, 0,
					   L4_DIRECT_MAP + instance->info), instance,
			   "start its vCPU");
	}
	if (done) {
		life_begin(number);
	} else {
		take_all(instance);
		life_failed();
	}
	return done;
}

static void instance_stop(unsigned int number)
{
	life_end(number);
	take_all(&instances[number]);
	server_client_gone(number);
}

static void instance_failed(unsigned int number)
{
	instance_stop(number);
	if (script.instance[number].restart_on_crash)
		instance_start(number);
	else
		life_failed();
}

static void instance_ended(unsigned int number, l4_word_t how, l4_word_t detail)
{
	const char *name = script.instance[number].name;

	switch (how) {
	case L4_END_POWEROFF:
		report("instance %s has powered off.", name);
		instance_stop(number);
		break;
	case L4_END_HALT:
		report("instance %s has halted.", name);
		instance_stop(number);
		life_halted();
		break;
	case L4_END_REBOOT:
		report("instance %s reboots.", name);
		instance_stop(number);
		if (!script.instance[number].restart_on_reboot)
			power_reset();
		instance_start(number);
		break;
	case L4_END_PANIC:
		report("instance %s has ended: Linux panicked.", name);
		instance_failed(number);
		break;
	default:
		report("instance %s has ended for an unknown reason (%lu, %lu).", name, how, detail);
		instance_failed(number);
	}
}

static const char *upcall_name(l4_word_t vector)
{
	static const char *const names[] = {
		[0] = "division error", [3] = "breakpoint", [6] = "invalid instruction",
		[8] = "system call", [13] = "general protection fault", [14] = "page fault",
	};

	if (vector < ARRAY_SIZE(names) && names[vector])
		return names[vector];
	return vector < L4_VCPU_VECTOR_IRQ ? "exception" : "interrupt";
}

/* A vCPU handles its faults itself, as long as its stack can take the upcall. */
void instance_fault(unsigned int number, const struct l4_msg *msg)
{
	const char *name = script.instance[number].name;

	if (l4_tag_proto(msg->tag) == L4_PROTO_VCPU_DEAD)
		report("instance %s has ended: its stack could not take a %s (vector %lu, error code 0x%lx, ip 0x%lx, sp 0x%lx).",
		       name, upcall_name(msg->mr[0]), msg->mr[0], msg->mr[1], msg->mr[2], msg->mr[3]);
	else
		report("instance %s has ended: its vCPU cannot go on (message 0x%lx, ip 0x%lx).",
		       name, msg->tag, msg->mr[1]);
	instance_failed(number);
}

bool instance_request(unsigned int number, struct l4_msg *msg)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error = -L4_EINVAL;

	if (l4_tag_proto(msg->tag) == L4_PROTO_INSTANCE) {
		if (msg->mr[0] == L4_INSTANCE_END) {
			instance_ended(number, msg->mr[1], msg->mr[2]);
			return false;
		}
		if (msg->mr[0] == L4_INSTANCE_DEVICE)
			error = device_request(&script.instance[number], msg->mr[1], msg->mr[2],
					       &utcb->item[0]);
	}
	msg->tag = l4_tag(1, error ? 0 : 1, 0);
	msg->mr[0] = error;
	return true;
}
