/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several CPUs may draw at once, as they may print, and threads between each other's steps;
 * then characters are mixed, but the cursor is on the screen at any time.
 */
#include "base/screen.h"

#define GLYPH_WIDTH	8
#define GLYPH_HEIGHT	16
#define FIRST		' '
#define LAST		'~'
#define GREY		0xaaaaaaaa	/* whatever the order of the colours */

static const u8 glyphs[LAST - FIRST + 1][GLYPH_HEIGHT] = {
#include "font.h"
};

static volatile u8 *pixels;
static u64 pitch;		/* bytes from one line of pixels to the next */
static u32 columns, rows;	/* 0: there is no screen */
static u32 column, row;

void screen_init(const struct l4_screen *screen, volatile void *at)
{
	pixels = at;
	pitch = screen->pitch;
	rows = screen->height / GLYPH_HEIGHT;
	columns = rows ? min_u64(screen->width / GLYPH_WIDTH, SCREEN_COLUMNS) : 0;
	column = row = 0;
}

void screen_off(void)
{
	columns = 0;
}

static volatile u32 *line_of(u32 in_row, u32 in_column, u32 line)
{
	return (volatile u32 *)(pixels + (in_row * GLYPH_HEIGHT + line) * pitch) + in_column * GLYPH_WIDTH;
}

static u32 next_row(void)
{
	return row + 1 < rows ? row + 1 : 0;
}

static unsigned int draw_glyph(char c, u32 line)
{
	u8 bits = c >= FIRST && c <= LAST ? glyphs[c - FIRST][line] : 0;
	volatile u32 *pixel = line_of(row, column, line);

	for (unsigned int i = 0; i < GLYPH_WIDTH; i++)
		pixel[i] = bits & 0x80 >> i ? GREY : 0;
	return GLYPH_WIDTH;
}

static unsigned int clear(u32 of_row, u32 width, u32 line)
{
	volatile u32 *pixel = line_of(of_row, 0, line), *end = pixel + width * GLYPH_WIDTH;

	while (pixel < end)
		*pixel++ = 0;
	return width * GLYPH_WIDTH;
}

static void advance(char c)
{
	u32 next = column + 1;

	if (c == '\b') {
		column = column ? column - 1 : 0;
	} else if (c != '\n' && next < columns) {
		column = next;
	} else {
		column = 0;
		row = next_row();
	}
}

unsigned int screen_draw(char c, u32 *line)
{
	u32 width = columns, now = (*line)++;
	unsigned int drawn = 0;

	if (!width)
		return 0;
	if (now >= GLYPH_HEIGHT) {
		advance(c);
		return 0;
	}
	if (c != '\n')
		drawn += draw_glyph(c, now);
	if (c == '\n' || (c != '\b' && column + 1 == width))
		drawn += clear(next_row(), width, now);
	return drawn;
}

void screen_putc(char c)
{
	u32 line = 0;

	while (screen_draw(c, &line))
		;
}
