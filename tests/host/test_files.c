/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file server (servers/files) against a file system of the host: the same operations, by chance, on
 * both, with the same results; e2fsck looks at the disk meanwhile. Then disks that stop at any moment,
 * disks that fail, and messages that are wrong.
 */
#include "files_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <l4/p9_message.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <cmocka.h>

#include "random.h"

#define ROOT_FID	1
#define FORMS		4
#define LARGE		70000

static const char *const forms[FORMS] = {
	"-t ext3 -b 1024 -I 128 -J size=1", "-t ext3 -b 1024 -J size=1 -O ^dir_index",
	"-t ext3 -b 2048 -J size=4", "-t ext3 -b 4096 -J size=4",
};
static const char *const names[] = { "a", "b", "c", "dd", "a name of some more letters than the others have" };
static char model[64];
static unsigned char data[LARGE], other[LARGE];

static void start_session(void)
{
	begin(P9_TVERSION);
	p9_put(&request, 4, MESSAGE_MOST);
	p9_put_name(&request, "9P2000.L", 8);
	assert_int_equal(call(), 0);
	begin(P9_TATTACH);
	p9_put(&request, 4, ROOT_FID);
	p9_put(&request, 4, P9_NO_FID);
	p9_put_name(&request, "", 0);
	p9_put_name(&request, "", 0);
	p9_put(&request, 4, 0);
	assert_int_equal(call(), 0);
}

static void start_server(void)
{
	assert_int_equal(files_start(), 0);
	start_session();
}

/* Paths are of up to three names, between slashes. */
static long walk(const char *path, uint32_t fid)
{
	const char *part[3];
	size_t length[3];
	unsigned int count = 0;
	long error;

	while (*path) {
		path++;
		part[count] = path;
		length[count] = strcspn(path, "/");
		path += length[count++];
	}
	begin(P9_TWALK);
	p9_put(&request, 4, ROOT_FID);
	p9_put(&request, 4, fid);
	p9_put(&request, 2, count);
	for (unsigned int i = 0; i < count; i++)
		p9_put_name(&request, part[i], length[i]);
	error = call();
	if (error)
		return error;
	/* Not all the way: what is in the way is no directory, or there is nothing. */
	return p9_get(&answer, 2) == count ? 0 : -P9_ENOENT;
}

static void clunk(uint32_t fid)
{
	begin(P9_TCLUNK);
	p9_put(&request, 4, fid);
	assert_int_equal(call(), 0);
}

/* The directory of a path, walked to, and the last name. */
static long walk_parent(const char *path, uint32_t fid, const char **name)
{
	char parent[256];

	*name = strrchr(path, '/') + 1;
	snprintf(parent, sizeof(parent), "%.*s", (int)(*name - 1 - path), path);
	return walk(parent, fid);
}

static long open_fid(uint32_t fid, uint32_t flags)
{
	begin(P9_TLOPEN);
	p9_put(&request, 4, fid);
	p9_put(&request, 4, flags);
	return call();
}

static long make(unsigned int type, const char *path, const char *target)
{
	const char *name;
	long error = walk_parent(path, 2, &name);

	if (error)
		return error;
	begin(type);
	p9_put(&request, 4, 2);
	p9_put_name(&request, name, strlen(name));
	switch (type) {
	case P9_TLCREATE:
		p9_put(&request, 4, P9_O_RDWR | P9_O_EXCL);
		p9_put(&request, 4, 0640);
		break;
	case P9_TMKDIR:
		p9_put(&request, 4, 0750);
		break;
	case P9_TSYMLINK:
		p9_put_name(&request, target, strlen(target));
		break;
	case P9_TMKNOD:
		p9_put(&request, 4, S_IFCHR | 0600);
		p9_put(&request, 4, 400);
		p9_put(&request, 4, 70000);
		break;
	}
	p9_put(&request, 4, 0);
	error = call();
	clunk(2);
	return error;
}

static long link_path(const char *from, const char *to)
{
	const char *name;
	long error = walk(from, 3);

	if (error)
		return error;
	error = walk_parent(to, 2, &name);
	if (!error) {
		begin(P9_TLINK);
		p9_put(&request, 4, 2);
		p9_put(&request, 4, 3);
		p9_put_name(&request, name, strlen(name));
		error = call();
		clunk(2);
	}
	clunk(3);
	return error;
}

static long remove_path(const char *path, bool directory)
{
	const char *name;
	long error = walk_parent(path, 2, &name);

	if (error)
		return error;
	begin(P9_TUNLINKAT);
	p9_put(&request, 4, 2);
	p9_put_name(&request, name, strlen(name));
	p9_put(&request, 4, directory ? P9_REMOVE_DIRECTORY : 0);
	error = call();
	clunk(2);
	return error;
}

