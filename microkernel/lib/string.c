/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory and string functions. The compiler calls the first four by itself,
 * so they must exist even where no source names them.
 */
#include "lib/string.h"

typedef u64 unaligned_u64 __attribute__((may_alias, aligned(1)));

void *memcpy(void *dst, const void *src, size_t size)
{
	u8 *d = dst;
	const u8 *s = src;

	for (; size >= 8; size -= 8, d += 8, s += 8)
		__builtin_memcpy(d, s, 8);
	while (size--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t size)
{
	u8 *d = dst;
	const u8 *s = src;

	if (d <= s || d >= s + size)
		return memcpy(dst, src, size);
	while (size--)
		d[size] = s[size];
	return dst;
}

void *memset(void *dst, int byte, size_t size)
{
	u8 *d = dst;
	u64 word = (u8)byte * 0x0101010101010101UL;

	/* Page tables are zeroed here: a cache line a round. */
	for (; size >= 64; size -= 64, d += 64) {
		unaligned_u64 *line = (unaligned_u64 *)d;

		line[0] = line[1] = line[2] = line[3] = word;
		line[4] = line[5] = line[6] = line[7] = word;
	}
	for (; size >= 8; size -= 8, d += 8)
		__builtin_memcpy(d, &word, 8);
	while (size--)
		*d++ = byte;
	return dst;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

const char *strstr(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (!strncmp(text, word, n))
			return text;
	return NULL;
}
