// SPDX-License-Identifier: GPL-2.0
/*
 * Linux changes its own code: jump labels, static calls, function tracing,
 * probes. Code is not writable where it runs, but in the direct map. If one CPU
 * runs it an instruction is replaced whole with the virtual interrupt flag off:
 * no thread is inside of it, and no other breakpoint is needed for the meantime,
 * as it is where other CPUs look on (text_patch_live.c). What a CPU has stored at
 * another address than it executes from it is sure to see after sync_core.
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/nops.h>
#include <asm/sync_core.h>
#include <asm/text-patching.h>

static const unsigned char nops[] = {
	BYTES_NOP1, BYTES_NOP2, BYTES_NOP3, BYTES_NOP4,
	BYTES_NOP5, BYTES_NOP6, BYTES_NOP7, BYTES_NOP8,
};

/* The instruction of that many bytes that does nothing. */
const unsigned char *const x86_nops[ASM_NOP_MAX + 1] = {
	NULL, nops, nops + 1, nops + 3, nops + 6, nops + 10, nops + 15, nops + 21, nops + 28,
};

/* Where the code at that address, of the image or a module, is written. */
static notrace void *writable(void *addr)
{
	if (!is_vmalloc_or_module_addr(addr))
		return __va(__pa(addr));
	return page_address(vmalloc_to_page(addr)) + offset_in_page(addr);
}

void notrace text_poke_early(void *addr, const void *opcode, size_t len)
{
	size_t first = min(len, PAGE_SIZE - offset_in_page(addr));
	void *begin = writable(addr);
	void *rest = first < len ? writable(addr + first) : NULL;
	unsigned long flags;

	raw_local_irq_save(flags);
	memcpy(begin, opcode, first);
	if (rest)
		memcpy(rest, opcode + first, len - first);
	sync_core();
	raw_local_irq_restore(flags);
}

#ifndef CONFIG_SMP
void *text_poke(void *addr, const void *opcode, size_t len)
{
	text_poke_early(addr, opcode, len);
	return addr;
}

void text_poke_bp(void *addr, const void *opcode, size_t len, const void *emulate)
{
	text_poke_early(addr, opcode, len);
}

void text_poke_queue(void *addr, const void *opcode, size_t len, const void *emulate)
{
	text_poke_early(addr, opcode, len);
}

void text_poke_finish(void)
{
}

void text_poke_sync(void)
{
}
#endif