static long rename_path(const char *from, const char *to)
{
	const char *name, *new_name;
	long error = walk_parent(from, 2, &name);

	if (error)
		return error;
	error = walk_parent(to, 3, &new_name);
	if (!error) {
		begin(P9_TRENAMEAT);
		p9_put(&request, 4, 2);
		p9_put_name(&request, name, strlen(name));
		p9_put(&request, 4, 3);
		p9_put_name(&request, new_name, strlen(new_name));
		error = call();
		clunk(3);
	}
	clunk(2);
	return error;
}

static void open_path(const char *path, uint32_t fid, uint32_t flags)
{
	assert_int_equal(walk(path, fid), 0);
	assert_int_equal(open_fid(fid, flags), 0);
}

static long write_fid(uint32_t fid, uint64_t offset, uint32_t size)
{
	long error;

	begin(P9_TWRITE);
	p9_put(&request, 4, fid);
	p9_put(&request, 8, offset);
	p9_put(&request, 4, size);
	memcpy(p9_bytes(&request, size), data, size);
	error = call();
	return error ? error : (long)p9_get(&answer, 4);
}

/* To other[]. */
static long read_fid(uint32_t fid, uint64_t offset, uint32_t size)
{
	uint32_t got;
	long error;

	begin(P9_TREAD);
	p9_put(&request, 4, fid);
	p9_put(&request, 8, offset);
	p9_put(&request, 4, size);
	error = call();
	if (error)
		return error;
	got = p9_get(&answer, 4);
	memcpy(other, p9_bytes(&answer, got), got);
	return got;
}

static long resize_fid(uint32_t fid, uint64_t size)
{
	begin(P9_TSETATTR);
	p9_put(&request, 4, fid);
	p9_put(&request, 4, P9_SET_SIZE);
	for (unsigned int i = 0; i < 3; i++)
		p9_put(&request, 4, 0);
	p9_put(&request, 8, size);
	for (unsigned int i = 0; i < 4; i++)
		p9_put(&request, 8, 0);
	return call();
}

static long sync_fid(uint32_t fid)
{
	begin(P9_TFSYNC);
	p9_put(&request, 4, fid);
	p9_put(&request, 4, 0);
	return call();
}

static long stat_fid(uint32_t fid, struct stat *stat)
{
	long error;

	begin(P9_TGETATTR);
	p9_put(&request, 4, fid);
	p9_put(&request, 8, P9_GOT_BASIC);
	error = call();
	if (error)
		return error;
	p9_get(&answer, 8);
	p9_bytes(&answer, 5);
	stat->st_ino = p9_get(&answer, 8);
	stat->st_mode = p9_get(&answer, 4);
	p9_get(&answer, 8);
	stat->st_nlink = p9_get(&answer, 8);
	stat->st_rdev = p9_get(&answer, 8);
	stat->st_size = p9_get(&answer, 8);
	return 0;
}

/* The host's answer to the same. */
static long host(long result)
{
	return result < 0 ? -errno : result;
}

static const char *in_model(const char *path)
{
	static char text[2][512];
	static unsigned int turn;

	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "%s%s", model, path);
	return text[turn];
}

static void random_path(char path[256])
{
	unsigned int depth = 1 + host_below(3), at = 0;

	for (unsigned int i = 0; i < depth; i++)
		at += sprintf(path + at, "/%s", names[host_below(sizeof(names) / sizeof(names[0]))]);
}

/* Where both say no, they may have different reasons, of two that hold at once. */
static void compare(const char *what, const char *path, long here, long there)
{
	if (here == there || (here < 0 && there < 0 && here != -P9_EIO && here != -P9_EINVAL))
		return;
	if (here < 0 && there < 0 && there == -EINVAL)
		return;
	print_message("step %lu: %s %s: %ld, natively %ld; %s\n", host_step, what, path, here, there,
		      files_said);
	fail();
}

static void compare_content(const char *path, uint64_t offset, uint32_t size)
{
	struct stat stat;
	bool is_other = !lstat(in_model(path), &stat) && !S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode);
	int file = open(in_model(path), O_RDONLY | O_NOFOLLOW);
	long there = file < 0 ? -errno : host(pread(file, data, size, offset));
	long here = is_other ? there : walk(path, 2);

	if (!here && !is_other) {
		here = open_fid(2, P9_O_RDONLY);
		if (!here)
			here = read_fid(2, offset, size);
		clunk(2);
	}
	if (file >= 0)
		close(file);
	compare("read", path, here, there);
	if (here > 0)
		assert_memory_equal(data, other, here);
}

