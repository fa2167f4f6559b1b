/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first serial port. Linux drives it later by its own driver; our output
 * still works then, because it needs no state but the line's settings. Reading
 * the line's status takes a break away from it: whatever it is read for, the
 * break is kept for who asks for one.
 */
#include "base/console.h"
#include "x86/cpu/x86.h"

#define PORT		(CONSOLE_STATUS - 5)
#define HAS_DATA	0x01
#define HAS_BREAK	0x10
#define CAN_SEND	0x20
#define NO_PORT		0xff

static bool broken;	/* a break has come that nobody has asked for yet */

void console_init(void)
{
	outb(PORT + 1, 0);	/* no interrupts */
	outb(PORT + 3, 0x80);	/* divisor: 115200 baud */
	outb(PORT, 1);
	outb(PORT + 1, 0);
	outb(PORT + 3, 3);	/* 8 bits, no parity, one stop bit */
	outb(PORT + 2, 7);	/* FIFOs on and empty */
	outb(PORT + 4, 3);	/* ready */
}

/* A break arrives with a zero, which is its alone. After it more may have come in than is told here. */
static u8 line_status(void)
{
	u8 status = inb(CONSOLE_STATUS);

	if (status == NO_PORT || !(status & HAS_BREAK))
		return status;
	inb(PORT);
	broken = true;
	return status & ~(HAS_BREAK | HAS_DATA);
}

bool console_ready(void)
{
	return line_status() & CAN_SEND;
}

void console_send(char c)
{
	outb(PORT, c);
}

void serial_putc(char c)
{
	if (c == '\n')
		serial_putc('\r');
	for (int i = 0; i < CONSOLE_PATIENCE && !console_ready(); i++)
		cpu_relax();
	console_send(c);
}

int console_getc(void)
{
	u8 status = line_status();

	return status != NO_PORT && (status & HAS_DATA) ? inb(PORT) : -1;
}

bool console_break(u8 *status)
{
	bool was_broken;

	*status = line_status();
	was_broken = broken;
	broken = false;
	return was_broken;
}
