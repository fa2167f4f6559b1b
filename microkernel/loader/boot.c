/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the first line of C to the first thread in ring 3: takes stock of the
 * machine, sets memory aside for the kernel, makes sigma0 (which gets all the
 * rest) and roottask, and lets them run.
 */
#include "base/console.h"
#include "base/debug.h"
#include "base/kmem.h"
#include "base/panic.h"
#include "base/screen.h"
#include "lib/string.h"
#include "loader/acpi.h"
#include "loader/calibrate.h"
#include "loader/check.h"
#include "loader/exec.h"
#include "loader/multiboot.h"
#include "loader/regions.h"
#include "loader/start.h"
#include "memory/cap.h"
#include "memory/map.h"
#include "object/gate.h"
#include "object/task.h"
#include "object/thread.h"
#include "sched/fpu.h"
#include "sched/request.h"
#include "sched/sched.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/x86.h"
#include "x86/device/clock.h"
#include "x86/device/ioapic.h"
#include "x86/device/lapic.h"
#include "x86/entry/machine_check.h"
#include "x86/entry/trap.h"
#include "x86/mmu/paging.h"
#include "x86/mmu/tables.h"

#define MIB			(1UL << 20)
#define KMEM_SHARE		16	/* the kernel's part of all memory */
#define KMEM_MIN		(16 * MIB)
#define KMEM_MAX		(1024 * MIB)
#define RAM_MIN			(32 * MIB)
#define SIGMA0_QUOTA		(4 * MIB)
#define KERNEL_RESERVE		(1 * MIB)	/* what boot itself still needs */
#define DEVICE_END		(3UL << 44)	/* as far as roottask's window for it reaches */
#define DEVICES_SMALL		(1UL << 34)	/* without 1 GiB pages so much behind all memory */
#define CONTROLLERS		16	/* regions that are left for the interrupt controllers' pages */
#define BOOT_MAP_END		(1UL << 32)	/* of boot.S's tables */
#define SIGMA0_PRIORITY		255
#define ROOTTASK_PRIORITY	254

extern const char image_end[];
extern u64 boot_pdpt[];		/* boot.S's */

static struct l4_kip kip __attribute__((aligned(PAGE_SIZE)));
static struct quota root_quota;

/* A number after "name=" on the kernel's command line, else `otherwise'. */
static u64 option(const char *name, u64 otherwise)
{
	const char *at = strstr(kip.cmdline, name);
	unsigned int base = 10;
	u64 value = 0;

	if (!at)
		return otherwise;
	at += strlen(name);
	if (at[0] == '0' && at[1] == 'x') {
		base = 16;
		at += 2;
	}
	for (;; at++) {
		unsigned int digit = *at >= '0' && *at <= '9' ? *at - '0' :
				     *at >= 'a' && *at <= 'f' ? *at - 'a' + 10 : 16;

		if (digit >= base)
			return value;
		value = value * base + digit;
	}
}

static u64 total_ram(const struct regions *regions)
{
	u64 sum = 0;

	for (u64 i = 0; i < regions->count; i++)
		if (regions->region[i].type == L4_REGION_RAM)
			sum += regions->region[i].end - regions->region[i].start;
	return sum;
}

/* The top of the largest stretch of memory below an address, for the kernel. 0: it has not so much. */
static phys_t reserve(struct regions *regions, u64 size, u64 alignment, phys_t below)
{
	struct l4_region largest = regions_largest(regions, L4_REGION_RAM, below);
	phys_t end = align_down(largest.end, alignment);

	if (end < largest.start || end - largest.start < size)
		return 0;
	regions_set(regions, end - size, end, L4_REGION_KERNEL);
	return end - size;
}

/* The image, the tables of the map of memory, so many pages, and the kernel's pool. Returns the tables' place. */
static phys_t reserve_kernel_memory(struct regions *regions, u64 *table_pages)
{
	u64 ram = total_ram(regions);
	u64 size = option("kmem=", 0) * MIB;
	phys_t tables, start;

	if (!size)
		size = min_u64(max_u64(ram / KMEM_SHARE, KMEM_MIN), KMEM_MAX);
	size = align_up(size, 2 * MIB);
	regions_set(regions, IMAGE_PHYS, (u64)image_end - IMAGE_BASE, L4_REGION_KERNEL);
	/* Without room for more regions each of these two may split a stretch of memory twice. */
	*table_pages = tables_pages(regions->region, regions->count) + 4 * TABLES_OF_A_STRETCH;
	tables = reserve(regions, *table_pages * PAGE_SIZE, PAGE_SIZE, BOOT_MAP_END);
	start = reserve(regions, size, 2 * MIB, ~0UL);
	if (ram < RAM_MIN || !tables || !start)
		refuse("too little memory: %lu MiB, of which the kernel needs %lu MiB for itself",
		       ram / MIB, size / MIB);
	kmem_init(start, start + size);
	return tables;
}

