// SPDX-License-Identifier: GPL-2.0
/*
 * The start of Linux: from the instance page that the parent filled in to
 * memblock, the command line and the initial RAM disk. Runs once, on the boot
 * CPU; nothing here needs a lock.
 */
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/jump_label.h>
#include <linux/ioport.h>
#include <linux/delay.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/of_fdt.h>
#include <linux/sched.h>
#include <linux/serial_core.h>
#include <linux/smp.h>
#include <linux/start_kernel.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include <asm/acpi.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/traps.h>
#include <asm/vcpu.h>

struct l4_instance *l4_instance __ro_after_init;

/* Physical address of the image minus its offset from __START_KERNEL_map. */
unsigned long phys_base __ro_after_init;
EXPORT_SYMBOL(phys_base);

void __init l4_start_linux(struct l4_instance *instance)
{
	l4_instance = instance;
	phys_base = instance->phys_base;
	start_kernel();
}

static void __init add_memory(void)
{
	const struct l4_instance_block *block = l4_instance->block;
	unsigned long i;

	for (i = 0; i < l4_instance->block_count; i++)
		memblock_add(block[i].start, block[i].size);

	memblock_reserve(__pa_symbol(_text), _end - _text);
	memblock_reserve(__pa(l4_instance), PAGE_SIZE);
#ifdef CONFIG_SMP
	percpu_reserve();
#endif
}

static void __init add_initrd(void)
{
	if (!l4_instance->initrd_size)
		return;

	/* Freed page by page when it has been unpacked, so whole pages. */
	memblock_reserve(l4_instance->initrd_start,
			 PAGE_ALIGN(l4_instance->initrd_size));
	initrd_start = (unsigned long)__va(l4_instance->initrd_start);
	initrd_end = initrd_start + l4_instance->initrd_size;
}

/* What /proc/iomem shows: each block, and the image's parts inside its block. */
static void __init add_resource(const char *name, phys_addr_t start,
				phys_addr_t end)
{
	struct resource *res = memblock_alloc(sizeof(*res), SMP_CACHE_BYTES);

	if (!res)
		panic("no memory for a resource");
	res->name = name;
	res->start = start;
	res->end = end - 1;
	res->flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY;
	insert_resource(&iomem_resource, res);
}

static void __init add_resources(void)
{
	phys_addr_t start, end;
	u64 i;

	for_each_mem_range(i, &start, &end)
		add_resource("System RAM", start, end);
	add_resource("Kernel code", __pa_symbol(_text), __pa_symbol(_etext));
	add_resource("Kernel rodata", __pa_symbol(__start_rodata), __pa_symbol(__end_rodata));
	add_resource("Kernel data", __pa_symbol(_sdata), __pa_symbol(_edata));
	add_resource("Kernel bss", __pa_symbol(__bss_start), __pa_symbol(__bss_stop));
}

/* Until the serial driver is there, so that no panic is silent. */
static void __init add_early_console(void)
{
	char options[] = "uart8250,io,0x3f8";

	setup_earlycon(options);
}

void __init setup_arch(char **cmdline_p)
{
	vcpu_init();
	set_fault_stack();

	strscpy(boot_command_line, l4_instance->cmdline, COMMAND_LINE_SIZE);
	*cmdline_p = boot_command_line;

	/* udelay counts TSC cycles, see delay.c: nothing to calibrate. */
	lpj_fine = l4_instance->tsc_khz * 1000 / HZ;

	setup_initial_init_mm(_text, _etext, _edata, _end);
	cpu_init();
	jump_label_init();	/* options switch branches over */
	static_call_init();
	parse_early_param();	/* loglevel: before anything is printed */
	add_early_console();
	/* Linux's own choice would be the virtual terminals, which nobody sees then. */
	if (!l4_instance->screen.address && !strstr(boot_command_line, "console="))
		add_preferred_console("ttyS", 0, NULL);
#ifdef CONFIG_SMP
	smp_find_cpus();
#endif

	add_memory();
	add_initrd();
	paging_init();		/* needs memblock to be complete */
	add_resources();
	acpi_find_tables();
	unflatten_device_tree();	/* with CONFIG_OF: an empty root, as nobody hands one over */
}
