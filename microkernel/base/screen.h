/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The boot console's second half, for a machine at whose serial port nobody sits:
 * the frame buffer that the boot loader has set up, until somebody else has it.
 * Text goes from the top down and then from the top again, into rows that are cleared
 * first. Nothing is read back, as that is slow.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <l4/kip.h>

#include "lib/types.h"

#define SCREEN_COLUMNS	160	/* at most: what a line of pixels costs is bounded */

/* It is that one, whose pixels are there. */
void screen_init(const struct l4_screen *screen, volatile void *pixels);

/* From now on it is somebody else's, and nothing is written to it. */
void screen_off(void);

/*
 * Draws the next line of pixels of a character, or clears one of the next row; *line,
 * 0 at first, counts them. Returns how many pixels that were; 0: it is done.
 */
unsigned int screen_draw(char c, u32 *line);

void screen_putc(char c);

#endif
