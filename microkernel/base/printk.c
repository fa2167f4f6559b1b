/* SPDX-License-Identifier: GPL-2.0 */
/* Formatted output to the boot console. */
#include <stdarg.h>

#include "base/console.h"
#include "base/panic.h"
#include "base/printk.h"

struct field {
	unsigned int width;
	bool zeros, wide;
};

static void put_number(u64 value, unsigned int base, struct field field)
{
	char digits[24];
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (unsigned int i = count; i < field.width; i++)
		console_putc(field.zeros ? '0' : ' ');
	while (count)
		console_putc(digits[--count]);
}

static void put_string(const char *s)
{
	while (*s)
		console_putc(*s++);
}

static const char *parse_field(const char *f, struct field *field)
{
	*field = (struct field){ 0 };
	if (*f == '0') {
		field->zeros = true;
		f++;
	}
	while (*f >= '0' && *f <= '9')
		field->width = field->width * 10 + (*f++ - '0');
	while (*f == 'l') {
		field->wide = true;
		f++;
	}
	return f;
}

static void put_signed(s64 value, struct field field)
{
	if (value < 0) {
		console_putc('-');
		value = -value;
	}
	put_number(value, 10, field);
}

void vprintk(const char *f, va_list args)
{
	struct field field;

	for (; *f; f++) {
		if (*f != '%') {
			console_putc(*f);
			continue;
		}
		f = parse_field(f + 1, &field);
		switch (*f) {
		case 'c':
			console_putc(va_arg(args, int));
			break;
		case 's':
			put_string(va_arg(args, const char *));
			break;
		case 'd':
			put_signed(field.wide ? va_arg(args, s64) : va_arg(args, int), field);
			break;
		case 'u':
			put_number(field.wide ? va_arg(args, u64) : va_arg(args, u32), 10, field);
			break;
		case 'x':
			put_number(field.wide ? va_arg(args, u64) : va_arg(args, u32), 16, field);
			break;
		case 'p':
			put_number(va_arg(args, u64), 16, (struct field){ 16, true, true });
			break;
		default:
			console_putc(*f);
		}
	}
}

void printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}
