/* SPDX-License-Identifier: GPL-2.0 */
#include "files_disk.h"

#include <l4/p9_message.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../servers/files/mount.h"
#include "random.h"

#define IMAGE		"/tmp/l4-test-files.%d.img"
#define FIDS		1024
#define PENDING		65536
#define CACHE		(600 * 1024)

int getpid(void);

struct files files;
struct fs files_fs;
struct client client;
struct session sessions[P9_SESSIONS];
unsigned long disk_fails_in, disk_stops_in;
const char *files_said;
struct p9_message request, answer;

static unsigned char disk[DISK_BYTES], stable[DISK_BYTES], saved[DISK_BYTES];
static struct { size_t at, size; } pending[PENDING];
static unsigned int pending_count;
static struct device device;
static void *allocated[16];
static unsigned int allocated_count;
static unsigned char in[MESSAGE_MOST + 64], out[MESSAGE_MOST + 64];

static void run(const char *format, const char *argument, int *status)
{
	char image[64], text[512];

	snprintf(image, sizeof(image), IMAGE, getpid());
	snprintf(text, sizeof(text), format, argument, image);
	*status = system(text);
}

static void with_image(const char *mode, bool write)
{
	char image[64];
	FILE *file;

	snprintf(image, sizeof(image), IMAGE, getpid());
	file = fopen(image, mode);
	assert_non_null(file);
	assert_int_equal(write ? fwrite(disk, 1, DISK_BYTES, file) :
			 fread(disk, 1, DISK_BYTES, file), DISK_BYTES);
	assert_int_equal(fclose(file), 0);
}

void disk_make(const char *arguments)
{
	int status;

	memset(disk, 0, DISK_BYTES);
	with_image("w", true);
	run("PATH=$PATH:/sbin mke2fs -qF %s %s >/dev/null 2>&1", arguments, &status);
	assert_int_equal(status, 0);
	with_image("r", false);
	memcpy(stable, disk, DISK_BYTES);
	pending_count = 0;
	run("rm -f %s%s", "", &status);
}

int disk_check(void)
{
	int status;

	with_image("w", true);
	run("PATH=$PATH:/sbin e2fsck %s %s >/tmp/l4-test-files.log 2>&1", "-fn", &status);
	if (status)
		run("cat /tmp/l4-test-files.log%s; : %s", "", &(int){ 0 });
	run("rm -f %s%s", "", &(int){ 0 });
	return status;
}

static long move(struct device *this, bool write, uint32_t first, unsigned int count,
		 unsigned char *const *data)
{
	size_t size = this->block_size, at = (size_t)first * size;

	assert_true(count && count <= this->most && at + count * size <= DISK_BYTES);
	if (disk_fails_in && !--disk_fails_in) {
		disk_fails_in = 1;
		return -P9_EIO;
	}
	for (unsigned int i = 0; i < count; i++, at += size) {
		if (!write) {
			memcpy(data[i], disk + at, size);
			continue;
		}
		if (disk_stops_in && !--disk_stops_in) {
			disk_stops_in = 1;
			return -P9_EIO;
		}
		memcpy(disk + at, data[i], size);
		assert_true(pending_count < PENDING);
		pending[pending_count].at = at;
		pending[pending_count++].size = size;
	}
	return 0;
}

static long flush(struct device *this)
{
	(void)this;
	if (disk_fails_in == 1 || disk_stops_in == 1)
		return -P9_EIO;
	for (unsigned int i = 0; i < pending_count; i++)
		memcpy(stable + pending[i].at, disk + pending[i].at, pending[i].size);
	pending_count = 0;
	return 0;
}

void disk_lose_power(void)
{
	unsigned long chance = host_below(101);

	for (unsigned int i = 0; i < pending_count; i++) {
		for (size_t at = 0; at < pending[i].size; at += SECTOR) {
			if (host_below(100) < chance)
				memcpy(stable + pending[i].at + at, disk + pending[i].at + at, SECTOR);
		}
	}
	memcpy(disk, stable, DISK_BYTES);
	pending_count = 0;
	disk_stops_in = 0;
}

void disk_save(void)
{
	memcpy(saved, disk, DISK_BYTES);
}

