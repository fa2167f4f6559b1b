/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU plugin: how often each instruction of the microkernel is executed.
 *
 *	-plugin coverage.so,begin=0xADDRESS,end=0xADDRESS,dir=DIRECTORY
 *
 * A file of its own in the directory is an array of 64-bit counters, one for
 * each byte of [begin, end). It is mapped, so that it is whole however QEMU
 * ends.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "qemu-plugin.h"

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

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	begin = plugin_number(argc, argv, "begin");
	end = plugin_number(argc, argv, "end");
	if (end <= begin || open_counters(plugin_argument(argc, argv, "dir"))) {
		fprintf(stderr, "the plugin cannot write its counters\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
