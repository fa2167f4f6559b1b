// SPDX-License-Identifier: GPL-2.0
/*
 * What Linux may do with its own memory: text and constants are not written
 * to, and nothing is executed that can be written to. Where that memory lies is
 * the parent's mapping, whose rights Linux can only lower: for good, once it is
 * initialized. The vmalloc area and the modules are aliases of pages of the
 * direct map, with the rights that Linux's tables say.
 *
 * The direct map stays writable, also where the text is: text_poke writes there.
 * And it goes on to hold the right to execute, which processes and modules get
 * from there.
 */
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/vmalloc.h>
#include <asm/memory.h>
#include <asm/sections.h>

struct change {
	unsigned long set, clear;
};

static int change_entry(pte_t *ptep, unsigned long address, void *data)
{
	const struct change *change = data;

	set_pte(ptep, __pte((pte_val(ptep_get(ptep)) & ~change->clear) | change->set));
	return 0;
}

/* The new rights are there when this returns: apply_to_existing_page_range sees to it. */
static int change_rights(unsigned long address, int pages, unsigned long set, unsigned long clear)
{
	struct change change = { set, clear };

	if (!is_vmalloc_or_module_addr((void *)address))
		return -EINVAL;
	return apply_to_existing_page_range(&init_mm, address, (unsigned long)pages << PAGE_SHIFT,
					    change_entry, &change);
}

int set_memory_ro(unsigned long address, int pages)
{
	return change_rights(address, pages, 0, _PAGE_RW);
}

int set_memory_rw(unsigned long address, int pages)
{
	return change_rights(address, pages, _PAGE_RW, 0);
}

int set_memory_x(unsigned long address, int pages)
{
	return change_rights(address, pages, 0, _PAGE_NX);
}

int set_memory_nx(unsigned long address, int pages)
{
	return change_rights(address, pages, _PAGE_NX, 0);
}

/* All of the upper half that is Linux's but the text: what lies behind the microkernel's slot. */
static int hold_all_but_text(void)
{
	unsigned long text = (unsigned long)_text, end = (unsigned long)__start_rodata;

	return memory_hold(MEMORY_UPPER, text - MEMORY_UPPER) ?: memory_hold(end, -end);
}

void mark_rodata_ro(void)
{
	unsigned long start = (unsigned long)_text, size = (unsigned long)__end_rodata - start;
	int err = memory_write_protect(start, size) ?: hold_all_but_text();

	if (err)
		panic("text and constants cannot be protected: error %d", err);
	pr_info("Write protecting the kernel read-only data: %luk\n", size >> 10);
}
