/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: how many instructions the microkernel executes with interrupts
 * off at a stretch.
 *
 *	-plugin irqoff.so,begin=0xADDRESS,end=0xADDRESS,over=COUNT,out=FILE
 *
 * begin and end: the kernel's code. A stretch begins with the kernel's first
 * instruction and ends with an STI, SYSRET or IRET. The file gets, for the
 * longest stretch of each sort above COUNT: a zero, the number of instructions,
 * the number of blocks, and of each block its address and length; eight bytes
 * each. A sort is the part of the code that most of its instructions are in.
 */
#include <stdbool.h>

#include "qemu-plugin.h"

#define BLOCKS_MAX	(1UL << 20)	/* of a stretch that are remembered */
#define SORT_SHIFT	8
#define SORTS		1024

struct block {
	uint64_t address, length;
	bool last;			/* interrupts can come after it */
};

static uint64_t code_begin, code_end, over;
static const struct block *blocks[BLOCKS_MAX];
static uint64_t count, block_count;
static bool booted;			/* the kernel was left once */
static FILE *out;

static struct stretch {
	uint64_t count, blocks;
	const struct block **block;
} longest[SORTS];

static unsigned int sort_of(uint64_t remembered)
{
	static uint64_t sum[SORTS];
	unsigned int best = 0;

	memset(sum, 0, sizeof(sum));
	for (uint64_t i = 0; i < remembered; i++) {
		unsigned int sort = (blocks[i]->address - code_begin) >> SORT_SHIFT;

		sort = sort < SORTS ? sort : SORTS - 1;
		sum[sort] += blocks[i]->length;
		if (sum[sort] > sum[best])
			best = sort;
	}
	return best;
}

static void stretch_ends(void)
{
	uint64_t remembered = block_count < BLOCKS_MAX ? block_count : BLOCKS_MAX;
	struct stretch *stretch = &longest[sort_of(remembered)];

	if (stretch->count >= count)
		return;
	stretch->count = count;
	stretch->blocks = remembered;
	stretch->block = realloc(stretch->block, remembered * sizeof(*stretch->block));
	memcpy(stretch->block, blocks, remembered * sizeof(*stretch->block));
}

static void executed(unsigned int cpu, void *data)
{
	const struct block *block = data;

	(void)cpu;
	if (block_count < BLOCKS_MAX)
		blocks[block_count] = block;
	block_count++;
	count += block->length;
	if (!block->last)
		return;
	if (count > over && booted)
		stretch_ends();
	booted = true;
	count = block_count = 0;
}

/* STI, SYSRETQ, IRETQ: each is the last of its block. */
static bool lets_interrupts_in(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	return (size == 1 && code[0] == 0xfb) || (size == 2 && !memcmp(code, "\x48\xcf", 2)) ||
	       (size == 3 && !memcmp(code, "\x48\x0f\x07", 3));
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	size_t length = qemu_plugin_tb_n_insns(tb);
	struct block *block;

	(void)id;
	if (address < code_begin || address >= code_end)
		return;
	block = malloc(sizeof(*block));
	*block = (struct block){ address, length,
				 lets_interrupts_in(qemu_plugin_tb_get_insn(tb, length - 1)) };
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, PLUGIN_CB_NO_REGS, block);
}

static void write_number(uint64_t number)
{
	fwrite(&number, sizeof(number), 1, out);
}

static void finish(plugin_id id, void *data)
{
	(void)id;
	(void)data;
	for (unsigned int sort = 0; sort < SORTS; sort++) {
		const struct stretch *stretch = &longest[sort];

		if (!stretch->count)
			continue;
		write_number(0);
		write_number(stretch->count);
		write_number(stretch->blocks);
		for (uint64_t i = 0; i < stretch->blocks; i++) {
			write_number(stretch->block[i]->address);
			write_number(stretch->block[i]->length);
		}
	}
	fclose(out);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	code_begin = plugin_number(argc, argv, "begin");
	code_end = plugin_number(argc, argv, "end");
	over = plugin_number(argc, argv, "over");
	out = plugin_output(argc, argv, "out");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
