/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory and string functions. The compiler may call the first four on its
 * own, so this file is compiled without the optimisation that would turn their
 * loops into calls of themselves. Copies go by words, wherever they begin:
 * roottask moves whole kernels and file systems with them, servers what is in messages.
 */
#include <l4/server.h>

/* The processor does not mind where a word begins. */
struct word {
	l4_word_t value;
} __attribute__((packed, may_alias));

/* From the beginning: memmove relies on it. */
void *memcpy(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	for (; size >= 64; size -= 64, t += 64, f += 64) {
		struct word *w = (struct word *)t;
		const struct word *v = (const struct word *)f;

		w[0] = v[0], w[1] = v[1], w[2] = v[2], w[3] = v[3];
		w[4] = v[4], w[5] = v[5], w[6] = v[6], w[7] = v[7];
	}
	for (; size >= 8; size -= 8, t += 8, f += 8)
		*(struct word *)t = *(const struct word *)f;
	while (size--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	l4_word_t pattern = (unsigned char)byte * 0x0101010101010101UL;
	char *t = to;

	for (; size && ((l4_word_t)t & 7); size--)
		*t++ = byte;
	for (; size >= 64; size -= 64, t += 64) {
		l4_word_t *word = (l4_word_t *)t;

		word[0] = word[1] = word[2] = word[3] = pattern;
		word[4] = word[5] = word[6] = word[7] = pattern;
	}
	for (; size >= 8; size -= 8, t += 8)
		*(l4_word_t *)t = pattern;
	while (size--)
		*t++ = byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (; size; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++) {
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s)
			return NULL;
	}
	return (char *)s;
}

l4_word_t l4_number(const char *digits)
{
	l4_word_t value = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		value = value * 10 + *digits - '0';
	return value;
}

bool l4_is_number(const char *digits)
{
	size_t length = strlen(digits);

	for (size_t i = 0; i < length; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	}
	return length && length <= 18;
}
