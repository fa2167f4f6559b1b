/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client that asks a disk server for what it must refuse: SECTORS [SERVER]. Prints ok or FAIL for each
 * case.
 */
#include <l4/disk_client.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#define ALL		(L4_RIGHT_R | L4_RIGHT_W)

static long disk;
static char *buffer;
static bool failed;

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	printf("%s %s: %ld\n", found == expected ? "ok" : "FAIL", name, found);
}

static long attach_as(l4_word_t number, l4_word_t rights, unsigned int order, l4_word_t *sectors)
{
	struct disk_attach request = { number };
	struct disk_attach_reply reply = { 0 };
	struct l4_transfer transfer = {
		.send = rights != 0,
		.item = { { l4_fpage_mem((l4_word_t)buffer, order, rights), 0 } },
	};
	long error = disk_attach_transfer(disk, &request, &reply, &transfer);

	if (sectors)
		*sectors = reply.sectors;
	return error;
}

static long attach(l4_word_t rights, unsigned int order)
{
	return attach_as(0, rights, order, NULL);
}

static long read_to(l4_word_t number, l4_word_t sector, l4_word_t count, l4_word_t offset)
{
	struct disk_read request = { { sector, count, offset, number } };
	struct disk_read_reply reply;

	return disk_read_call(disk, &request, &reply);
}

static long read(l4_word_t sector, l4_word_t count, l4_word_t offset)
{
	return read_to(0, sector, count, offset);
}

static long write(l4_word_t sector, l4_word_t count, l4_word_t offset)
{
	struct disk_write_reply reply;

	return disk_write_call(disk, &(struct disk_write){ { sector, count, offset, 0 } }, &reply);
}

static long flush(void)
{
	struct disk_flush_reply reply;

	return disk_flush_call(disk, &(struct disk_flush){ }, &reply);
}

static long get_size(l4_word_t *sectors)
{
	struct disk_size_reply reply = { 0 };
	long error = disk_size_call(disk, &(struct disk_size){ }, &reply);

	*sectors = reply.sectors;
	return error;
}

static long raw(l4_word_t tag)
{
	struct l4_msg msg = { .tag = tag };
	long error = l4_ipc_call(disk, &msg);

	return error ? error : l4_tag_error(msg.tag);
}

static void requests(l4_word_t sectors)
{
	l4_word_t found;

	check("no buffer", read(0, 1, 0), -L4_EFAULT);
	check("size", get_size(&found), 0);
	check("its sectors", found, sectors);
	check("no buffer yet", read(0, 1, 0), -L4_EFAULT);
	check("attach nothing", attach(0, DISK_BUFFER_ORDER), -L4_EFAULT);
	check("attach", attach_as(0, ALL, DISK_BUFFER_ORDER, &found), 0);
	check("its sectors", found, sectors);
	check("read", read(0, 128, 0), 0);
	check("last sector", read(sectors - 1, 1, 512), 0);
	check("no sector", read(0, 0, 0), -L4_EINVAL);
	check("beyond the disk", read(sectors, 1, 0), -L4_EINVAL);
	check("across the end of the disk", read(sectors - 1, 2, 0), -L4_EINVAL);
	check("far beyond", read(~0UL, 2, 0), -L4_EINVAL);
	check("too many", read(0, 129, 0), -L4_EINVAL);
	check("far too many", read(0, ~0UL, 0), -L4_EINVAL);
	check("beyond the buffer", read(0, 1, DISK_BUFFER_SIZE), -L4_EINVAL);
	check("across the end of the buffer", read(0, 2, DISK_BUFFER_SIZE - 512), -L4_EINVAL);
	check("far beyond the buffer", read(0, 1, -512UL), -L4_EINVAL);
	check("an odd offset", read(0, 1, 1), -L4_EINVAL);
	check("an offset that is not a sector's", read(0, 1, 2), 0);
	check("flush", flush(), 0);
	check("a message too short", raw(l4_tag(0, 0, L4_PROTO_DISK) | 2UL << L4_TAG_USER_SHIFT),
	      -L4_EINVAL);
	check("an unknown operation", raw(l4_tag(0, 0, L4_PROTO_DISK) | 99UL << L4_TAG_USER_SHIFT),
	      -L4_ENOSYS);
	check("attach nothing in its place", attach(0, DISK_BUFFER_ORDER), -L4_EFAULT);
	check("it is there", read(0, 1, 0), 0);
}

static void take_back(void)
{
	l4_unmap(l4_fpage_mem((l4_word_t)buffer, DISK_BUFFER_ORDER, L4_RIGHTS_ALL), 0);
}

