// SPDX-License-Identifier: GPL-2.0
/*
 * Changes code that other CPUs may run meanwhile, x86's way: first a breakpoint
 * takes the place of each instruction's first byte, and whoever runs into it is
 * helped on as the new instruction would; then come the other bytes, at last the
 * first. After each step all CPUs have made sure that they see it. When the
 * last has, nobody is in the breakpoint's handler any more, where interrupts are
 * off. Under text_mutex.
 *
 * QEMU 7.2, with a thread for each CPU, may keep a translation of what it read just
 * before it was changed: a CPU would run into a breakpoint that is long gone. When all
 * have seen the last change a write ends such a translation for good: so it is
 * written once more.
 */
#include <linux/kprobes.h>
#include <linux/memory.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <asm/sync_core.h>
#include <asm/text-patching.h>

#define LONGEST		6		/* Jcc with 32 bits */

struct patch {
	u8 *at;
	size_t len;
	u8 bytes[LONGEST];
	u8 meaning[LONGEST];		/* what to do for who is there meanwhile; mostly bytes */
};

static struct patch patches[256];	/* so many, for each step interrupts all CPUs */
static unsigned int count;		/* those that wait */
static unsigned int live;		/* those that are being put in */

static void sync_this_cpu(void *unused)
{
	sync_core();
}

static void sync_all(void)
{
	on_each_cpu(sync_this_cpu, NULL, 1);
}

static void *last;			/* that text_poke has changed */

void *text_poke(void *addr, const void *opcode, size_t len)
{
	text_poke_early(addr, opcode, len);
	last = addr;
	return addr;
}

/* After one text_poke, of a byte. */
void text_poke_sync(void)
{
	sync_all();
	text_poke_early(last, last, 1);
	sync_all();
}

void text_poke_finish(void)
{
	const u8 breakpoint = INT3_INSN_OPCODE;
	struct patch *patch, *end = patches + count;

	if (!count)
		return;
	smp_store_release(&live, count);
	for (patch = patches; patch < end; patch++)
		text_poke_early(patch->at, &breakpoint, 1);
	sync_all();
	for (patch = patches; patch < end; patch++)
		text_poke_early(patch->at + 1, patch->bytes + 1, patch->len - 1);
	sync_all();
	for (patch = patches; patch < end; patch++)
		text_poke_early(patch->at, patch->bytes, 1);
	sync_all();
	for (patch = patches; patch < end; patch++)
		text_poke_early(patch->at, patch->bytes, 1);
	sync_all();
	WRITE_ONCE(live, 0);
	count = 0;
}

void text_poke_queue(void *addr, const void *opcode, size_t len, const void *emulate)
{
	struct patch *patch;

	if (WARN_ON_ONCE(!len || len > LONGEST))
		return;
	if (count == ARRAY_SIZE(patches))
		text_poke_finish();
	patch = &patches[count++];
	patch->at = addr;
	patch->len = len;
	memcpy(patch->bytes, opcode, len);
	memcpy(patch->meaning, emulate ?: opcode, len);
}

void text_poke_bp(void *addr, const void *opcode, size_t len, const void *emulate)
{
	text_poke_finish();
	text_poke_queue(addr, opcode, len, emulate);
	text_poke_finish();
}

/* Goes on as after the instruction, which ended at `next'; its distance is the last field. */
static __always_inline void emulate(struct pt_regs *regs, const struct patch *patch)
{
	unsigned long next = (unsigned long)patch->at + patch->len;
	const u8 *insn = patch->meaning;
	long distance = patch->len > 4 ? get_unaligned((s32 *)(insn + patch->len - 4)) : 0;

	switch (insn[0]) {
	case CALL_INSN_OPCODE:
		int3_emulate_call(regs, next + distance);
		break;
	case JMP32_INSN_OPCODE:
		int3_emulate_jmp(regs, next + distance);
		break;
	case JMP8_INSN_OPCODE:
		int3_emulate_jmp(regs, next + (s8)insn[1]);
		break;
	case RET_INSN_OPCODE:
		int3_emulate_ret(regs);
		break;
	default:
		if (insn[0] == OPCODE_TWO_BYTE && (insn[1] & 0xf0) == OPCODE_JCC)
			int3_emulate_jcc(regs, insn[1] & 0xf, next, distance);
		else
			int3_emulate_jmp(regs, next);	/* one that does nothing */
	}
}

/* Of Linux's own code. Was it one of ours? The handler of breakpoints asks, so none may be in it. */
noinstr bool text_patch_breakpoint(struct pt_regs *regs)
{
	const u8 *at = (u8 *)regs->ip - INT3_INSN_SIZE;
	const struct patch *patch, *end = patches + smp_load_acquire(&live);

	for (patch = patches; patch < end; patch++) {
		if (patch->at == at) {
			emulate(regs, patch);
			return true;
		}
	}
	return false;
}
