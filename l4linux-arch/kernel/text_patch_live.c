// SPDX-License-Identifier: GPL-2.0
/*
 * Changes code that other CPUs may run meanwhile, x86's way: first a breakpoint
 * takes the place of each instruction's first byte, and whoever runs into it is
 * helped on as the new instruction would; then come the other bytes, at last the
 * first. After each step all CPUs have made sure that they see it. Under text_mutex.
 *
 * Online CPUs are asked. One that comes or goes runs code as well, but cannot be
 * asked: it says so before, in a way that makes it see all that was written until
 * then, and whoever is between two steps waits until it is online or has gone.
 *
 * Who is in the breakpoint's handler is counted: the patches stay as they are as long
 * as somebody may look at them. And who finds none there, nor a breakpoint, came
 * late: the instruction is run as it is now.
 *
 * QEMU 7.2, with a thread for each CPU, may keep a translation of what it read just
 * before it was changed: a CPU would run into a breakpoint that is long gone. When all
 * have seen the last change a write ends such a translation for good: so it is
 * written once more.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/memory.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
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

static atomic_t inside;			/* CPUs in the handler */
static DEFINE_PER_CPU(bool, unasked);

/* This CPU runs code that may be changed from here on, and is not online; or it is about not to be. */
noinstr void text_patch_unasked_begin(void)
{
	raw_cpu_write(unasked, true);
	smp_mb();		/* either a patch's author sees that, or we see what he has written */
	sync_core();
}

/* It is online, or runs no such code any more. */
noinstr void text_patch_unasked_end(void)
{
	smp_mb();
	raw_cpu_write(unasked, false);
}

static bool somebody_unasked(void)
{
	unsigned int cpu;

	smp_mb();
	for_each_possible_cpu(cpu)
		if (READ_ONCE(per_cpu(unasked, cpu)))
			return true;
	return false;
}

static void sync_this_cpu(void *unused)
{
	sync_core();
}

static bool try_sync_all(void)
{
	bool all;

	preempt_disable();	/* so no CPU goes meanwhile: that stops the others */
	all = !somebody_unasked();
	if (all)
		on_each_cpu(sync_this_cpu, NULL, 1);
	preempt_enable();
	return all;
}

/* Who comes or goes needs none of us for it. */
static void sync_all(void)
{
	while (!try_sync_all())
		usleep_range(50, 500);
}

static void wait_for_handlers(void)
{
	smp_mb();		/* what was changed before is what the next one sees */
	while (atomic_read(&inside))
		cpu_relax();
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
	wait_for_handlers();	/* so who saw no patch does not see its breakpoint either */
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
	wait_for_handlers();
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

static __always_inline bool go_on(struct pt_regs *regs, bool may_be_gone)
{
	const u8 *at = (u8 *)regs->ip - INT3_INSN_SIZE;
	const struct patch *patch, *end = patches + smp_load_acquire(&live);

	for (patch = patches; patch < end; patch++) {
		if (patch->at == at) {
			emulate(regs, patch);
			return true;
		}
	}
	if (!may_be_gone || READ_ONCE(*at) == INT3_INSN_OPCODE)
		return false;
	regs->ip = (unsigned long)at;
	return true;
}

static __always_inline bool counted_go_on(struct pt_regs *regs, bool may_be_gone)
{
	bool done;

	raw_atomic_inc(&inside);	/* a full barrier, as is the other one */
	done = go_on(regs, may_be_gone);
	raw_atomic_dec(&inside);
	return done;
}

/* Of Linux's own code. Was it one of ours? The handler of breakpoints asks, so none may be in it. */
noinstr bool text_patch_breakpoint(struct pt_regs *regs)
{
	return counted_go_on(regs, false);
}

/*
 * It was not, nor a probe: is it one that is there no longer, or not yet when we looked?
 * Probes come before, as one that is being taken away helps on who runs what QEMU keeps of it.
 */
noinstr bool text_patch_late_breakpoint(struct pt_regs *regs)
{
	return counted_go_on(regs, true);
}