static void compare_write(const char *path, uint64_t offset, uint32_t size)
{
	struct stat stat;
	bool is_file = !lstat(in_model(path), &stat) && S_ISREG(stat.st_mode);
	int file = is_file ? open(in_model(path), O_WRONLY) : -1;
	long here = walk(path, 2), there = -EINVAL;

	for (uint32_t i = 0; i < size; i++)
		data[i] = host_random();
	if (is_file)
		there = host(pwrite(file, data, size, offset));
	if (!here) {
		here = open_fid(2, P9_O_WRONLY);
		if (!here)
			here = write_fid(2, offset, size);
		clunk(2);
	}
	if (file >= 0)
		close(file);
	if (is_file && here == -P9_ENOSPC) {
		/* The disk is full: then the model shall be, too. */
		assert_int_equal(truncate(in_model(path), stat.st_size), 0);
		compare_content(path, offset, size);
		return;
	}
	if (is_file && here > 0 && here < there) {
		assert_int_equal(truncate(in_model(path), stat.st_size), 0);
		file = open(in_model(path), O_WRONLY);
		assert_int_equal(pwrite(file, data, here, offset), here);
		close(file);
		return;
	}
	compare("write", path, here, there);
}

static void compare_size(const char *path, uint64_t size)
{
	struct stat stat;
	bool is_file = !lstat(in_model(path), &stat) && S_ISREG(stat.st_mode);
	long there = is_file ? host(truncate(in_model(path), size)) : -EINVAL;
	long here = walk(path, 2);

	if (!here) {
		here = resize_fid(2, size);
		clunk(2);
	}
	compare("truncate", path, here, there);
}

static void compare_stat(const char *path)
{
	struct stat ours = { 0 }, theirs;
	long there = host(lstat(in_model(path), &theirs));
	long here = walk(path, 2);

	if (!here) {
		here = stat_fid(2, &ours);
		clunk(2);
	}
	compare("stat", path, here, there);
	if (here)
		return;
	assert_int_equal(ours.st_mode & S_IFMT, theirs.st_mode & S_IFMT);
	assert_int_equal(ours.st_nlink, theirs.st_nlink);
	if (!S_ISDIR(theirs.st_mode))
		assert_int_equal(ours.st_size, theirs.st_size);
	if (S_ISCHR(theirs.st_mode))
		assert_int_equal(ours.st_rdev, theirs.st_rdev);
}

static void compare_target(const char *path)
{
	long there = host(readlink(in_model(path), (char *)data, sizeof(data))), here = walk(path, 2);

	if (!here) {
		begin(P9_TREADLINK);
		p9_put(&request, 4, 2);
		here = call();
		if (!here) {
			here = p9_get(&answer, 2);
			memcpy(other, p9_bytes(&answer, here), here);
		}
		clunk(2);
	}
	compare("readlink", path, here, there);
	if (here > 0)
		assert_memory_equal(data, other, here);
}

static unsigned int count_host(const char *path, unsigned long *sum)
{
	DIR *directory = opendir(in_model(path));
	struct dirent *entry;
	unsigned int count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		count++;
		for (const char *c = entry->d_name; *c; c++)
			*sum += (unsigned char)*c * (count ? 1 : 0);
	}
	closedir(directory);
	return count;
}

/* In pieces of any size. */
static unsigned int count_here(const char *path, unsigned long *sum)
{
	uint64_t offset = 0;
	unsigned int count = 0;
	uint32_t size;

	open_path(path, 2, P9_O_RDONLY);
	do {
		begin(P9_TREADDIR);
		p9_put(&request, 4, 2);
		p9_put(&request, 8, offset);
		p9_put(&request, 4, 300 + host_below(400));
		assert_int_equal(call(), 0);
		size = p9_get(&answer, 4);
		while (answer.at < answer.end) {
			struct p9_name name;

			p9_bytes(&answer, 13);
			offset = p9_get(&answer, 8);
			p9_get(&answer, 1);
			name = p9_get_name(&answer);
			count++;
			for (uint32_t i = 0; i < name.length; i++)
				*sum += (unsigned char)name.text[i];
		}
	} while (size);
	clunk(2);
	return count;
}

static void compare_directory(const char *path)
{
	unsigned long ours = 0, theirs = 0;
	struct stat stat;

	if (lstat(in_model(path), &stat) || !S_ISDIR(stat.st_mode))
		return;
	assert_int_equal(count_here(path, &ours), count_host(path, &theirs));
	assert_int_equal(ours, theirs);
}

static long host_create(const char *path)
{
	int file = open(path, O_CREAT | O_EXCL | O_RDWR, 0640);

	if (file < 0)
		return -errno;
	close(file);
	return 0;
}