/* Where the boot loader says it is there must be no memory, and the CPU must reach it. */
static bool screen_is_usable(const struct l4_screen *screen, const struct regions *regions)
{
	phys_t end = screen->address + screen->pitch * screen->height;

	for (u64 i = 0; i < regions->count; i++)
		if (screen->address < regions->region[i].end && regions->region[i].start < end)
			return false;
	return screen->address < end && end <= 1UL << cpu_address_bits();
}

static void init_screen(const struct regions *regions)
{
	struct l4_screen *screen = &kip.screen;
	volatile void *pixels = NULL;

	if (screen_is_usable(screen, regions))
		pixels = tables_add_device_memory(boot_pdpt, screen->address, screen->pitch * screen->height);
	if (pixels)
		screen_init(screen, pixels);
	else
		*screen = (struct l4_screen){ 0 };
}

static void init_lapic(phys_t base)
{
	bool x2 = lapic_is_x2();
	volatile u32 *registers = NULL;

	if (option("x2apic=", 0) && !x2) {
		if (!cpu_features.x2apic)
			refuse("x2apic=1: this CPU has no x2APIC");
		x2 = true;
	}
	if (!x2) {
		registers = tables_add_device(base);
		if (!registers)
			refuse("the local APIC has no address: %lx", base);
	}
	lapic_init(registers);
	if (lapic_id() > LAPIC_ID_MAX)
		refuse("the first CPU's local APIC has the number %u; devices' interrupts reach those up to %u",
		       lapic_id(), LAPIC_ID_MAX);
}

/*
 * Whoever had the interrupt controllers could stop the kernel's clock; and what is written
 * where devices write their messages can be one.
 */
static void keep_controllers(struct regions *regions, phys_t lapic)
{
	phys_t messages = lapic_msi_address(0), base = lapic;
	unsigned int i = 0;

	/* What is memory has been mapped as such, so none may be left out for these. */
	regions->max = L4_KIP_REGIONS;
	regions_set(regions, messages, messages + MIB, L4_REGION_KERNEL);
	do {
		base = align_down(base, PAGE_SIZE);
		regions_set(regions, base, base + PAGE_SIZE, L4_REGION_KERNEL);
	} while (ioapic_base(i++, &base));
}

static void print_memory(const struct regions *regions)
{
	printk("kernel: %lu MiB of memory, %lu MiB of it for the kernel; TSC %lu MHz\n",
	       (total_ram(regions) + kmem_total_bytes()) / MIB, kmem_total_bytes() / MIB,
	       clock_tsc_khz() / 1000);
	if (regions->dropped)
		printk("kernel: the memory is in more than %d pieces; the smallest of them, %lu KiB together, are not used\n",
		       L4_KIP_REGIONS - CONTROLLERS, regions->dropped / 1024);
}

static void check(int error, const char *what)
{
	if (error)
		refuse("too little memory to start: %s failed with error %d", what, -error);
}

static struct task *make_task(const char *name, u64 quota)
{
	struct task *task = (struct task *)object_create(&task_ops, sizeof(*task), &root_quota,
							 NULL);

	if (!task || !quota_init(&task->quota, &root_quota, quota))
		refuse("too little kernel memory for %s", name);
	list_init(&task->threads);
	task->system = true;
	task->name = name;
	check(space_init(&task->space, &task->quota), "making an address space");
	check(cap_insert_root(&task->space, L4_CAP_TASK, &task->object, L4_RIGHTS_ALL), "a capability");
	check(map_root(&task->space, L4_FPAGE_MEM, L4_KIP_ADDRESS, (u64)&kip - IMAGE_BASE, PAGE_SIZE,
		       L4_RIGHT_R), "mapping the info page");
	return task;
}

static struct thread *make_thread(struct task *task, u64 priority)
{
	struct thread *thread;
	int error;

	error = thread_create(task, L4_CAP_THREAD, L4_CAP_TASK, L4_UTCB_ADDRESS, 0);
	check(error, "making a thread");
	thread = task_find(task, L4_CAP_THREAD, OBJECT_THREAD, 0, &error);
	thread->priority = priority;
	return thread;
}

static void start(struct task *task, struct thread *thread)
{
	u64 entry = exec_load(task, &kip);

	check(thread_start(thread, entry, L4_STACK_TOP - 8, L4_KIP_ADDRESS), "starting a thread");
}

