/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the serial line's status again and again, while the line does not
 * interrupt: what is told by one reading only, the debugger would have to find
 * between two. For as many seconds as the argument says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LINE		0x3f8
#define LINE_ENABLE	(LINE + 1)
#define LINE_STATUS	(LINE + 5)
#define HAS_BREAK	0x10

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	unsigned char enabled;
	int breaks = 0;

	if (ioperm(LINE, 8, 1)) {
		perror("ioperm");
		return 1;
	}
	puts("line: reads");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	enabled = inb(LINE_ENABLE);
	outb(0, LINE_ENABLE);
	while (time(NULL) < end)
		breaks += !!(inb(LINE_STATUS) & HAS_BREAK);
	outb(enabled, LINE_ENABLE);
	printf("line: %d breaks\n", breaks);
	return 0;
}
