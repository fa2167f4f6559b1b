/* SPDX-License-Identifier: GPL-2.0 */
/* The boot console: the first serial port, polled. Only the debugger reads from it. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>

void console_init(void);
void console_putc(char c);

/* A character that has come in, or -1. */
int console_getc(void);

/* Has somebody pressed the line's Break key? Takes nothing that another driver of the port wants. */
bool console_break(void);

#endif
