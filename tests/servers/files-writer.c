/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the file server while servers die: writes ROUNDS files, syncs each, and goes on only when it
 * is on the disk; a file has another name while it is written, and takes its place as a whole. At the end,
 * and in between, each must be what was synced last.
 */
#include <l4/file.h>
#include <l4/parent.h>
#include <l4/server.h>

#define FILES		8
#define LARGEST		40000
#define PATIENCE_MS	60000

static struct l4_files files;
static char data[LARGEST], again[LARGEST];
static l4_word_t round_of[FILES];	/* in which it was written; 0: it was not */

static size_t size_of(l4_word_t round)
{
	return round * 7919 % LARGEST + 1;
}

static void fill(l4_word_t round)
{
	for (size_t i = 0; i < LARGEST; i++)
		data[i] = (i * 13 + round * 31) >> 2;
}

static long write_all(long file, size_t size)
{
	size_t done = 0;

	while (done < size) {
		long result = l4_file_write(&files, file, done, data + done, size - done);

		if (result <= 0)
			return result;
		done += result;
	}
	return l4_file_sync(&files, file);
}

static long write_file(const char *path, size_t size)
{
	long file, error;

	do {
		file = l4_file_open(&files, path, P9_O_WRONLY | P9_O_CREAT | P9_O_TRUNC, 0644);
		if (file < 0)
			return file;
		error = write_all(file, size);
		l4_file_close(&files, file);
	} while (error == -L4_EDEAD);
	return error;
}

/*
 * A rename is on the disk with the next sync; a server that dies before takes it back. It may also have been
 * done by one that died before it said so: then the old name is gone.
 */
static long rename(const char *from, const char *path)
{
	struct l4_file_status status;
	long error;

	do {
		error = l4_file_rename(&files, from, path);
		if (!error || error == -(L4_FILE_ERROR + P9_ENOENT))
			error = write_file("/mark", 1);
		if (!error)
			error = l4_file_status(&files, from, &status);
	} while (!error);
	return error == -(L4_FILE_ERROR + P9_ENOENT) ? 0 : error;
}

static long check(unsigned int which, const char *path)
{
	size_t size = size_of(round_of[which]), done = 0;
	long file = l4_file_open(&files, path, P9_O_RDONLY, 0), result = file;

	while (file >= 0 && done < LARGEST &&
	       (result = l4_file_read(&files, file, done, again + done, LARGEST - done)) > 0)
		done += result;
	if (file >= 0)
		l4_file_close(&files, file);
	if (result < 0)
		return result;
	fill(round_of[which]);
	if (done == size && !memcmp(data, again, size))
		return 0;
	printf("%s is not what was written in round %lu: %lu bytes, not %lu\n", path, round_of[which],
	       done, size);
	return -L4_EINVAL;
}

static long one_round(l4_word_t round)
{
	unsigned int which = round % FILES;
	char path[16];
	long error;

	snprintf(path, sizeof(path), "/f%u", which);
	fill(round);
	error = write_file("/new", size_of(round));
	if (!error)
		error = rename("/new", path);
	if (error)
		return error;
	round_of[which] = round;
	return check(which, path);
}

int main(int argc, char **argv)
{
	l4_word_t rounds = argc == 1 ? l4_number(argv[0]) : 0, round;
	long error = l4_files_open(&files, "files", 0, PATIENCE_MS);
	char path[16];

	for (round = 1; round <= rounds && !error; round++)
		error = one_round(round);
	for (unsigned int i = 0; i < FILES && !error; i++) {
		snprintf(path, sizeof(path), "/f%u", i);
		if (round_of[i])
			error = check(i, path);
	}
	if (error)
		printf("error %ld in round %lu: %s\n", -error, round, l4_error_text(error));
	else
		printf("%lu files written; %u connections lost\n", rounds, files.life - 1);
	l4_files_close(&files);
	return error != 0;
}
