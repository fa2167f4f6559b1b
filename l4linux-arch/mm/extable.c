// SPDX-License-Identifier: GPL-2.0
/*
 * What goes on after a fault at an instruction of the server's that announced
 * it in the exception table: x86's table, as the borrowed headers and library
 * functions write it, with the kinds that occur here.
 */
#include <linux/bitfield.h>
#include <linux/extable.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/fpu/api.h>
#include <asm/ptrace.h>

static const u8 register_offset[16] = {
	offsetof(struct pt_regs, ax), offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, dx), offsetof(struct pt_regs, bx),
	offsetof(struct pt_regs, sp), offsetof(struct pt_regs, bp),
	offsetof(struct pt_regs, si), offsetof(struct pt_regs, di),
	offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
	offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
	offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
};

unsigned long *numbered_register(struct pt_regs *regs, unsigned int number)
{
	return (void *)regs + register_offset[number & 15];
}

static bool resume_at_fixup(const struct exception_table_entry *entry, struct pt_regs *regs)
{
	if (entry->data & EX_FLAG_CLEAR_AX)
		regs->ax = 0;
	if (entry->data & EX_FLAG_CLEAR_DX)
		regs->dx = 0;
	regs->ip = (unsigned long)&entry->fixup + entry->fixup;
	return true;
}

/* The pieces of `mov memory, register' with 64 bits: REX.W 8b modrm [sib] [displacement]. */
#define REX_W(rex)	(((rex) & 0xf8) == 0x48)
#define REX_R(rex)	((rex) & 4 ? 8 : 0)
#define REX_X(rex)	((rex) & 2 ? 8 : 0)
#define REX_B(rex)	((rex) & 1 ? 8 : 0)
#define MOV_LOAD	0x8b
#define MOD(modrm)	((modrm) >> 6)
#define REG(modrm)	((modrm) >> 3 & 7)
#define RM(modrm)	((modrm) & 7)
#define RM_SIB		4		/* also: no index */
#define SIB_SCALE(sib)	((sib) >> 6)
#define SIB_INDEX(sib)	((sib) >> 3 & 7)
#define SIB_BASE(sib)	((sib) & 7)
#define NO_BASE		5		/* with mod 0 */

static unsigned long operand_address(const u8 *insn, struct pt_regs *regs)
{
	u8 rex = insn[0], modrm = insn[2], base = RM(modrm);
	const u8 *displacement = insn + 3;
	unsigned long address = 0;
	unsigned int index;

	if (base == RM_SIB) {
		u8 sib = *displacement++;

		base = SIB_BASE(sib);
		index = SIB_INDEX(sib) | REX_X(rex);
		if (index != RM_SIB)
			address = *numbered_register(regs, index) << SIB_SCALE(sib);
	}
	if (MOD(modrm) == 0 && base == NO_BASE)
		return address + get_unaligned((s32 *)displacement);
	address += *numbered_register(regs, base | REX_B(rex));
	if (MOD(modrm) == 1)
		address += *(s8 *)displacement;
	else if (MOD(modrm) == 2)
		address += get_unaligned((s32 *)displacement);
	return address;
}

/*
 * load_unaligned_zeropad: an 8-byte load that ran over the end of a page into
 * one that is not there; what lies behind the end reads as zero.
 */
static bool load_zeropad(const struct exception_table_entry *entry, struct pt_regs *regs,
			 unsigned long fault_address)
{
	const u8 *insn = (const u8 *)regs->ip;
	unsigned long address, aligned;

	if (!REX_W(insn[0]) || insn[1] != MOV_LOAD || MOD(insn[2]) == 3)
		return false;
	address = operand_address(insn, regs);
	aligned = address & ~7UL;
	if (fault_address != aligned + 8)
		return false;
	*numbered_register(regs, REG(insn[2]) | REX_R(insn[0])) =
		*(unsigned long *)aligned >> (address - aligned) * 8;
	return resume_at_fixup(entry, regs);
}

int fixup_exception(struct pt_regs *regs, int vector, unsigned long error,
		    unsigned long fault_address)
{
	const struct exception_table_entry *entry = search_exception_tables(regs->ip);
	unsigned int number;
	int imm;

	if (!entry)
		return 0;
	number = FIELD_GET(EX_DATA_REG_MASK, entry->data);
	imm = (s16)FIELD_GET(EX_DATA_IMM_MASK, entry->data);
	switch (FIELD_GET(EX_DATA_TYPE_MASK, entry->data)) {
	case EX_TYPE_DEFAULT:
	case EX_TYPE_DEFAULT_MCE_SAFE:
	case EX_TYPE_UACCESS:
		return resume_at_fixup(entry, regs);
	case EX_TYPE_FAULT:
	case EX_TYPE_FAULT_MCE_SAFE:
		regs->ax = vector;
		return resume_at_fixup(entry, regs);
	case EX_TYPE_IMM_REG:
		*numbered_register(regs, number) = (long)imm;
		return resume_at_fixup(entry, regs);
	case EX_TYPE_UCOPY_LEN:
		regs->cx = imm * regs->cx + *numbered_register(regs, number);
		return resume_at_fixup(entry, regs);
	case EX_TYPE_FPU_RESTORE:
		fpu_reset_from_exception_fixup();
		return resume_at_fixup(entry, regs);
	case EX_TYPE_ZEROPAD:
		return load_zeropad(entry, regs, fault_address);
	}
	return 0;
}

int ex_get_fixup_type(unsigned long ip)
{
	const struct exception_table_entry *entry = search_exception_tables(ip);

	return entry ? FIELD_GET(EX_DATA_TYPE_MASK, entry->data) : EX_TYPE_NONE;
}