static void buffers(l4_word_t sectors)
{
	take_back();
	check("buffer taken back: read", read(0, 128, 0), -L4_EFAULT);
	check("buffer taken back: write", write(sectors - 8, 8, 0), -L4_EFAULT);
	check("attach again", attach(ALL, DISK_BUFFER_ORDER), 0);
	check("read again", read(0, 128, 0), 0);
	check("attach a small one", attach(ALL, L4_PAGE_SHIFT), 0);
	check("within it", read(0, 8, 0), 0);
	check("behind it", read(0, 8, L4_PAGE_SIZE), -L4_EFAULT);
	check("attach a read-only one", attach(L4_RIGHT_R, DISK_BUFFER_ORDER), 0);
	check("read into it", read(0, 1, 0), -L4_EFAULT);
	check("attach it again", attach(L4_RIGHT_R, DISK_BUFFER_ORDER), 0);
	check("write from it", write(1, 1, 512), 0);
}

/* The same memory under all numbers, the last of them a page only. */
static void numbers(void)
{
	check("number 16", attach_as(DISK_BUFFERS, ALL, DISK_BUFFER_ORDER, NULL), -L4_EINVAL);
	check("a huge number", attach_as(~0UL, ALL, DISK_BUFFER_ORDER, NULL), -L4_EINVAL);
	check("read to number 16", read_to(DISK_BUFFERS, 0, 1, 0), -L4_EINVAL);
	check("read to a huge number", read_to(~0UL, 0, 1, 0), -L4_EINVAL);
	check("read to one not attached", read_to(15, 0, 1, 0), -L4_EFAULT);
	for (l4_word_t i = 0; i < DISK_BUFFERS; i++)
		check("attach one more", attach_as(i, ALL, i == 15 ? L4_PAGE_SHIFT : DISK_BUFFER_ORDER, NULL), 0);
	for (l4_word_t i = 0; i < DISK_BUFFERS; i++) {
		memset(buffer, 0x55, DISK_SECTOR);
		memset(buffer + DISK_SECTOR, 0xaa, DISK_SECTOR);
		check("read to each", read_to(i, 2, 1, 512), 0);
		check("to 15 within its page", read_to(15, 2, 1, 0), 0);
		check("the same", memcmp(buffer, buffer + 512, 512), 0);
	}
	check("to 15 behind its page", read_to(15, 0, 1, L4_PAGE_SIZE), -L4_EFAULT);
	check("to 14 there", read_to(14, 0, 1, L4_PAGE_SIZE), 0);
}

/* libl4's client passes on what it is told, and refuses what it cannot ask. */
static void library(const char *server, l4_word_t sectors)
{
	struct l4_disk other;
	l4_word_t found = 0;

	check("open nobody", l4_disk_open(&other, "nobody", 50, &found), -L4_ERIGHTS);
	check("open", l4_disk_open(&other, server, 0, &found), 0);
	check("its sectors", found, sectors);
	check("nothing shared", l4_disk_move(&other, false, 0, 1, 0, 0), -L4_EFAULT);
	check("share number 16", l4_disk_share(&other, DISK_BUFFERS, buffer, 16), -L4_EINVAL);
	check("share too much", l4_disk_share(&other, 0, buffer, 17), -L4_EINVAL);
	check("share too little", l4_disk_share(&other, 0, buffer, 11), -L4_EINVAL);
	check("share crookedly", l4_disk_share(&other, 0, buffer + L4_PAGE_SIZE, 16), -L4_EINVAL);
	check("share none", l4_disk_share(&other, 0, NULL, 16), -L4_EINVAL);
	check("share", l4_disk_share(&other, 3, buffer, 16), 0);
	check("move", l4_disk_move(&other, false, 0, 128, 3, 0), 0);
	check("move too far", l4_disk_move(&other, false, sectors, 1, 3, 0), -L4_EINVAL);
	check("move to number 16", l4_disk_move(&other, false, 0, 1, 16, 0), -L4_EINVAL);
	check("move to a huge number", l4_disk_move(&other, false, 0, 1, ~0U >> 1, 0), -L4_EINVAL);
	check("flush", l4_disk_flush(&other), 0);
}

int main(int argc, char **argv)
{
	l4_word_t sectors = argc ? l4_number(argv[0]) : 0;
	const char *server = argc > 1 ? argv[1] : "disk";

	disk = l4_connect(server);
	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	if (disk < 0 || !buffer)
		return 1;
	requests(sectors);
	buffers(sectors);
	numbers();
	library(server, sectors);
	printf(failed ? "some failed\n" : "all is well\n");
	return failed;
}
