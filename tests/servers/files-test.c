/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the file server: each operation with good and bad arguments, then messages that no
 * client of l4/file.h sends. Prints ok or FAIL for each case.
 */
#include <l4/file.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#define FAILS(error)	(-(long)(L4_FILE_ERROR + (error)))
#define BUFFER_ORDER	14
#define CHUNK		50000

static struct l4_files files, others;
static char data[CHUNK], again[CHUNK];
static bool failed;

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	printf("%s %s: %ld\n", found == expected ? "ok" : "FAIL", name, found);
}

static long write_all(long file, uint64_t offset, const char *from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		long result = l4_file_write(&files, file, offset + done, from + done, size - done);

		if (result <= 0)
			return result;
		done += result;
	}
	return done;
}

static long read_all(long file, uint64_t offset, char *to, size_t size)
{
	size_t done = 0;
	long result;

	while (done < size && (result = l4_file_read(&files, file, offset + done, to + done, size - done)))
		if (result < 0)
			return result;
		else
			done += result;
	return done;
}

static void content(void)
{
	long file = l4_file_open(&files, "/a", P9_O_RDWR | P9_O_CREAT | P9_O_EXCL, 0640);
	struct l4_file_status status;

	for (size_t i = 0; i < CHUNK; i++)
		data[i] = i * 7 + (i >> 8);
	check("create", file < 0 ? file : 0, 0);
	check("create what is there", l4_file_open(&files, "/a", P9_O_RDWR | P9_O_CREAT | P9_O_EXCL, 0),
	      FAILS(P9_EEXIST));
	check("open what is not there", l4_file_open(&files, "/b", P9_O_RDONLY, 0), FAILS(P9_ENOENT));
	check("write", write_all(file, 300000, data, CHUNK), CHUNK);
	check("read a hole", read_all(file, 1000, again, CHUNK), CHUNK);
	memset(data, 0, CHUNK);
	check("a hole is zero", memcmp(data, again, CHUNK), 0);
	check("read to the end", read_all(file, 340000, again, CHUNK), 10000);
	check("read behind the end", l4_file_read(&files, file, 1UL << 40, again, 1), 0);
	check("write too far", l4_file_write(&files, file, 1UL << 62, data, 1), FAILS(P9_EFBIG));
	check("sync", l4_file_sync(&files, file), 0);
	check("shorten", l4_file_resize(&files, file, 300001), 0);
	check("lengthen", l4_file_resize(&files, file, 600000), 0);
	check("status", l4_file_status(&files, "/a", &status), 0);
	check("size", status.size, 600000);
	check("mode", status.mode, 0100640);
	check("links", status.links, 1);
	check("what was cut is zero", read_all(file, 300001, again, CHUNK) == CHUNK &&
	      !memcmp(data, again, CHUNK), 1);
	check("a date", status.mtime > 1700000000, 1);
	check("close", l4_file_close(&files, file), 0);
	check("read what is closed", l4_file_read(&files, file, 0, again, 1), FAILS(P9_EBADF));
	file = l4_file_open(&files, "/a", P9_O_RDONLY, 0);
	check("write what is open for reading", l4_file_write(&files, file, 0, data, 1), FAILS(P9_EBADF));
	l4_file_close(&files, file);
	file = l4_file_open(&files, "/a", P9_O_WRONLY, 0);
	check("read what is open for writing", l4_file_read(&files, file, 0, again, 1), FAILS(P9_EBADF));
	l4_file_close(&files, file);
	check("open a directory for writing", l4_file_open(&files, "/", P9_O_RDWR, 0), FAILS(P9_EISDIR));
}

static void names(void)
{
	struct l4_file_status status;
	struct l4_file_entry entry;
	uint64_t offset = 0;
	long file, entries = 0;

	check("make a directory", l4_file_make_directory(&files, "/d", 0755), 0);
	check("make it again", l4_file_make_directory(&files, "/d", 0755), FAILS(P9_EEXIST));
	check("make a directory in none", l4_file_make_directory(&files, "/x/d", 0755), FAILS(P9_ENOENT));
	check("make a directory in a file", l4_file_make_directory(&files, "/a/d", 0755), FAILS(P9_ENOTDIR));
	check("link", l4_file_link(&files, "/a", "/d/b"), 0);
	check("link to a directory", l4_file_link(&files, "/d", "/e"), FAILS(P9_EPERM));
	check("two links", l4_file_status(&files, "/d/b", &status) ?: (long)status.links, 2);
	check("rename", l4_file_rename(&files, "/d/b", "/d/c"), 0);
	check("rename what is not there", l4_file_rename(&files, "/d/b", "/d/e"), FAILS(P9_ENOENT));
	check("rename into itself", l4_file_rename(&files, "/d", "/d/e"), FAILS(P9_EINVAL));
	check("a symbolic link", l4_file_make_link(&files, "/s", "d/c"), 0);
	check("its target", l4_file_target(&files, "/s", again, sizeof(again)), 3);
	check("the target's text", memcmp(again, "d/c", 3), 0);
	check("the target of a file", l4_file_target(&files, "/a", again, sizeof(again)), FAILS(P9_EINVAL));
	memset(data, 'n', P9_NAME_MAX + 2);
	data[0] = '/';
	data[P9_NAME_MAX + 2] = 0;
	check("a name too long", l4_file_make_directory(&files, data, 0755), FAILS(P9_ENAMETOOLONG));
	file = l4_file_open(&files, "/", P9_O_RDONLY, 0);
	while (!l4_file_next(&files, file, &offset, &entry))
		entries++;
	check("entries", entries, 6);
	l4_file_close(&files, file);
	check("remove a directory that is not empty", l4_file_remove_directory(&files, "/d"),
	      FAILS(P9_ENOTEMPTY));
	check("remove a directory as a file", l4_file_remove(&files, "/d"), FAILS(P9_EISDIR));
	check("remove a file as a directory", l4_file_remove_directory(&files, "/a"), FAILS(P9_ENOTDIR));
	check("remove .", l4_file_remove_directory(&files, "/d/."), FAILS(P9_EINVAL));
	check("remove", l4_file_remove(&files, "/d/c"), 0);
	check("remove what is not there", l4_file_remove(&files, "/d/c"), FAILS(P9_ENOENT));
	check("remove a directory", l4_file_remove_directory(&files, "/d"), 0);
	check("remove a symbolic link", l4_file_remove(&files, "/s"), 0);
	file = l4_file_open(&files, "/a", P9_O_RDWR, 0);
	check("remove what is open", l4_file_remove(&files, "/a"), 0);
	check("and write to it", l4_file_write(&files, file, 0, "x", 1), 1);
	check("and close it", l4_file_close(&files, file), 0);
}