static void one_name(const char *path)
{
	char text[200];
	unsigned int length = 1 + host_below(sizeof(text) - 1);

	switch (host_below(10)) {
	case 0: case 1: case 2:
		compare("create", path, make(P9_TLCREATE, path, NULL), host_create(in_model(path)));
		break;
	case 3: case 4:
		compare("mkdir", path, make(P9_TMKDIR, path, NULL), host(mkdir(in_model(path), 0750)));
		break;
	case 5:
		memset(text, 'x', length);
		text[length] = 0;
		compare("symlink", path, make(P9_TSYMLINK, path, text), host(symlink(text, in_model(path))));
		break;
	case 6:
		compare("mknod", path, make(P9_TMKNOD, path, NULL),
			host(mknod(in_model(path), S_IFCHR | 0600, makedev(400, 70000))));
		break;
	case 7: case 8:
		compare("unlink", path, remove_path(path, false), host(unlink(in_model(path))));
		break;
	case 9:
		compare("rmdir", path, remove_path(path, true), host(rmdir(in_model(path))));
		break;
	}
}

static void one_operation(void)
{
	char path[256], to[256];
	uint64_t offset = host_one_in(20) ? host_below(1UL << 33) : host_below(400000);

	random_path(path);
	random_path(to);
	switch (host_below(9)) {
	case 0: case 1:
		one_name(path);
		break;
	case 2:
		compare_write(path, offset, host_below(host_one_in(5) ? LARGE : 3000));
		break;
	case 3:
		compare_content(path, offset, host_below(LARGE));
		break;
	case 4:
		compare_size(path, host_one_in(3) ? 0 : offset);
		break;
	case 5:
		compare("rename", path, rename_path(path, to), host(rename(in_model(path), in_model(to))));
		break;
	case 6:
		compare("link", path, link_path(path, to), host(link(in_model(path), in_model(to))));
		break;
	case 7:
		compare_stat(path);
		compare_target(path);
		break;
	case 8:
		compare_directory(path);
		break;
	}
}

static void empty_model(void)
{
	char text[128];

	snprintf(text, sizeof(text), "rm -rf %s && mkdir %s", model, model);
	assert_int_equal(system(text), 0);
}

static void begin_model(const char *form)
{
	snprintf(model, sizeof(model), "/dev/shm/l4-test-files.%d", getpid());
	empty_model();
	disk_make(form);
	start_server();
	/* The host's file system has none. */
	assert_int_equal(remove_path("/lost+found", true), 0);
}

static void end_model(void)
{
	char text[128];

	snprintf(text, sizeof(text), "rm -rf %s", model);
	assert_int_equal(system(text), 0);
}

/* Each file of both, at the end of a round and after the server was started afresh. */
static void compare_all(void)
{
	char path[256];

	for (unsigned int i = 0; i < 125; i++) {
		unsigned int n = i, at = 0;

		do
			at += sprintf(path + at, "/%s", names[n % 5]);
		while ((n /= 5) && at < 200);
		compare_stat(path);
		compare_content(path, 0, LARGE);
		compare_directory(path);
	}
}

static void test_same_as_host(void **state)
{
	unsigned long steps = host_steps(100000), done = 0;

	(void)state;
	host_seed();
	for (unsigned int form = 0; form < FORMS; form++) {
		begin_model(forms[form]);
		for (host_step = 0; host_step < steps / FORMS; host_step++, done++) {
			one_operation();
			if (!host_one_in(steps / FORMS / 14 + 1))
				continue;
			assert_int_equal(fs_rest(&files_fs), 0);
			assert_int_equal(disk_check(), 0);
			if (host_one_in(2)) {
				start_server();
				compare_all();
			}
		}
		assert_int_equal(fs_rest(&files_fs), 0);
		assert_int_equal(disk_check(), 0);
		end_model();
	}
	host_operations(done);
}

static int clean_up(void **state)
{
	(void)state;
	end_model();
	return 0;
}

/* As if the journal had room for one step only: what is in its middle must not be seen. */
static void commit_each_step(void)
{
	files_fs.journal.most = STEP_MOST;
}

/* Anything, to whatever end. */
static void wild_operation(void)
{
	static const unsigned int makes[] = { P9_TLCREATE, P9_TLCREATE, P9_TMKDIR, P9_TMKDIR, P9_TMKNOD };
	char path[256], to[256], target[201];
	uint32_t size = host_below(LARGE);

	random_path(path);
	random_path(to);
	switch (host_below(8)) {
	case 0: case 1:
		make(makes[host_below(5)], path, NULL);
		break;
	case 2:
		memset(target, 't', sizeof(target));
		target[1 + host_below(sizeof(target) - 1)] = 0;
		make(P9_TSYMLINK, path, target);
		break;
	case 3:
		remove_path(path, host_one_in(3));
		break;
	case 4:
		rename_path(path, to);
		break;
	case 5:
		link_path(path, to);
		break;
	default:
		if (walk(path, 2))
			break;
		if (!open_fid(2, P9_O_RDWR)) {
			write_fid(2, host_below(400000), size);
			if (host_one_in(4))
				resize_fid(2, host_below(300000));
			if (host_one_in(30))
				sync_fid(2);
		}
		clunk(2);
	}
}

