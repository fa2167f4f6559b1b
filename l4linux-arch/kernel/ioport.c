// SPDX-License-Identifier: GPL-2.0
/*
 * I/O ports that the parent has not granted. Drivers probe for devices at
 * fixed ports; on a PC a port without a device reads as ones and ignores what
 * is written. Here the access faults, and then does the same.
 */
#include <linux/types.h>
#include <asm/fault.h>
#include <asm/ptrace.h>

#define PREFIX_16BIT	0x66
#define OPCODE_MASK	0xf4	/* of in and out, with the port in dx or as a byte */
#define OPCODE_IN_OUT	0xe4
#define OPCODE_WIDE	0x01
#define OPCODE_OUT	0x02
#define OPCODE_DX	0x08

bool absent_port_access(struct pt_regs *regs)
{
	const u8 *start = (const u8 *)regs->ip, *ip = start;
	bool narrow = *ip == PREFIX_16BIT;
	u8 opcode;

	if (narrow)
		ip++;
	opcode = *ip++;
	if ((opcode & OPCODE_MASK) != OPCODE_IN_OUT)
		return false;
	if (!(opcode & OPCODE_DX))
		ip++;
	if (!(opcode & OPCODE_OUT)) {
		if (!(opcode & OPCODE_WIDE))
			regs->ax |= 0xff;
		else if (narrow)
			regs->ax |= 0xffff;
		else
			regs->ax = 0xffffffff;
	}
	regs->ip += ip - start;
	return true;
}
