/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: what makes emulation slow between the benchmark's functions
 * window_begin and window_end, beside the instructions themselves.
 *
 *	-plugin translations.so,begin=A,end=A,ring0_begin=A,ring0_end=A,out=FILE
 *
 * ring0_begin and ring0_end: where the code of ring 0 is.
 *
 * Writing CR3 empties QEMU's TLB and its cache of blocks by address. After that
 * each page costs a walk of the guest's page tables, and each block that is not
 * chained to the one before it a search in a hash table. The file gets a line for
 * each window: writes of CR3, pages walked, blocks, those looked up in the
 * cache, and those searched because they were not in it. The cache is modelled
 * as QEMU 7.2 has it; of the TLB only that it starts empty: no conflicts.
 */
#include <stdbool.h>

#include "qemu-plugin.h"

#define PAGE_SHIFT	12
#define CACHE_BITS	12		/* of QEMU's cache of blocks */
#define CACHE_PAGE_BITS	6		/* of which these choose the page */
#define PAGES		(1U << 16)	/* of the table of pages, a power of 2 */

enum ending { JUMP, INDIRECT, CR3, STAC, CLAC };

struct block {
	uint64_t address;
	enum ending ending;
};

static struct count {
	unsigned long cr3, pages, blocks, lookups, searches;
} count;

static uint64_t begin, end, ring0_begin, ring0_end;
static bool ac;
static FILE *out;
static const struct block *before, *cache[1 << CACHE_BITS];
static struct { uint64_t key, epoch; } pages[PAGES];
static uint64_t epoch = 1;

static unsigned int cache_index(uint64_t address)
{
	uint64_t mixed = address ^ address >> (PAGE_SHIFT - CACHE_PAGE_BITS);
	uint64_t in_page = (1 << (CACHE_BITS - CACHE_PAGE_BITS)) - 1;

	return (mixed >> (PAGE_SHIFT - CACHE_PAGE_BITS) & ((1 << CACHE_BITS) - 1) & ~in_page) |
	       (mixed & in_page);
}

/* The TLB has a table for ring 3, and two for ring 0: with AC and without. */
static void touch(uint64_t address, uint64_t code)
{
	bool ring0 = code >= ring0_begin && code < ring0_end;
	uint64_t key = (address >> PAGE_SHIFT) << 2 | (ring0 ? 1 + ac : 0);
	unsigned int i = key * 0x9e3779b97f4a7c15UL >> 48;

	for (; pages[i].epoch == epoch; i = (i + 1) % PAGES)
		if (pages[i].key == key)
			return;
	pages[i].key = key;
	pages[i].epoch = epoch;
	count.pages++;
}

static void empty_caches(void)
{
	count.cr3++;
	epoch++;
	memset(cache, 0, sizeof(cache));
}

/* After a block: what its last instruction does to the state that is modelled. */
static void finish_block(const struct block *block)
{
	if (block->ending == CR3)
		empty_caches();
	else if (block->ending == STAC || block->ending == CLAC)
		ac = block->ending == STAC;
}

static bool chained(const struct block *from, const struct block *to)
{
	return from && from->ending == JUMP && from->address >> PAGE_SHIFT == to->address >> PAGE_SHIFT;
}

static void block_executed(unsigned int cpu, void *data)
{
	const struct block *block = data, **cached = &cache[cache_index(block->address)];

	if (before)
		finish_block(before);
	count.blocks++;
	if (!chained(before, block)) {
		count.lookups++;
		count.searches += *cached != block;
		*cached = block;
	}
	touch(block->address, block->address);
	before = block;
}

static void memory_accessed(unsigned int cpu, uint32_t info, uint64_t address, void *code)
{
	touch(address, (uintptr_t)code);
}

static void marked(unsigned int cpu, void *data)
{
	if ((uintptr_t)data == begin)
		memset(&count, 0, sizeof(count));
	else
		fprintf(out, "%lu %lu %lu %lu %lu\n", count.cr3, count.pages, count.blocks,
			count.lookups, count.searches);
}

static enum ending ending_of(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	if (size >= 3 && !memcmp(code, "\x0f\x22", 2) && (code[2] & 0xf8) == 0xd8)
		return CR3;
	if (size == 3 && !memcmp(code, "\x0f\x01\xcb", 3))
		return STAC;
	if (size == 3 && !memcmp(code, "\x0f\x01\xca", 3))
		return CLAC;
	/* RET, CALL and JMP by register or memory, SYSRET, IRET, SYSCALL, and with REX. */
	if (code[0] >= 0x40 && code[0] < 0x50)
		code++;
	if (code[0] == 0xc3 || code[0] == 0xff || code[0] == 0xcf ||
	    !memcmp(code, "\x0f\x07", 2) || !memcmp(code, "\x0f\x05", 2))
		return INDIRECT;
	return JUMP;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t length = qemu_plugin_tb_n_insns(tb);
	struct block *block = malloc(sizeof(*block));

	block->address = qemu_plugin_tb_vaddr(tb);
	block->ending = ending_of(qemu_plugin_tb_get_insn(tb, length - 1));
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_executed, PLUGIN_CB_NO_REGS, block);
	for (size_t i = 0; i < length; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		void *address = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_mem_cb(insn, memory_accessed, PLUGIN_CB_NO_REGS,
						 PLUGIN_MEM_RW, address);
		if ((uintptr_t)address == begin || (uintptr_t)address == end)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, PLUGIN_CB_NO_REGS,
							       address);
	}
}

static void finish(plugin_id id, void *data)
{
	fclose(out);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	begin = plugin_number(argc, argv, "begin");
	end = plugin_number(argc, argv, "end");
	ring0_begin = plugin_number(argc, argv, "ring0_begin");
	ring0_end = plugin_number(argc, argv, "ring0_end");
	out = plugin_output(argc, argv, "out");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