/* What was synced, and not touched since. */
#define KEPT	6

static struct {
	bool there, removed;		/* removed: and it is as it was as long as it is there all the same */
	uint32_t size, key;
} kept[KEPT];

static void kept_path(unsigned int i, char path[32])
{
	sprintf(path, "/kept%u", i);
}

static void kept_data(unsigned int i)
{
	for (uint32_t at = 0; at < kept[i].size; at++)
		data[at] = (at * 7 + kept[i].key) >> 3;
}

static void keep_one(void)
{
	unsigned int i = host_below(KEPT);
	char path[32];

	kept_path(i, path);
	if (kept[i].there) {
		kept[i].removed = true;
		kept[i].there = false;
		remove_path(path, false);
		return;
	}
	kept[i].removed = false;
	kept[i].size = host_below(LARGE);
	kept[i].key = host_random();
	if (make(P9_TLCREATE, path, NULL) || walk(path, 2))
		return;
	kept_data(i);
	if (!open_fid(2, P9_O_RDWR) && write_fid(2, 0, kept[i].size) == (long)kept[i].size)
		kept[i].there = !sync_fid(2);
	clunk(2);
}

/* One that was to be removed may be there still, as it was; one that was not yet synced may be anything. */
static void check_kept(void)
{
	char path[32];

	for (unsigned int i = 0; i < KEPT; i++) {
		kept_path(i, path);
		if (kept[i].there || (kept[i].removed && !walk(path, 3))) {
			if (!kept[i].there)
				clunk(3);
			open_path(path, 2, P9_O_RDONLY);
			assert_int_equal(read_fid(2, 0, LARGE), kept[i].size);
			kept_data(i);
			assert_memory_equal(data, other, kept[i].size);
			clunk(2);
		}
		if (!kept[i].there)
			remove_path(path, false);
		kept[i].removed = false;
	}
}

/* Until the power is gone: then each operation fails. */
static void run_until_stopped(void)
{
	unsigned int open = 0;

	if (host_one_in(3))
		commit_each_step();
	disk_stops_in = 1 + host_below(2000);
	while (!files_fs.broken) {
		wild_operation();
		if (host_one_in(4))
			keep_one();
		if (host_one_in(50))
			fs_rest(&files_fs);
		/* Some are open when they lose their name. */
		if (host_one_in(20) && open < 50) {
			char path[256];

			random_path(path);
			if (!walk(path, 100 + open))
				open++;
		}
	}
	for (unsigned int i = 0; i < open; i++)
		clunk(100 + i);
}

static void test_power(void **state)
{
	unsigned long steps = host_steps(200);

	(void)state;
	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		if (host_step % (steps / FORMS + 1) == 0) {
			disk_make(forms[host_step / (steps / FORMS + 1)]);
			memset(kept, 0, sizeof(kept));
		}
		start_server();
		run_until_stopped();
		disk_lose_power();
		start_server();
		check_kept();
		assert_int_equal(fs_rest(&files_fs), 0);
		assert_int_equal(disk_check(), 0);
	}
	host_operations(steps);
}

/* A disk that reads and writes no more, from some moment on. */
static void test_failing_disk(void **state)
{
	unsigned long steps = host_steps(100);

	(void)state;
	host_seed();
	disk_make(forms[0]);
	for (host_step = 0; host_step < steps; host_step++) {
		start_server();
		disk_fails_in = 1 + host_below(2000);
		for (unsigned int i = 0; i < 300; i++)
			wild_operation();
		fs_rest(&files_fs);
		disk_fails_in = 0;
		assert_int_equal(files_start(), 0);
		assert_int_equal(fs_rest(&files_fs), 0);
		assert_int_equal(disk_check(), 0);
	}
	host_operations(steps);
}

/* Right ones of each type that were changed, and such as never were right. */
static void wrong_message(void)
{
	static unsigned char message[600];
	uint32_t size, room = P9_LEAST + host_below(500);

	begin(host_below(130));
	for (unsigned int i = 0; i < 12; i++) {
		switch (host_below(5)) {
		case 0: case 1:
			p9_put(&request, 4, host_below(4));
			break;
		case 2:
			p9_put_name(&request, names[host_below(5)], 1 + host_below(2));
			break;
		case 3:
			p9_put(&request, host_one_in(2) ? 2 : 8, host_below(3));
			break;
		case 4:
			p9_put(&request, 1 + host_below(4), host_random());
		}
	}
	size = P9_HEADER + host_below(110);
	memcpy(message, request.end - (MESSAGE_MOST + 64), size);
	if (!host_one_in(50))
		memcpy(message, &size, 4);
	if (host_one_in(100))
		size = host_below(P9_HEADER);
	if (message[4] == P9_TVERSION && !host_one_in(50))
		return;
	call_raw(message, size, room);
}

