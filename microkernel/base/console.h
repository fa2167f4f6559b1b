/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The boot console: the first serial port, polled, and the screen (screen.h). Only the
 * debugger reads, from the port alone.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "lib/types.h"

#define CONSOLE_STATUS	0x3fd	/* the port whose reading tells of a break, once */

#define CONSOLE_PATIENCE 100000	/* polls; a machine without the port loses only time */

void console_init(void);

/* To both. Waits until the port is ready, with interrupts off; there the line's end is two characters. */
void console_putc(char c);
void serial_putc(char c);

/* Could a character be sent at once? It is sent in any case: the port may be dead. */
bool console_ready(void);
void console_send(char c);

/* A character that has come in, or -1. */
int console_getc(void);

/*
 * Has somebody pressed the line's Break key, since this was asked last? Takes nothing that another
 * driver of the port wants. *status is what the port shows; after a break it may show no data though
 * there are some.
 */
bool console_break(u8 *status);

#endif
