// SPDX-License-Identifier: GPL-2.0
/*
 * A process's IN, OUT, INS and OUTS, which fault: they are carried out here
 * for threads that user_ports.c says may. What a string instruction meets
 * between two elements, it meets here, too: a fault leaves the registers at the
 * element that failed, and signals need not wait for the last one.
 */
#include <linux/pid.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <asm/fault.h>
#include <asm/port_access.h>
#include <asm/trap_pf.h>
#include <asm/user_ports.h>

#define INSN_MAX	15
#define AT_ONCE		256	/* elements until signals are looked at */

struct port_insn {
	unsigned int port, size;
	bool out, repeat;
	unsigned long addresses;	/* those that its registers can hold */
};

/* IN to AL or AX leaves the rest of RAX; to EAX, it clears the upper half. */
static void access_port(struct pt_regs *regs, const struct port_insn *insn)
{
	unsigned long mask = insn->size == 4 ? ~0UL : (1UL << 8 * insn->size) - 1;

	if (insn->out)
		port_out(insn->port, insn->size, regs->ax);
	else
		regs->ax = (regs->ax & ~mask) | port_in(insn->port, insn->size);
}

/* A port may change by being read: its value must have a place before. */
static unsigned long move_element(const struct port_insn *insn, void __user *at)
{
	unsigned long missed;
	u32 value = 0;

	if (insn->out) {
		missed = copy_from_user(&value, at, insn->size);
		if (!missed)
			port_out(insn->port, insn->size, value);
	} else {
		missed = copy_to_user(at, &value, insn->size);
		if (!missed) {
			value = port_in(insn->port, insn->size);
			missed = copy_to_user(at, &value, insn->size);
		}
	}
	return missed;
}

/* True: it is over. */
static bool move_string(struct pt_regs *regs, const struct port_insn *insn)
{
	unsigned long *pointer = insn->out ? &regs->si : &regs->di, address, missed;
	long step = regs->flags & X86_EFLAGS_DF ? -(long)insn->size : insn->size;

	for (unsigned int i = 0; i < AT_ONCE; i++) {
		if (insn->repeat && !(regs->cx & insn->addresses))
			return true;
		address = *pointer & insn->addresses;
		missed = move_element(insn, (void __user *)address);
		if (missed) {
			fault_for_process(regs, insn->out ? 0 : X86_PF_WRITE,
					  address + insn->size - missed);
			return false;
		}
		*pointer = (address + step) & insn->addresses;
		if (!insn->repeat)
			return true;
		regs->cx = (regs->cx - 1) & insn->addresses;
	}
	return false;
}

/* CLI and STI do nothing for who may use all ports; the CPU would obey. */
static bool interrupt_flag(void)
{
	if (!user_ports_all())
		return false;
	pr_info_ratelimited("%s[%d] tries to switch interrupts; they stay as they are\n",
			    current->comm, task_pid_nr(current));
	return true;
}

/*
 * Prefixes: 16 bits, repetition, and in 64-bit code shorter addresses and those
 * (REX) that change nothing. Another segment's base is not supported, nor are
 * addresses of 16 bits.
 */
static unsigned int take_prefixes(struct port_insn *insn, const u8 *code, bool is_64bit)
{
	unsigned int at = 0;

	for (; at < INSN_MAX - 2; at++) {
		if (code[at] == 0x66)
			insn->size = 2;
		else if (code[at] == 0xf2 || code[at] == 0xf3)
			insn->repeat = true;
		else if (code[at] == 0x67 && is_64bit)
			insn->addresses = U32_MAX;
		else if (!is_64bit || (code[at] & 0xf0) != 0x40)
			break;
	}
	return at;
}

bool user_port_access(struct pt_regs *regs)
{
	bool is_64bit = user_64bit_mode(regs);
	struct port_insn insn = { .size = 4, .addresses = is_64bit ? ULONG_MAX : U32_MAX };
	u8 code[INSN_MAX + 1] = { }, opcode;	/* one more: there is always a last byte */
	unsigned int at;

	if (copy_from_user(code, (void __user *)regs->ip, INSN_MAX) == INSN_MAX)
		return false;
	at = take_prefixes(&insn, code, is_64bit);
	opcode = code[at++];
	insn.out = opcode & 2;
	insn.port = regs->dx & 0xffff;
	if (!(opcode & 1))
		insn.size = 1;
	switch (opcode) {
	case 0xfa:	/* CLI */
	case 0xfb:	/* STI */
		if (!interrupt_flag())
			return false;
		break;
	case 0xe4 ... 0xe7:	/* IN and OUT, the port is in the next byte */
		insn.port = code[at++];
		fallthrough;
	case 0xec ... 0xef:	/* or in DX */
		if (!user_ports_allow(insn.port, insn.size))
			return false;
		access_port(regs, &insn);
		break;
	case 0x6c ... 0x6f:	/* INS and OUTS */
		if (!user_ports_allow(insn.port, insn.size))
			return false;
		if (!move_string(regs, &insn))
			return true;
		break;
	default:
		return false;
	}
	regs->ip += at;
	return true;
}