static void test_wrong_messages(void **state)
{
	unsigned long steps = host_steps(200000);

	(void)state;
	host_seed();
	disk_make(forms[1]);
	start_server();
	for (host_step = 0; host_step < steps; host_step++) {
		if (!sessions[0].size || host_one_in(2000))
			start_session();
		if (host_one_in(100))
			wild_operation();
		wrong_message();
	}
	assert_int_equal(files_fs.broken, 0);
	session_end(&sessions[0]);
	assert_int_equal(client.fids, 0);
	assert_int_equal(fs_rest(&files_fs), 0);
	assert_int_equal(disk_check(), 0);
	host_operations(steps);
}

static void begin_plain(void)
{
	disk_make(forms[0]);
	start_server();
}

static void test_open_without_name(void **state)
{
	uint32_t free_blocks, free_inodes;

	(void)state;
	begin_plain();
	free_blocks = files_fs.super->free_blocks;
	free_inodes = files_fs.super->free_inodes;
	for (unsigned int round = 0; round < 2; round++) {
		assert_int_equal(make(P9_TLCREATE, "/a", NULL), 0);
		open_path("/a", 5, P9_O_RDWR);
		assert_int_equal(remove_path("/a", false), 0);
		memset(data, 'z', LARGE);
		assert_int_equal(write_fid(5, 3000, LARGE), LARGE);
		assert_int_equal(read_fid(5, 3000, LARGE), LARGE);
		assert_memory_equal(data, other, LARGE);
		assert_int_equal(fs_rest(&files_fs), 0);
		if (round) {
			/* The server ends: the next one frees it. */
			start_server();
		} else {
			clunk(5);
		}
		assert_int_equal(fs_rest(&files_fs), 0);
		assert_int_equal(files_fs.super->free_blocks, free_blocks);
		assert_int_equal(files_fs.super->free_inodes, free_inodes);
		assert_int_equal(disk_check(), 0);
	}
}

static void test_confined(void **state)
{
	struct stat stat, top;

	(void)state;
	begin_plain();
	assert_int_equal(make(P9_TMKDIR, "/a", NULL), 0);
	assert_int_equal(make(P9_TMKDIR, "/a/b", NULL), 0);
	assert_int_equal(make(P9_TMKDIR, "/c", NULL), 0);
	assert_int_equal(walk("/a", 2), 0);
	assert_int_equal(stat_fid(2, &stat), 0);
	client.root = stat.st_ino;
	start_session();
	assert_int_equal(stat_fid(ROOT_FID, &top), 0);
	assert_int_equal(top.st_ino, client.root);
	assert_int_equal(walk("/../..", 3), 0);
	assert_int_equal(stat_fid(3, &top), 0);
	assert_int_equal(top.st_ino, client.root);
	assert_int_equal(walk("/c", 4), -P9_ENOENT);
	assert_int_equal(walk("/b", 4), 0);
	/* Somebody moves it away: from there the way up is closed. */
	assert_int_equal(walk("/b/..", 5), 0);
	assert_int_equal(names_move(&files.nodes, client.root, (struct name){ "b", 1 }, EXT2_ROOT,
				    (struct name){ "moved", 5 }), 0);
	begin(P9_TWALK);
	p9_put(&request, 4, 4);
	p9_put(&request, 4, 6);
	p9_put(&request, 2, 1);
	p9_put_name(&request, "..", 2);
	assert_int_equal(call(), -P9_EACCES);
	client.read_only = true;
	assert_int_equal(make(P9_TMKDIR, "/d", NULL), -P9_EROFS);
	assert_int_equal(make(P9_TLCREATE, "/d", NULL), -P9_EROFS);
}

static void test_refused(void **state)
{
	(void)state;
	disk_make("-t ext4 -b 1024");
	assert_int_equal(files_start(), -P9_EINVAL);
	assert_non_null(strstr(files_said, "newer than ext3"));
	disk_make("-t ext2 -b 1024");
	start_server();
	assert_int_equal(make(P9_TMKDIR, "/a", NULL), 0);
	/* Without a journal, the server ends in the middle. */
	disk_lose_power();
	assert_int_equal(files_start(), -P9_EINVAL);
	assert_non_null(strstr(files_said, "has no journal"));
}