/* Two sessions of one client: what one has open is nothing to the other. */
static void sessions(void)
{
	long file;

	check("another session", l4_files_open(&others, "files", 1, 0), 0);
	file = l4_file_open(&files, "/b", P9_O_RDWR | P9_O_CREAT, 0600);
	others.file[file] = files.file[file];
	others.file[file].life = others.life;
	check("a file of another session", l4_file_read(&others, file, 0, again, 1), FAILS(P9_EBADF));
	l4_file_close(&files, file);
	check("remove by the other", l4_file_remove(&others, "/b"), 0);
	check("which is gone for both", l4_file_remove(&files, "/b"), FAILS(P9_ENOENT));
}

static long call(l4_word_t session, l4_word_t offset, l4_word_t size, l4_word_t room)
{
	struct p9_call request = { session, offset, size, room };
	struct p9_call_reply reply;

	return p9_call_call(files.gate, &request, &reply);
}

static long open_session(l4_word_t session, void *memory, l4_word_t rights)
{
	struct p9_open_reply reply;
	struct l4_transfer transfer = {
		.send = memory != NULL,
		.item = { { l4_fpage_mem((l4_word_t)memory, BUFFER_ORDER, rights), 0 } },
	};

	return p9_open_transfer(files.gate, &(struct p9_open){ session }, &reply, &transfer);
}

static void misuse(void)
{
	char *memory = l4_pages_alloc(BUFFER_ORDER);
	static const unsigned char version[] = { 21, 0, 0, 0, P9_TVERSION, 1, 0, 0, 16, 0, 0, 8, 0,
						 '9', 'P', '2', '0', '0', '0', '.', 'L' };

	check("a session too many", open_session(P9_SESSIONS, memory, L4_RIGHT_R | L4_RIGHT_W), -L4_EINVAL);
	check("no memory", open_session(2, NULL, 0), -L4_EFAULT);
	check("a call without memory", call(2, 0, 21, 4096), -L4_EFAULT);
	check("a call of a session too many", call(P9_SESSIONS, 0, 21, 4096), -L4_EINVAL);
	check("memory", open_session(2, memory, L4_RIGHT_R | L4_RIGHT_W), 0);
	memcpy(memory, version, sizeof(version));
	check("a message", call(2, 0, sizeof(version), 4096), 0);
	check("its answer", memory[4], P9_TVERSION + 1);
	check("a message that is no message", call(2, 0, 3, 4096), 0);
	check("is answered", memory[4], P9_RLERROR);
	check("no room", call(2, 0, sizeof(version), P9_LEAST - 1), -L4_EINVAL);
	check("a message too long", call(2, 0, 1UL << 20, 4096), -L4_EINVAL);
	check("behind the end", call(2, (1UL << P9_BUFFER_ORDER) - 10, 21, 4096), -L4_EINVAL);
	check("far behind the end", call(2, -8UL, 21, 4096), -L4_EINVAL);
	check("where no memory is", call(2, 1UL << BUFFER_ORDER, 21, 4096), -L4_EFAULT);
	check("an answer where no memory is", call(2, (1UL << BUFFER_ORDER) - 8, 8, 4096), -L4_EFAULT);
	check("memory to be read only", open_session(2, memory, L4_RIGHT_R), 0);
	memcpy(memory, version, sizeof(version));
	check("has no room for answers", call(2, 0, sizeof(version), 4096), -L4_EFAULT);
	check("memory", open_session(2, memory, L4_RIGHT_R | L4_RIGHT_W), 0);
	l4_unmap(l4_fpage_mem((l4_word_t)memory, BUFFER_ORDER, L4_RIGHTS_ALL), 0);
	check("memory that was taken back", call(2, 0, sizeof(version), 4096), -L4_EFAULT);
}

int main(int argc, char **argv)
{
	static struct l4_files own;
	long error = l4_files_open(&files, "files", 0, 0);

	if (argc && !strcmp(argv[0], "ro")) {
		check("open", error, 0);
		check("write where nothing may be", l4_file_make_directory(&files, "/d", 0755), FAILS(P9_EROFS));
		check("create there", l4_file_open(&files, "/f", P9_O_RDWR | P9_O_CREAT, 0), FAILS(P9_EROFS));
	} else if (argc && !strcmp(argv[0], "nothing")) {
		check("no directory", error, -L4_ERIGHTS);
	} else {
		check("open", error, 0);
		check("once more", l4_files_open(&own, "nobody", 3, 0), -L4_ERIGHTS);
		content();
		names();
		sessions();
		misuse();
		l4_files_close(&others);
	}
	if (!error)
		l4_files_close(&files);
	printf(failed ? "something is wrong\n" : "all is well\n");
	return failed;
}
