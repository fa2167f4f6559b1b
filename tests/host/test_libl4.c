/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libl4's printing and memory functions against the host's C library. They
 * have its names, so they are included here under others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define memcpy		our_memcpy
#define memmove		our_memmove
#define memset		our_memset
#define memcmp		our_memcmp
#define strlen		our_strlen
#define strcmp		our_strcmp
#define strncmp		our_strncmp
#define strchr		our_strchr
#define printf		our_printf
#define snprintf	our_snprintf
#define vsnprintf	our_vsnprintf
#include "../../libl4/print.c"
#include "../../libl4/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp
#undef strchr
#undef printf
#undef snprintf
#undef vsnprintf

void l4_console_write(const char *text, size_t length)
{
	(void)text;
	(void)length;
}

#define SAME(...) do { \
	char ours[64], theirs[64]; \
	int length = snprintf(theirs, sizeof(theirs), __VA_ARGS__); \
	assert_int_equal(our_snprintf(ours, sizeof(ours), __VA_ARGS__), length); \
	assert_string_equal(ours, theirs); \
} while (0)

static void conversions(void **state)
{
	(void)state;
	SAME("%d %d %d", 0, -1, 2147483647);
	SAME("%d", -2147483647 - 1);
	SAME("%ld %lu %lx", -9223372036854775807L - 1, ~0UL, ~0UL);
	SAME("%u|%x|%zu", 7u, 0xbeefu, sizeof(int));
	SAME("%5d|%-5d|%05d|%05d", 42, 42, 42, -42);
	SAME("%s|%10s|%-10s|%.3s|%.*s", "abc", "abc", "abc", "abcdef", 2, "abcdef");
	SAME("%c|%3c|%%", 'x', 'y');
	SAME("%016lx", 0x1234UL);
}

static void short_buffers(void **state)
{
	char buffer[8];

	(void)state;
	memset(buffer, 'z', sizeof(buffer));
	assert_int_equal(our_snprintf(buffer, 4, "%s", "abcdef"), 6);
	assert_string_equal(buffer, "abc");
	assert_int_equal(buffer[4], 'z');
	assert_int_equal(our_snprintf(NULL, 0, "%d", 12345), 5);
}

static void memory(void **state)
{
	char ours[100], theirs[100];

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		size_t to = rand() % 50, from = rand() % 50, size = rand() % 50;

		for (int i = 0; i < 100; i++)
			ours[i] = theirs[i] = rand();
		if (rand() % 2) {
			assert_ptr_equal(our_memmove(ours + to, ours + from, size), ours + to);
			memmove(theirs + to, theirs + from, size);
		} else {
			our_memset(ours + to, round, size);
			memset(theirs + to, round, size);
		}
		assert_memory_equal(ours, theirs, 100);
		assert_int_equal(our_memcmp(ours + to, ours + from, size) > 0,
				 memcmp(ours + to, ours + from, size) > 0);
	}
}

static void strings(void **state)
{
	static const char text[] = "module";

	(void)state;
	assert_int_equal(our_strlen(text), 6);
	assert_true(our_strcmp("a", "b") < 0 && our_strcmp("b", "a") > 0 && !our_strcmp("a", "a"));
	assert_true(our_strcmp("a", "a\xff") < 0);
	assert_true(our_strncmp("abc", "abd", 3) < 0 && !our_strncmp("abc", "abd", 2));
	assert_int_equal(our_strncmp("ab", "ab", 10), 0);
	assert_ptr_equal(our_strchr(text, 'd'), text + 2);
	assert_ptr_equal(our_strchr(text, 0), text + 6);
	assert_null(our_strchr(text, 'x'));
}

static void numbers(void **state)
{
	(void)state;
	assert_true(l4_is_number("0") && l4_is_number("999999999999999999"));
	assert_false(l4_is_number("") || l4_is_number("1x") || l4_is_number("-1") ||
		     l4_is_number("0x10") || l4_is_number("1:") || l4_is_number("1/"));
	assert_false(l4_is_number("1000000000000000000"));
	assert_int_equal(l4_number("999999999999999999"), 999999999999999999L);
	assert_int_equal(l4_number("12x3"), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions),
		cmocka_unit_test(short_buffers),
		cmocka_unit_test(memory),
		cmocka_unit_test(strings),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