/* Whatever is on a disk, nothing is read or written that is not the server's, and each request has its end. */
static void test_disorder(void **state)
{
	unsigned long steps = host_steps(600);

	(void)state;
	host_seed();
	for (unsigned int form = 0; form < FORMS; form++) {
		disk_make(forms[form]);
		start_server();
		for (unsigned int i = 0; i < 300; i++)
			wild_operation();
		/* Half of them with something in the journal. */
		if (form & 1)
			fs_rest(&files_fs);
		else
			fs_sync(&files_fs);
		disk_save();
		for (host_step = 0; host_step < steps / FORMS; host_step++) {
			disk_restore();
			for (unsigned int i = 0; i < 1 + host_step % 40; i++)
				disk_damage();
			if (files_start())
				continue;
			start_session();
			for (unsigned int i = 0; i < 60; i++)
				wild_operation();
			fs_rest(&files_fs);
		}
	}
	host_operations(steps);
}

/* Of a file system that has found a disorder nothing is written any more, and the next server hears of it. */
static void test_disorder_is_told(void **state)
{
	(void)state;
	begin_plain();
	assert_int_equal(fs_step(&files_fs), 0);
	fs_break(&files_fs, -P9_EINVAL);
	assert_int_equal(make(P9_TMKDIR, "/a", NULL), -P9_EINVAL);
	assert_int_equal(files_start(), -P9_EINVAL);
	assert_non_null(strstr(files_said, "has errors"));
}

/* A directory that is too deep to be looked through is not moved into itself. */
static void test_deep(void **state)
{
	struct names_new what = { .inode = { EXT2_DIRECTORY | 0755, 0, 0 } };
	uint32_t inode = EXT2_ROOT;

	(void)state;
	begin_plain();
	for (unsigned int i = 0; i < 300; i++)
		assert_int_equal(names_make(&files.nodes, inode, (struct name){ "d", 1 }, &what, &inode), 0);
	assert_int_equal(names_move(&files.nodes, EXT2_ROOT, (struct name){ "d", 1 }, inode,
				    (struct name){ "x", 1 }), -P9_ENAMETOOLONG);
	assert_int_equal(fs_rest(&files_fs), 0);
	assert_int_equal(disk_check(), 0);
}

static long attach_at(const char *path)
{
	begin(P9_TATTACH);
	p9_put(&request, 4, 50);
	p9_put(&request, 4, P9_NO_FID);
	p9_put_name(&request, "", 0);
	p9_put_name(&request, path, strlen(path));
	p9_put(&request, 4, 0);
	return call();
}

static void test_attach(void **state)
{
	char path[200];
	struct stat stat;

	(void)state;
	begin_plain();
	assert_int_equal(make(P9_TMKDIR, "/a", NULL), 0);
	assert_int_equal(make(P9_TMKDIR, "/a/b", NULL), 0);
	assert_int_equal(attach_at("/a//b"), 0);
	assert_int_equal(attach_at("/a"), -P9_EBADF);
	assert_int_equal(stat_fid(50, &stat), 0);
	assert_int_equal(stat.st_nlink, 2);
	clunk(50);
	assert_int_equal(attach_at("/c"), -P9_ENOENT);
	memset(path, 0, sizeof(path));
	for (unsigned int i = 0; i <= P9_WALK_NAMES; i++)
		memcpy(path + 3 * i, "/..", 3);
	assert_int_equal(attach_at(path), -P9_ENAMETOOLONG);
}

static long lock_range(uint32_t fid, unsigned int type, uint64_t start, uint64_t length, uint32_t process)
{
	long error;

	begin(P9_TLOCK);
	p9_put(&request, 4, fid);
	p9_put(&request, 1, type);
	p9_put(&request, 4, 0);
	p9_put(&request, 8, start);
	p9_put(&request, 8, length);
	p9_put(&request, 4, process);
	p9_put_name(&request, "", 0);
	error = call();
	return error ? error : (long)p9_get(&answer, 1);
}

#define SHARED		0
#define EXCLUSIVE	1
#define UNLOCK		2
#define SUCCESS		0
#define BLOCKED		1
#define NO_ROOM		2

static void test_locks(void **state)
{
	(void)state;
	begin_plain();
	assert_int_equal(make(P9_TLCREATE, "/a", NULL), 0);
	assert_int_equal(walk("/a", 5), 0);
	assert_int_equal(lock_range(5, EXCLUSIVE, 0, 10, 1), -P9_EBADF);
	assert_int_equal(open_fid(5, P9_O_RDWR), 0);
	assert_int_equal(lock_range(5, EXCLUSIVE, 0, 100, 1), SUCCESS);
	assert_int_equal(lock_range(5, SHARED, 99, 1, 2), BLOCKED);
	assert_int_equal(lock_range(5, SHARED, 100, 1, 2), SUCCESS);
	assert_int_equal(lock_range(5, UNLOCK, 40, 10, 1), SUCCESS);
	assert_int_equal(lock_range(5, EXCLUSIVE, 40, 10, 2), SUCCESS);
	assert_int_equal(lock_range(5, EXCLUSIVE, 39, 1, 2), BLOCKED);
	assert_int_equal(lock_range(5, EXCLUSIVE, 0, 0, 3), BLOCKED);
	/* The client's eight, of which the last could need a second one. */
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(lock_range(5, SHARED, 1000 + 2 * i, 1, 1), SUCCESS);
	assert_int_equal(lock_range(5, SHARED, 2000, 1, 1), NO_ROOM);
	clunk(5);
	open_path("/a", 5, P9_O_RDWR);
	assert_int_equal(lock_range(5, EXCLUSIVE, 0, 0, 3), SUCCESS);
	start_session();
	for (unsigned int i = 0; i < LOCKS_MOST; i++)
		assert_null(files.locks.lock[i].session);
}

