// SPDX-License-Identifier: GPL-2.0
/*
 * SGDT, SIDT, SLDT, STR and SMSW of a process, which fault where the CPU has
 * UMIP. Old programs ask and do nothing with the answer: they get the values
 * that native Linux makes up. The decoder is x86's.
 */
#include <linux/uaccess.h>

#include <asm/fault.h>
#include <asm/fsgsbase.h>
#include <asm/insn.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/segment.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>
#include <asm/traps.h>
#include <asm/user_gs.h>

#define GDT_BASE	0xfffffffffffe0000UL
#define IDT_BASE	0xffffffffffff0000UL
#define TABLE_SIZE	10		/* a limit of two bytes, then a base */
#define TABLE_SIZE_32	6
#define CPU_TSS		(8 * 8)	/* native Linux's selector */

static unsigned long segment_base(struct insn *insn)
{
	insn_byte_t prefix;
	int i;

	for_each_insn_prefix(insn, i, prefix) {
		if (prefix == 0x64)
			return rdfsbase();
		if (prefix == 0x65)
			return user_gs_read();
	}
	return 0;
}

/* Of 64-bit code, or of 32-bit code, whose addresses are 32 bits. 16-bit ones are not supported. */
static unsigned long operand_address(struct insn *insn, struct pt_regs *regs, bool is_64bit)
{
	unsigned int mod = X86_MODRM_MOD(insn->modrm.value), rm = X86_MODRM_RM(insn->modrm.value);
	unsigned int rex = insn->rex_prefix.value;
	unsigned long address = insn->displacement.value;
	unsigned int index;

	if (rm == 4) {
		unsigned int base = X86_SIB_BASE(insn->sib.value);

		index = X86_SIB_INDEX(insn->sib.value) | (X86_REX_X(rex) ? 8 : 0);
		if (index != 4)
			address += *numbered_register(regs, index)
				   << X86_SIB_SCALE(insn->sib.value);
		if (mod || base != 5)
			address += *numbered_register(regs, base | (X86_REX_B(rex) ? 8 : 0));
	} else if (!mod && rm == 5) {
		address += is_64bit ? regs->ip + insn->length : 0;
	} else {
		address += *numbered_register(regs, rm | (X86_REX_B(rex) ? 8 : 0));
	}
	if (!is_64bit || insn->addr_bytes == 4)
		address = (u32)address;
	return address + segment_base(insn);
}

/* The answer and its size; false: another instruction. */
static bool answer(struct insn *insn, bool is_64bit, u8 *data, unsigned int *size)
{
	unsigned int reg = X86_MODRM_REG(insn->modrm.value);
	bool in_register = X86_MODRM_MOD(insn->modrm.value) == 3;
	unsigned long value;

	if (insn->opcode.nbytes != 2 || insn->opcode.bytes[0] != 0x0f)
		return false;
	if (insn->opcode.bytes[1] == 1 && reg < 2 && !in_register) {
		value = reg ? IDT_BASE : GDT_BASE;
		memset(data, 0, 2);
		memcpy(data + 2, &value, sizeof(value));
		*size = is_64bit ? TABLE_SIZE : TABLE_SIZE_32;
		return true;
	}
	if (insn->opcode.bytes[1] == 1 && reg == 4)
		value = CR0_STATE;
	else if (insn->opcode.bytes[1] == 0 && reg < 2)
		value = reg ? CPU_TSS : 0;
	else
		return false;
	memcpy(data, &value, sizeof(value));
	*size = in_register ? insn->opnd_bytes : 2;
	return true;
}

/* The process can go on, or has a signal. */
bool umip_fault(struct pt_regs *regs)
{
	bool is_64bit = user_64bit_mode(regs);
	u8 code[MAX_INSN_SIZE] = { }, data[TABLE_SIZE];
	unsigned int size;
	unsigned long address;
	struct insn insn;

	if (copy_from_user(code, (void __user *)regs->ip, sizeof(code)) == sizeof(code))
		return false;
	if (insn_decode(&insn, code, sizeof(code), is_64bit ? INSN_MODE_64 : INSN_MODE_32) ||
	    !answer(&insn, is_64bit, data, &size))
		return false;
	if (X86_MODRM_MOD(insn.modrm.value) == 3) {
		memcpy(numbered_register(regs, X86_MODRM_RM(insn.modrm.value) |
					       (X86_REX_B(insn.rex_prefix.value) ? 8 : 0)),
		       data, size);
	} else {
		address = operand_address(&insn, regs, is_64bit);
		if (copy_to_user((void __user *)address, data, size)) {
			current->thread.cr2 = address;
			current->thread.error_code = X86_PF_USER | X86_PF_WRITE;
			current->thread.trap_nr = X86_TRAP_PF;
			force_sig_fault(SIGSEGV, SEGV_MAPERR, (void __user *)address);
			return true;
		}
	}
	regs->ip += insn.length;
	return true;
}
