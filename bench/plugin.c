/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: which instructions the guest executes while the benchmark is
 * between its functions window_begin and window_end.
 *
 *	-plugin profile.so,begin=0xADDRESS,end=0xADDRESS,out=FILE
 *
 * The file holds the addresses of the instructions in their order, eight bytes
 * each; a zero ends a window. In the upper 16 bits, whose value is known, the CPU's
 * number is flipped.
 */
#include <stdbool.h>

#include "qemu-plugin.h"

static uint64_t begin, end;
static bool inside;
static FILE *out;

static void executed(unsigned int cpu, void *data)
{
	uint64_t address = (uintptr_t)data;

	if (address == begin) {
		inside = true;
		return;
	}
	if (!inside)
		return;
	if (address == end) {
		inside = false;
		address = 0;
	} else {
		address ^= (uint64_t)cpu << 48;
	}
	fwrite(&address, sizeof(address), 1, out);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uintptr_t address = qemu_plugin_insn_vaddr(insn);

		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed,
						       PLUGIN_CB_NO_REGS,
						       (void *)address);
	}
}

static void finish(plugin_id id, void *data)
{
	(void)id;
	(void)data;
	fclose(out);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	begin = plugin_number(argc, argv, "begin");
	end = plugin_number(argc, argv, "end");
	out = plugin_output(argc, argv, "out");
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
