/* SPDX-License-Identifier: GPL-2.0 */
/* The boot console's screen: pixels read back into text, on screens of any size. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "base/screen.h"

#define WIDTH		8
#define HEIGHT		16
#define GREY		0xaaaaaaaa
#define LEFT_OVER	0x12345678	/* what was on the screen before */

static const u8 glyphs['~' - ' ' + 1][HEIGHT] = {
#include "font.h"
};

struct model {
	struct l4_screen screen;
	u32 *pixels;
	u64 columns, rows, column, row;
	char *text;		/* of each cell; 0: as it was before */
};

static u32 pixel(const struct model *m, u64 x, u64 y)
{
	return m->pixels[y * m->screen.pitch / 4 + x];
}

static u32 wanted(const struct model *m, u64 x, u64 y)
{
	u64 column = x / WIDTH, row = y / HEIGHT;
	char c = column < m->columns && row < m->rows ? m->text[row * m->columns + column] : 0;

	if (!c)
		return LEFT_OVER;
	return c > ' ' && c <= '~' && glyphs[c - ' '][y % HEIGHT] & 0x80 >> x % WIDTH ? GREY : 0;
}

static void look(const struct model *m)
{
	for (u64 y = 0; y < m->screen.height; y++)
		for (u64 x = 0; x < m->screen.pitch / 4; x++)
			assert_int_equal(pixel(m, x, y), wanted(m, x, y));
}

static void model_putc(struct model *m, char c)
{
	bool ends = c == '\n' || (c != '\b' && m->column + 1 == m->columns);
	u64 next = (m->row + 1) % m->rows;

	if (c != '\n')
		m->text[m->row * m->columns + m->column] = c;
	if (c != '\b')
		m->column++;
	else if (m->column)
		m->column--;
	if (!ends)
		return;
	memset(m->text + next * m->columns, ' ', m->columns);
	m->column = 0;
	m->row = next;
}

static struct model begin(u64 width, u64 height, u64 pitch)
{
	struct model m = { .screen = { 0x1000, pitch, width, height, 16 } };

	m.columns = width / WIDTH < SCREEN_COLUMNS ? width / WIDTH : SCREEN_COLUMNS;
	m.rows = height / HEIGHT;
	/* Not a byte more than there is: the sanitizer sees what is written beside it. */
	m.pixels = malloc(pitch * height + 1);
	m.text = calloc(m.columns * m.rows + 1, 1);
	for (u64 i = 0; i < pitch * height / 4; i++)
		m.pixels[i] = LEFT_OVER;
	screen_init(&m.screen, m.pixels);
	return m;
}

static void end(struct model *m)
{
	screen_off();
	free(m->pixels);
	free(m->text);
}

static void text_stands_on_it(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		u64 width = host_below(host_one_in(4) ? 1500 : 200);
		struct model m = begin(width, host_below(200), (width + host_below(9)) * 4);

		for (int i = 0; i < 300 && m.columns && m.rows; i++) {
			char c = host_one_in(20) ? "\n\b"[host_below(2)] : (char)host_below(256);

			c = c ? c : ' ';
			screen_putc(c);
			model_putc(&m, c);
		}
		if (!m.columns || !m.rows)
			screen_putc('x');
		look(&m);
		end(&m);
	}
}

/* Each step draws one line of pixels, and its costs are bounded. */
static void steps_are_small(void **state)
{
	struct model m = begin(8000, 100, 8000 * 4);
	u32 line = 0;
	unsigned int steps = 0, drawn;

	(void)state;
	while ((drawn = screen_draw('\n', &line))) {
		assert_int_equal(drawn, SCREEN_COLUMNS * WIDTH);
		steps++;
	}
	assert_int_equal(steps, HEIGHT);
	end(&m);
	line = 0;
	assert_int_equal(screen_draw('x', &line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stands_on_it),
		cmocka_unit_test(steps_are_small),
	};

	host_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
