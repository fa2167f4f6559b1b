/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For plugins of QEMU: what is used of its plugin interface, version 1, of
 * which Debian has no header; and their arguments, NAME=VALUE each.
 *
 * Included once by each plugin, which defines qemu_plugin_install. QEMU calls
 * with one processor, so plugins have no locks.
 */
#ifndef QEMU_PLUGIN_H
#define QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qemu_plugin_version = 1;

typedef uint64_t plugin_id;
struct qemu_plugin_tb;		/* a block: instructions translated together */
struct qemu_plugin_insn;

enum { PLUGIN_CB_NO_REGS };
enum { PLUGIN_INLINE_ADD_U64 };
enum { PLUGIN_MEM_R = 1, PLUGIN_MEM_W, PLUGIN_MEM_RW };

/* `info' describes the machine. 0, or the plugin is not loaded. */
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*callback)(plugin_id id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
		void (*callback)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*callback)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
		void *counter, uint64_t add);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
		void (*callback)(unsigned int cpu, uint32_t info, uint64_t address, void *data),
		int flags, int accesses, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id,
		void (*callback)(plugin_id id, void *data), void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

/* The value of an argument; without it the plugin cannot be used. */
static inline const char *plugin_argument(int argc, char **argv, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], name, length) && argv[i][length] == '=')
			return argv[i] + length + 1;
	fprintf(stderr, "the plugin needs %s=\n", name);
	exit(1);
}

static inline uint64_t plugin_number(int argc, char **argv, const char *name)
{
	return strtoull(plugin_argument(argc, argv, name), NULL, 0);
}

static inline FILE *plugin_output(int argc, char **argv, const char *name)
{
	FILE *file = fopen(plugin_argument(argc, argv, name), "wb");

	if (!file) {
		perror(plugin_argument(argc, argv, name));
		exit(1);
	}
	return file;
}

#endif
