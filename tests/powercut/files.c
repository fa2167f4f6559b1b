// SPDX-License-Identifier: GPL-2.0
/* Files that are replaced whole, a log that grows, and changes that nobody
 * waits for. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "powercut.h"

#define SLOTS 24
#define MAX_WORDS 20000
#define RECORD 64

/* A file holds its number, the count of its words, and words that follow. */
struct content {
	unsigned long number;
	unsigned long count;
	unsigned long words[MAX_WORDS];
};

static struct content content;

static unsigned long word(unsigned long number, unsigned long index)
{
	return (number * 0x9e3779b97f4a7c15ul) ^ (index * 0xc2b2ae3d27d4eb4ful);
}

static size_t size_of(unsigned long count)
{
	return 2 * sizeof(unsigned long) + count * sizeof(unsigned long);
}

/* The number of the file, 0 if there is none. */
static unsigned long read_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	ssize_t size;

	if (fd < 0) {
		check(errno == ENOENT, "%s: %s", name, strerror(errno));
		return 0;
	}
	size = read(fd, &content, sizeof(content));
	close(fd);
	check(size >= (ssize_t)size_of(0) && content.count <= MAX_WORDS &&
		      size == (ssize_t)size_of(content.count),
	      "%s has %zd bytes", name, size);
	for (unsigned long i = 0; i < content.count; i++)
		check(content.words[i] == word(content.number, i), "%s: word %lu", name, i);
	return content.number;
}

static void slot_name(char *name, unsigned long number)
{
	sprintf(name, "file-%lu", number % SLOTS);
}

static unsigned long newest_file(void)
{
	unsigned long newest = 0;
	char name[32];

	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		unsigned long number;

		slot_name(name, slot);
		number = read_file(name);
		check(!number || number % SLOTS == slot, "%s holds %lu", name, number);
		if (number > newest)
			newest = number;
	}
	return newest;
}

/* Written beside the old one, synced, renamed, the folder synced. */
void files_load(void)
{
	unsigned long number = newest_file();
	int folder = open(".", O_RDONLY);
	char name[32];

	for (;;) {
		int fd = open("file-new", O_WRONLY | O_CREAT | O_TRUNC, 0644);

		content.number = ++number;
		content.count = random() % (random() % 4 ? 600 : MAX_WORDS);
		for (unsigned long i = 0; i < content.count; i++)
			content.words[i] = word(number, i);
		check(write(fd, &content, size_of(content.count)) ==
			      (ssize_t)size_of(content.count) && fsync(fd) == 0,
		      "writing file %lu: %s", number, strerror(errno));
		close(fd);
		slot_name(name, number);
		check(rename("file-new", name) == 0 && fsync(folder) == 0,
		      "renaming file %lu: %s", number, strerror(errno));
		acknowledge("files", number);
	}
}

void files_verify(void)
{
	unsigned long newest = newest_file();
	char name[32];

	/* All since then are there, too: each was synced before the next. */
	for (unsigned long n = newest; n > 0 && n + SLOTS > newest + 1; n--) {
		slot_name(name, n);
		check(read_file(name) == n, "file %lu is not there", n);
	}
	acknowledge("files", newest);
}

static void record(char *line, unsigned long number)
{
	int length = sprintf(line, "record %lu ", number);

	memset(line + length, 'a' + number % 26, RECORD - length);
	line[RECORD - 1] = '\n';
}

/* The number of whole records; what follows them was not acknowledged. */
static unsigned long records(int fd)
{
	char found[RECORD], wanted[RECORD];
	unsigned long number = 0;

	while (pread(fd, found, RECORD, number * RECORD) == RECORD) {
		record(wanted, number + 1);
		if (memcmp(found, wanted, RECORD) != 0)
			break;
		number++;
	}
	return number;
}

void log_load(void)
{
	int fd = open("log", O_RDWR | O_CREAT, 0644);
	unsigned long number = records(fd);
	char line[RECORD];

	check(ftruncate(fd, number * RECORD) == 0 &&
		      lseek(fd, 0, SEEK_END) == (off_t)(number * RECORD),
	      "the log's end");
	for (;;) {
		record(line, ++number);
		check(write(fd, line, RECORD) == RECORD && fdatasync(fd) == 0,
		      "appending record %lu: %s", number, strerror(errno));
		acknowledge("log", number);
	}
}

void log_verify(void)
{
	int fd = open("log", O_RDONLY);

	acknowledge("log", fd < 0 ? 0 : records(fd));
	if (fd >= 0)
		close(fd);
}

/* Keeps the journal busy: folders, links, holes, names that come and go. */
void noise_load(void)
{
	char name[64], other[64];

	for (;;) {
		unsigned int a = random() % 40, b = random() % 40;
		int fd;

		sprintf(name, "noise-%u", a);
		sprintf(other, "noise-%u/%u", a, b);
		mkdir(name, 0755);
		fd = open(other, O_WRONLY | O_CREAT, 0644);
		if (fd >= 0) {
			if (pwrite(fd, &content, random() % 30000, random() % 100000) < 0)
				check(errno == ENOSPC, "noise: %s", strerror(errno));
			if (random() % 3 == 0 && ftruncate(fd, random() % 50000) != 0)
				check(errno == ENOSPC, "noise: %s", strerror(errno));
			close(fd);
		}
		sprintf(name, "noise-%u/%u", b, a);
		if (random() % 2)
			rename(other, name);
		else if (link(other, name) != 0 && random() % 2)
			unlink(other);
		if (random() % 8 == 0)
			unlink(name);
		usleep(1000);
	}
}
