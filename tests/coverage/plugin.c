/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: how often each instruction of the microkernel is executed.
 *
 *	-plugin coverage.so,begin=0xADDRESS,end=0xADDRESS,dir=DIRECTORY
 *
 * A file of its own in the directory is an array of 64-bit counters, one for
 * each byte of [begin, end). It is mapped, so that it is whole however QEMU
 * ends. Debian has no header of the plugin interface: what is used of its
 * version 1 is declared here.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { PLUGIN_INLINE_ADD_U64 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*callback)(plugin_id id, struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_insn_exec_inline(
		struct qemu_plugin_insn *insn, int operation, void *counter,
		uint64_t add);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;

static uint64_t begin, end;
static uint64_t *counters;

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (address >= begin && address < end)
			qemu_plugin_register_vcpu_insn_exec_inline(
				insn, PLUGIN_INLINE_ADD_U64,
				&counters[address - begin], 1);
	}
}

static int open_counters(const char *directory)
{
	size_t size = (end - begin) * sizeof(*counters);
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%d", directory, getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
	if (fd < 0 || ftruncate(fd, size))
		return -1;
	counters = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return counters == MAP_FAILED ? -1 : 0;
}

/* QEMU's second argument describes the machine; this needs nothing of it. */
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	const char *directory = NULL;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "begin=", 6))
			begin = strtoull(argv[i] + 6, NULL, 0);
		else if (!strncmp(argv[i], "end=", 4))
			end = strtoull(argv[i] + 4, NULL, 0);
		else if (!strncmp(argv[i], "dir=", 4))
			directory = argv[i] + 4;
	}
	if (!begin || end <= begin || !directory || open_counters(directory)) {
		fprintf(stderr, "the plugin needs begin=, end= and dir=\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
