/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: which instructions the guest executes while the benchmark is
 * between its functions window_begin and window_end.
 *
 *	-plugin profile.so,begin=0xADDRESS,end=0xADDRESS,out=FILE
 *
 * The file holds the addresses of the instructions in their order, eight bytes
 * each; a zero ends a window. QEMU calls with one processor, so there are no
 * locks. Debian has no header of the plugin interface: what is used of its
 * version 1 is declared here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { PLUGIN_CB_NO_REGS };

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*callback)(plugin_id id, struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*callback)(unsigned int cpu, void *data), int flags,
		void *data);
extern void qemu_plugin_register_atexit_cb(plugin_id id,
		void (*callback)(plugin_id id, void *data), void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;

static uint64_t begin, end;
static bool inside;
static FILE *out;

static void executed(unsigned int cpu, void *data)
{
	uint64_t address = (uintptr_t)data;

	(void)cpu;
	if (address == begin) {
		inside = true;
		return;
	}
	if (!inside)
		return;
	if (address == end) {
		inside = false;
		address = 0;
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

/* QEMU's second argument describes the machine; this needs nothing of it. */
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "begin=", 6))
			begin = strtoull(argv[i] + 6, NULL, 0);
		else if (!strncmp(argv[i], "end=", 4))
			end = strtoull(argv[i] + 4, NULL, 0);
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "wb");
	}
	if (!begin || !end || !out) {
		fprintf(stderr, "the plugin needs begin=, end= and out=\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
