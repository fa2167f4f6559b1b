/* SPDX-License-Identifier: GPL-2.0 */
/* A client that asks the disk driver for what it must refuse. Prints ok or FAIL for each case. */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#include "disk/disk.h"

static long disk;
static char *buffer;
static bool failed;

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	printf("%s %s: %ld\n", found == expected ? "ok" : "FAIL", name, found);
}

static long attach(l4_word_t rights, unsigned int order)
{
	struct disk_attach request;
	struct disk_attach_reply reply;
	struct l4_transfer transfer = {
		.send = rights != 0,
		.item = { { l4_fpage_mem((l4_word_t)buffer, order, rights), 0 } },
	};

	return disk_attach_transfer(disk, &request, &reply, &transfer);
}

static long read(l4_word_t sector, l4_word_t count, l4_word_t offset)
{
	struct disk_read_reply reply;

	return disk_read_call(disk, &(struct disk_read){ { sector, count, offset } }, &reply);
}

static long write(l4_word_t sector, l4_word_t count, l4_word_t offset)
{
	struct disk_write_reply reply;

	return disk_write_call(disk, &(struct disk_write){ { sector, count, offset } }, &reply);
}

int main(int argc, char **argv)
{
	l4_word_t all = L4_RIGHT_R | L4_RIGHT_W;
	l4_word_t sectors = argc ? l4_number(argv[0]) : 0;
	struct l4_msg msg = { .tag = l4_tag(0, 0, DISK_PROTOCOL) | 2UL << L4_TAG_USER_SHIFT };

	disk = l4_connect("disk");
	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	check("no buffer", read(0, 1, 0), -L4_EFAULT);
	check("attach nothing", attach(0, DISK_BUFFER_ORDER), -L4_EFAULT);
	check("attach", attach(all, DISK_BUFFER_ORDER), 0);
	check("read", read(0, 128, 0), 0);
	check("last sector", read(sectors - 1, 1, 512), 0);
	check("no sector", read(0, 0, 0), -L4_EINVAL);
	check("beyond the disk", read(sectors, 1, 0), -L4_EINVAL);
	check("across the end of the disk", read(sectors - 1, 2, 0), -L4_EINVAL);
	check("far beyond", read(~0UL, 2, 0), -L4_EINVAL);
	check("too many", read(0, 129, 0), -L4_EINVAL);
	check("far too many", read(0, ~0UL, 0), -L4_EINVAL);
	check("beyond the buffer", read(0, 1, 1UL << DISK_BUFFER_ORDER), -L4_EINVAL);
	check("across the end of the buffer", read(0, 2, (1UL << DISK_BUFFER_ORDER) - 512),
	      -L4_EINVAL);
	check("far beyond the buffer", read(0, 1, -512UL), -L4_EINVAL);
	check("a message too short", l4_ipc_call(disk, &msg), 0);
	check("its error", l4_tag_error(msg.tag), -L4_EINVAL);
	msg.tag = l4_tag(0, 0, DISK_PROTOCOL) | 99UL << L4_TAG_USER_SHIFT;
	check("an unknown operation", l4_ipc_call(disk, &msg), 0);
	check("its error", l4_tag_error(msg.tag), -L4_ENOSYS);
	l4_unmap(l4_fpage_mem((l4_word_t)buffer, DISK_BUFFER_ORDER, L4_RIGHTS_ALL), 0);
	check("buffer taken back: read", read(0, 128, 0), -L4_EFAULT);
	check("buffer taken back: write", write(sectors - 8, 8, 0), -L4_EFAULT);
	check("attach again", attach(all, DISK_BUFFER_ORDER), 0);
	check("read again", read(0, 128, 0), 0);
	check("attach a small one", attach(all, L4_PAGE_SHIFT), 0);
	check("within it", read(0, 8, 0), 0);
	check("behind it", read(0, 8, L4_PAGE_SIZE), -L4_EFAULT);
	check("attach a read-only one", attach(L4_RIGHT_R, DISK_BUFFER_ORDER), 0);
	check("read into it", read(0, 1, 0), -L4_EFAULT);
	check("attach it again", attach(L4_RIGHT_R, DISK_BUFFER_ORDER), 0);
	check("write from it", write(1, 1, 512), 0);
	printf(failed ? "some failed\n" : "all is well\n");
	return failed;
}
