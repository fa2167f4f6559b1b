// SPDX-License-Identifier: GPL-2.0
/* Registers of a pt_regs by their names, for the arguments of probes. */
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#define REGISTER(reg)	{ #reg, offsetof(struct pt_regs, reg) }

static const struct {
	const char *name;
	unsigned int offset;
} registers[] = {
	REGISTER(r15), REGISTER(r14), REGISTER(r13), REGISTER(r12), REGISTER(r11), REGISTER(r10),
	REGISTER(r9), REGISTER(r8), REGISTER(bx), REGISTER(cx), REGISTER(dx), REGISTER(si),
	REGISTER(di), REGISTER(bp), REGISTER(ax), REGISTER(orig_ax), REGISTER(ip), REGISTER(cs),
	REGISTER(flags), REGISTER(sp), REGISTER(ss),
};

int regs_query_register_offset(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(registers); i++)
		if (!strcmp(registers[i].name, name))
			return registers[i].offset;
	return -EINVAL;
}
