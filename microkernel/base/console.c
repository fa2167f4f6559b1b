/* SPDX-License-Identifier: GPL-2.0 */
/* Both halves of the boot console, as the kernel itself prints on them. */
#include "base/console.h"
#include "base/screen.h"

void console_putc(char c)
{
	serial_putc(c);
	screen_putc(c);
}
