// SPDX-License-Identifier: GPL-2.0
/* What x86's tracing and probes ask about single instructions of Linux. */
#include <linux/errno.h>
#include <linux/linkage.h>
#include <linux/unaligned.h>
#include <asm/alternative.h>
#include <asm/insn.h>
#include <asm/page.h>
#include <asm/text-patching.h>
#include <asm/vcpu.h>

/* Where in the instruction the distance to an address stands, in 4 bytes; 0: nowhere. */
static int distance_offset(struct insn *insn)
{
	const insn_byte_t *opcode = insn->opcode.bytes;

	if (insn_rip_relative(insn))
		return insn_offset_displacement(insn);
	if (opcode[0] == CALL_INSN_OPCODE || opcode[0] == JMP32_INSN_OPCODE ||
	    (opcode[0] == OPCODE_TWO_BYTE && (opcode[1] & 0xf0) == OPCODE_JCC))
		return insn_offset_immediate(insn);
	return 0;
}

/*
 * The code in buf was written to run at repl, and shall run at instr: distances
 * to what lies outside of it change.
 */
void text_poke_apply_relocation(u8 *buf, const u8 *const instr, size_t instrlen, u8 *repl,
				size_t repl_len)
{
	struct insn insn;
	const u8 *target;
	size_t at;
	int offset;
	u8 *field;
	s32 distance;

	for (at = 0; at < instrlen; at += insn.length) {
		if (insn_decode_kernel(&insn, buf + at) < 0)
			return;
		offset = distance_offset(&insn);
		if (!offset)
			continue;
		field = buf + at + offset;
		distance = get_unaligned((s32 *)field);
		target = repl + at + insn.length + distance;
		if (target < repl || target >= repl + repl_len)
			put_unaligned(distance + (s32)(repl - instr), (s32 *)field);
	}
}

/*
 * May no probe be put at this instruction? A probe steps through a copy of it
 * with interrupts off, and sets the virtual interrupt flag to what it was
 * before: one that reads or writes the flag would see, or leave, the wrong one.
 */
int alternatives_text_reserved(void *start, void *end)
{
	struct insn insn;
	unsigned long target;

	if (insn_decode_kernel(&insn, start) < 0)
		return 1;
	target = insn.displacement.value;
	if (insn_rip_relative(&insn))
		target += (unsigned long)start + insn.length;
	return insn.displacement.nbytes == 4 && (target & PAGE_MASK) == (unsigned long)&vcpu_utcb;
}