void disk_restore(void)
{
	memcpy(disk, saved, DISK_BYTES);
	memcpy(stable, saved, DISK_BYTES);
	pending_count = 0;
}

/* Where it describes itself more often than where content is. */
void disk_damage(void)
{
	static const uint32_t edges[] = { 0, 1, 2, 7, 8, 0xffff, 0x10000, 0x7fffffff, 0xffffffff };
	const struct ext2_super *super = (const struct ext2_super *)(saved + EXT2_SUPER_AT);
	size_t block = 1024UL << super->log_block_size;
	const struct ext2_group *group = (const void *)(saved + (super->first_data_block + 1) * block);
	unsigned char *inodes = saved + group->inode_table * block;
	const struct ext2_inode *root = (const void *)(inodes + super->inode_size);
	uint32_t value;
	size_t at;

	switch (host_below(8)) {
	case 0:
		at = EXT2_SUPER_AT + host_below(256) * 4;
		break;
	case 1: case 2: case 3:
		at = inodes - saved + host_below(40 * super->inode_size / 4) * 4;
		break;
	case 4: case 5:
		at = root->block[0] * block + host_below(60) * 4;
		break;
	default:
		at = host_below(host_one_in(2) ? DISK_BYTES : DISK_BYTES / 12) & ~3UL;
	}
	value = host_one_in(2) ? edges[host_below(9)] : host_below(DISK_BYTES / 1024);
	memcpy(disk + at, &value, host_one_in(2) ? 4 : 2);
}

static void *allocate(size_t size)
{
	assert_true(allocated_count < 16);
	return allocated[allocated_count++] = calloc(1, size);
}

static uint32_t now(void)
{
	return 1700000000;
}

static void say(const char *sentence)
{
	files_said = sentence;
}

long files_start(void)
{
	struct fid *fids;
	struct node *nodes;
	long error;

	while (allocated_count)
		free(allocated[--allocated_count]);
	device = (struct device){ .size = DISK_BYTES, .most = 16, .move = move, .flush = flush };
	files_said = "";
	error = fs_mount(&files_fs, &(struct mount){
		.device = &device, .cache_bytes = CACHE, .allocate = allocate, .now = now, .say = say,
	});
	if (error)
		return error;
	fids = allocate(FIDS * sizeof(*fids));
	nodes = allocate(FIDS * sizeof(*nodes));
	files_init(&files, &files_fs, fids, nodes, FIDS);
	error = names_free_orphans(&files.nodes);
	memset(sessions, 0, sizeof(sessions));
	client = (struct client){ .files = &files, .root = EXT2_ROOT, .fids_most = FIDS,
				  .locks_most = 8, .sessions = sessions };
	for (unsigned int i = 0; i < P9_SESSIONS; i++)
		sessions[i].client = &client;
	return error;
}

void begin(unsigned int type)
{
	request = (struct p9_message){ in, in + sizeof(in), false };
	p9_put(&request, 4, 0);
	p9_put(&request, 1, type);
	p9_put(&request, 2, 1);
}

uint32_t call_raw(unsigned char *message, uint32_t size, uint32_t room)
{
	/* Memory of its own, so that what is read or written behind it is seen. */
	unsigned char *copy = malloc(size), *result = malloc(room);
	uint32_t answer_size;

	memcpy(copy, message, size);
	answer_size = requests_answer(&sessions[0], copy, size, result, room);
	assert_true(answer_size >= P9_HEADER && answer_size <= room);
	memcpy(out, result, answer_size);
	free(copy);
	free(result);
	return answer_size;
}

long call(void)
{
	uint32_t size = request.at - in, answer_size, type;

	assert_false(request.bad);
	memcpy(in, &size, 4);
	answer_size = call_raw(in, size, MESSAGE_MOST);
	answer = (struct p9_message){ out, out + answer_size, false };
	assert_int_equal(p9_get(&answer, 4), answer_size);
	type = p9_get(&answer, 1);
	p9_get(&answer, 2);
	if (type == P9_RLERROR)
		return -(long)p9_get(&answer, 4);
	assert_int_equal(type, in[4] + 1);
	return 0;
}
