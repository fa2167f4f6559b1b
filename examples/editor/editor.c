/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line editor. Its file is a file server's, its keyboard the first serial port, whose interrupt it
 * waits for; what it shows goes to the console as any server's text does.
 *
 *	p		show all lines, with their numbers
 *	a		add lines at the end, up to one that is a single dot
 *	i N		the same before line N
 *	d N		delete line N
 *	w		write the file, to the disk
 *	r		read it again
 *	l		list the directory
 *	q		quit
 */
#include <l4/file.h>
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#define LINES		1000
#define LINE		160		/* bytes, with the final 0 */
#define TEXT_ORDER	18
#define PATIENCE_MS	10000

#define UART		0x3f8
#define UART_DATA	UART
#define UART_ENABLE	(UART + 1)
#define UART_STATUS	(UART + 5)
#define ENABLE_RECEIVE	0x01
#define STATUS_RECEIVED	0x01
#define UART_IRQ	4

static struct l4_files files;
static char (*lines)[LINE];
static unsigned int count;
static char *text;			/* the file as a whole, to be read and written */
static long irq;

static char read_char(void)
{
	while (!(l4_port_in8(UART_STATUS) & STATUS_RECEIVED)) {
		l4_irq_wait(irq, L4_TIMEOUT_NEVER);
		l4_irq_ack(irq);
	}
	return l4_port_in8(UART_DATA);
}

/* A line without its end; it is shown when it is complete. */
static void read_line(const char *prompt, char line[LINE])
{
	unsigned int length = 0;
	char c;

	while ((c = read_char()) != '\r' && c != '\n') {
		if ((c == '\b' || c == 0x7f) && length)
			length--;
		else if (c >= ' ' && length < LINE - 1)
			line[length++] = c;
	}
	line[length] = 0;
	printf("%s%s\n", prompt, line);
}

static void complain(const char *what, long error)
{
	printf("cannot %s: %s\n", what, l4_error_text(error));
}

static void insert(unsigned int at, const char *line)
{
	memmove(lines[at + 1], lines[at], (count - at) * LINE);
	memcpy(lines[at], line, LINE);
	count++;
}

static void add(unsigned int at)
{
	char line[LINE];

	for (; count < LINES - 1; at++) {
		read_line("+ ", line);
		if (!strcmp(line, "."))
			return;
		insert(at, line);
	}
	printf("there is no room for more lines\n");
}

static void set_lines(size_t length)
{
	size_t start = 0, end;
	char line[LINE];

	for (count = 0; start < length && count < LINES - 1; start = end + 1) {
		for (end = start; end < length && text[end] != '\n'; end++)
			;
		snprintf(line, LINE, "%.*s", (int)(end - start), text + start);
		memcpy(lines[count++], line, LINE);
	}
}

static void read_file(const char *path)
{
	long file = l4_file_open(&files, path, P9_O_RDONLY, 0), result = file;
	size_t length = 0;

	count = 0;
	if (file == -(L4_FILE_ERROR + P9_ENOENT)) {
		printf("%s is new\n", path);
		return;
	}
	while (file >= 0 && result >= 0 && length < 1UL << TEXT_ORDER) {
		result = l4_file_read(&files, file, length, text + length, (1UL << TEXT_ORDER) - length);
		if (result <= 0)
			break;
		length += result;
	}
	if (result < 0) {
		complain("read", result);
		return;
	}
	set_lines(length);
	l4_file_close(&files, file);
	printf("%s: %u lines\n", path, count);
}

static long write_text(long file, size_t length)
{
	size_t done = 0;
	long result = 0;

	while (done < length) {
		result = l4_file_write(&files, file, done, text + done, length - done);
		if (result <= 0)
			return result;
		done += result;
	}
	return l4_file_sync(&files, file);
}

/* A server that dies in between may have lost the beginning: then it is written once more. */
static void write_file(const char *path)
{
	size_t length = 0;
	long file, error;

	for (unsigned int i = 0; i < count; i++)
		length += snprintf(text + length, LINE + 1, "%s\n", lines[i]);
	do {
		file = l4_file_open(&files, path, P9_O_WRONLY | P9_O_CREAT | P9_O_TRUNC, 0644);
		error = file < 0 ? file : write_text(file, length);
		if (file >= 0)
			l4_file_close(&files, file);
	} while (file >= 0 && error == -L4_EDEAD);
	if (error < 0)
		complain("write", error);
	else
		printf("%s: %u lines written\n", path, count);
}

static void list(void)
{
	long file = l4_file_open(&files, "/", P9_O_RDONLY, 0), result = file;
	struct l4_file_entry entry;
	uint64_t offset = 0;

	while (result >= 0 && !(result = l4_file_next(&files, file, &offset, &entry)))
		printf("  %s%s\n", entry.name, entry.is_directory ? "/" : "");
	if (result < 0)
		complain("list", result);
	if (file >= 0)
		l4_file_close(&files, file);
}

/* The number behind a command's letter, of a line that is there; or 0. */
static unsigned int line_number(const char *command)
{
	l4_word_t n = command[1] == ' ' ? l4_number(command + 2) : 0;

	if (n && n <= count)
		return n;
	printf("there is no such line\n");
	return 0;
}

static bool obey(const char *command, const char *path)
{
	unsigned int n;

	switch (command[0]) {
	case 'p':
		for (unsigned int i = 0; i < count; i++)
			printf("%4u %s\n", i + 1, lines[i]);
		break;
	case 'a':
		add(count);
		break;
	case 'i':
		n = line_number(command);
		if (n)
			add(n - 1);
		break;
	case 'd':
		n = line_number(command);
		if (n) {
			memmove(lines[n - 1], lines[n], (count - n) * LINE);
			count--;
		}
		break;
	case 'w':
		write_file(path);
		break;
	case 'r':
		read_file(path);
		break;
	case 'l':
		list();
		break;
	case 'q':
		return false;
	default:
		printf("p show  a add  i N insert  d N delete  w write  r read  l list  q quit\n");
	}
	return true;
}

static long get_keyboard(void)
{
	long error = l4_ports_request(UART, UART + 7);

	if (error)
		return error;
	irq = l4_irq(UART_IRQ);
	error = irq < 0 ? irq : l4_irq_attach(irq, 0, 0);
	if (!error)
		l4_port_out8(UART_ENABLE, ENABLE_RECEIVE);
	return error;
}

int main(int argc, char **argv)
{
	char command[LINE];
	long error = get_keyboard();

	if (argc != 1) {
		printf("arguments: PATH\n");
		return 1;
	}
	lines = l4_pages_alloc(TEXT_ORDER);
	text = l4_pages_alloc(TEXT_ORDER);
	if (!error && (!lines || !text))
		error = -L4_ENOMEM;
	if (!error)
		error = l4_files_open(&files, "files", 0, PATIENCE_MS);
	if (error) {
		complain("begin", error);
		return 1;
	}
	read_file(argv[0]);
	do
		read_line("> ", command);
	while (obey(command, argv[0]));
	l4_files_close(&files);
	return 0;
}