/* Flags and attributes that random operations do not set. */
static void test_flags(void **state)
{
	struct stat stat;

	(void)state;
	begin_plain();
	assert_int_equal(make(P9_TLCREATE, "/a", NULL), 0);
	memset(data, 'a', 100);
	open_path("/a", 5, P9_O_WRONLY | P9_O_APPEND);
	assert_int_equal(write_fid(5, 0, 100), 100);
	assert_int_equal(write_fid(5, 0, 100), 100);
	assert_int_equal(read_fid(5, 0, 1), -P9_EBADF);
	assert_int_equal(stat_fid(5, &stat), 0);
	assert_int_equal(stat.st_size, 200);
	clunk(5);
	assert_int_equal(walk("/a", 5), 0);
	begin(P9_TSETATTR);
	p9_put(&request, 4, 5);
	p9_put(&request, 4, P9_SET_MODE | P9_SET_UID | P9_SET_GID);
	p9_put(&request, 4, 04711);
	p9_put(&request, 4, 100000);
	p9_put(&request, 4, 7);
	for (unsigned int i = 0; i < 5; i++)
		p9_put(&request, 8, 0);
	assert_int_equal(call(), 0);
	assert_int_equal(stat_fid(5, &stat), 0);
	assert_int_equal(stat.st_mode, S_IFREG | 04711);
	assert_int_equal(open_fid(5, P9_O_WRONLY | P9_O_TRUNC), 0);
	assert_int_equal(stat_fid(5, &stat), 0);
	assert_int_equal(stat.st_size, 0);
	assert_int_equal(write_fid(5, 1UL << 60, 1), -P9_EFBIG);
	/* A message that is too short closes nothing. */
	assert_int_equal(walk("", 0), 0);
	begin(P9_TCLUNK);
	assert_int_equal(call(), -P9_EBADF);
	clunk(0);
	clunk(5);
}

/* What was behind the end before it was shortened is not there when the file is longer again, whenever the power goes. */
static void test_tail(void **state)
{
	unsigned long steps = host_steps(200);

	(void)state;
	host_seed();
	disk_make(forms[0]);
	for (host_step = 0; host_step < steps; host_step++) {
		start_server();
		make(P9_TLCREATE, "/a", NULL);
		open_path("/a", 5, P9_O_RDWR);
		memset(data, 'x', LARGE);
		assert_int_equal(write_fid(5, 0, LARGE), LARGE);
		assert_int_equal(sync_fid(5), 0);
		commit_each_step();
		disk_stops_in = 1 + host_below(90);
		resize_fid(5, 100);
		sync_fid(5);
		disk_lose_power();
		start_server();
		open_path("/a", 5, P9_O_RDWR);
		if (read_fid(5, 0, LARGE) == 100) {
			assert_int_equal(resize_fid(5, 1000), 0);
			assert_int_equal(read_fid(5, 100, 900), 900);
			for (unsigned int i = 0; i < 900; i++)
				assert_int_equal(other[i], 0);
		}
	}
	host_operations(steps);
}

/* What was freed can be had again at once, if there is nothing else. */
static void test_full(void **state)
{
	uint64_t size[2] = { 0, 0 };

	(void)state;
	begin_plain();
	for (unsigned int round = 0; round < 2; round++) {
		long done;

		assert_int_equal(make(P9_TLCREATE, "/a", NULL), 0);
		open_path("/a", 5, P9_O_RDWR);
		while ((done = write_fid(5, size[round], LARGE)) > 0)
			size[round] += done;
		assert_int_equal(done, -P9_ENOSPC);
		clunk(5);
		assert_int_equal(remove_path("/a", false), 0);
	}
	assert_int_equal(size[0], size[1]);
	assert_int_equal(fs_rest(&files_fs), 0);
	assert_int_equal(disk_check(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_without_name),
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_disorder_is_told),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_same_as_host),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_failing_disk),
		cmocka_unit_test(test_wrong_messages),
	};

	return cmocka_run_group_tests(tests, NULL, clean_up);
}
