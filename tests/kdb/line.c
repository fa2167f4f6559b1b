/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the serial line's status again and again, while the line does not
 * interrupt: what is told by one reading only, the debugger would have to find
 * between two. Ends when something is typed.
 */
#include <stdio.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#define LINE		0x3f8
#define LINE_ENABLE	(LINE + 1)
#define LINE_STATUS	(LINE + 5)
#define HAS_DATA	0x01
#define HAS_BREAK	0x10

int main(void)
{
	unsigned char enabled, status;
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
	do {
		status = inb(LINE_STATUS);
		breaks += !!(status & HAS_BREAK);
	} while (!(status & HAS_DATA));
	outb(enabled, LINE_ENABLE);
	printf("line: %d breaks\n", breaks);
	return 0;
}
