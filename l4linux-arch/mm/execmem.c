// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for code that is made while Linux runs: modules, trampolines of the
 * function tracer, copies of probed instructions. It lies within reach of
 * 32-bit relative calls to and from the image. Whoever has written the code
 * makes it executable, and no longer writable (set_memory_rox).
 */
#include <linux/execmem.h>
#include <linux/mm.h>

static struct execmem_info execmem_info __ro_after_init;

struct execmem_info __init *execmem_arch_setup(void)
{
	execmem_info = (struct execmem_info) {
		.ranges[EXECMEM_DEFAULT] = {
			.start		= MODULES_VADDR,
			.end		= MODULES_END,
			.pgprot		= PAGE_KERNEL,
			.alignment	= PAGE_SIZE,
		},
	};
	return &execmem_info;
}
