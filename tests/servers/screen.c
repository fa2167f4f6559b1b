/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who gets the screen's memory has it alone: what is printed from then on is not drawn on
 * it.
 */
#include <l4/env.h>
#include <l4/pages.h>
#include <l4/server.h>

static l4_word_t sum(const volatile l4_word_t *pixels, l4_word_t bytes)
{
	l4_word_t sum = 0;

	for (l4_word_t i = 0; i < bytes / sizeof(*pixels); i++)
		sum = sum * 3 + pixels[i];
	return sum;
}

int main(int, char **)
{
	const struct l4_screen *screen = &l4_kip()->screen;
	unsigned int order = L4_PAGE_SHIFT;
	const volatile l4_word_t *pixels;
	l4_word_t before, bytes = screen->pitch * screen->height;

	while (1UL << order < bytes)
		order++;
	printf("a screen of %lu columns\n", screen->width);
	pixels = l4_device_request(screen->address, order);
	if (!pixels)
		return 1;
	before = sum(pixels, bytes);
	printf("there is %s on it\n", before ? "something" : "nothing");
	printf("it has%s changed\n", sum(pixels, bytes) == before ? " not" : "");
	return 0;
}
