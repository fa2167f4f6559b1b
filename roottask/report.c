/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands on the console. Each line of a server begins with its name, and
 * nobody goes on with another one's line: a line that is still open when
 * somebody else has something to say is ended first. So what follows a name is
 * that server's, and what follows "roottask" is roottask's.
 */
#include "roottask.h"

#define NOBODY	SCRIPT_INSTANCES	/* the cursor is at the beginning of a line */

const struct l4_kip *kip;
struct script script;
static unsigned int open_line = NOBODY;

static void report_va(const char *format, va_list args)
{
	char text[400];

	vsnprintf(text, sizeof(text), format, args);
	printf("%sroottask: %s\n", open_line == NOBODY ? "" : "\n", text);
	open_line = NOBODY;
}

void report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_va(format, args);
	va_end(args);
}

void fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_va(format, args);
	va_end(args);
	l4_stop(kip, L4_STOP_FAILED);
}

/* The part of `text' up to its first newline, with what could move the cursor replaced. */
static size_t copy_line(char *to, const char *text, size_t length)
{
	size_t done = 0;

	do {
		char c = text[done];

		to[done++] = c >= ' ' || c == '\n' || c == '\t' ? c : '?';
	} while (done < length && to[done - 1] != '\n');
	return done;
}

void report_text(unsigned int number, const char *text, size_t length)
{
	char line[REPORT_TEXT];

	for (size_t at = 0, done; at < length; at += done) {
		done = copy_line(line, text + at, length - at);
		if (open_line != number)
			printf("%s%s: ", open_line == NOBODY ? "" : "\n", script.instance[number].name);
		printf("%.*s", (int)done, line);
		open_line = line[done - 1] == '\n' ? NOBODY : number;
	}
}