static void give_system(struct task *task)
{
	static const struct object_ops ops = { OBJECT_SYSTEM, NULL, NULL };
	struct object *system = object_create(&ops, sizeof(*system), &root_quota, NULL);

	if (!system)
		refuse("too little kernel memory");
	check(cap_insert_root(&task->space, L4_CAP_SYSTEM, system, L4_RIGHTS_ALL), "a capability");
}

/* All that is not the kernel's, each frame at its own address. */
static void give_memory(struct task *sigma0, const struct regions *regions)
{
	u64 device = 0;

	for (u64 i = 0; i <= regions->count; i++) {
		const struct l4_region *r = &regions->region[i];
		bool last = i == regions->count;
		u64 gap_end = last ? kip.device_end : r->start;

		/* What no region describes may be a device. */
		if (device < gap_end)
			check(map_root(&sigma0->space, L4_FPAGE_MEM, device, device, gap_end - device,
				       L4_RIGHT_R | L4_RIGHT_W | PAGING_DEVICE), "giving device memory to sigma0");
		if (last)
			break;
		device = r->end;
		if (r->type != L4_REGION_KERNEL)
			check(map_root(&sigma0->space, L4_FPAGE_MEM, r->start, r->start,
				       r->end - r->start, L4_RIGHTS_ALL), "giving memory to sigma0");
	}
	check(map_root(&sigma0->space, L4_FPAGE_IO, 0, 0, 0x10000, L4_RIGHT_R | L4_RIGHT_W),
	      "giving ports to sigma0");
}

static void make_gate_to_sigma0(struct task *roottask, struct thread *thread, struct thread *sigma0)
{
	struct gate *gate = gate_alloc(roottask, sigma0, 0);

	if (!gate)
		refuse("too little kernel memory");
	check(cap_insert_root(&roottask->space, L4_CAP_SIGMA0, &gate->object,
			      L4_RIGHT_W | L4_RIGHT_R), "a capability");
	check(thread_control(thread, thread, L4_THREAD_PAGER, L4_CAP_SIGMA0), "setting a pager");
}

static void make_first_tasks(const struct regions *regions)
{
	struct task *sigma0, *roottask;
	struct thread *sigma0_thread, *roottask_thread;

	quota_init_root(&root_quota, kmem_free_bytes() - KERNEL_RESERVE);
	sigma0 = make_task("sigma0", SIGMA0_QUOTA);
	roottask = make_task("roottask", root_quota.limit - root_quota.used - 64 * 1024);
	sigma0_thread = make_thread(sigma0, SIGMA0_PRIORITY);
	roottask_thread = make_thread(roottask, ROOTTASK_PRIORITY);
	give_system(sigma0);
	give_system(roottask);
	give_memory(sigma0, regions);
	make_gate_to_sigma0(roottask, roottask_thread, sigma0_thread);
	start(sigma0, sigma0_thread);
	start(roottask, roottask_thread);
}

__noreturn void boot_main(u32 magic, u32 info);

__noreturn void boot_main(u32 magic, u32 info)
{
	struct regions regions = { kip.region, .max = L4_KIP_REGIONS - CONTROLLERS };
	struct acpi_found acpi;
	phys_t tables;
	u64 table_pages, modules;

	kip.magic = L4_KIP_MAGIC;
	kip.version = L4_KIP_VERSION;
	kip.boot_tsc = read_tsc();
	console_init();
	modules = multiboot_read(magic, info, &kip, &regions);
	init_screen(&regions);
	printk("\nkernel: L4 microkernel for x86-64\n");
	if (modules > L4_KIP_MODULES)
		refuse("the boot loader passed %lu modules, and there may be %d", modules, L4_KIP_MODULES);
	kip.exit_port = option("exit_port=", 0);
	machine_set_exit_port(kip.exit_port);
	cpu_check();
	cpu_init_boot();
	trap_init();
	machine_check_init();
	kip.xcr0 = cpu_features.xcr0;
	sched_init();
	this_cpu()->preempt_off = true;
	tables = reserve_kernel_memory(&regions, &table_pages);
	tables_init(regions.region, regions.count, tables, table_pages);
	acpi = acpi_init(kip.acpi_xsdt, kip.acpi_rsdt);
	init_lapic(acpi.lapic);
	keep_controllers(&regions, acpi.lapic);
	ioapic_init();
	calibrate(&acpi);
	fpu_init();
	kip.tsc_khz = clock_tsc_khz();
	kip.region_count = regions.count;
	kip.device_end = min_u64(1UL << cpu_features.address_bits,
				 cpu_features.large_1g ? DEVICE_END : kip.memory_end + DEVICES_SMALL);
	print_memory(&regions);
	request_polls = option("polls=", REQUEST_POLLS);
	kip.cpus = start_others(&regions, option("cpus=", 1));
	debug_init(kip.cmdline);
	make_first_tasks(&regions);
	sched_run();
	trap_leave_first();
}
