/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formatted printing. Text is built in a buffer and then handed on in one go,
 * so that lines of several servers do not mix.
 */
#include <l4/parent.h>
#include <l4/server.h>

#define LINE_MAX 1024

struct output {
	char *buffer;
	size_t size;		/* of buffer, with the final 0 */
	size_t length;		/* of the whole text, also of what did not fit */
};

/* One conversion: %[-0][width][.precision][l]c */
struct conversion {
	bool left;
	bool zero;
	bool is_long;
	int width;
	int precision;		/* -1: none */
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length] = c;
	out->length++;
}

static void put_padded(struct output *out, const struct conversion *conv, const char *text,
		       int length)
{
	int padding = conv->width > length ? conv->width - length : 0;
	char fill = conv->zero && !conv->left ? '0' : ' ';

	if (fill == '0' && length && *text == '-') {
		put(out, *text++);
		length--;
	}
	for (; !conv->left && padding; padding--)
		put(out, fill);
	while (length--)
		put(out, *text++);
	for (; padding > 0; padding--)
		put(out, ' ');
}

static void put_number(struct output *out, const struct conversion *conv, l4_word_t value,
		       unsigned int base, bool negative)
{
	char digits[24];
	int at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--at] = '-';
	put_padded(out, conv, digits + at, sizeof(digits) - at);
}

static void put_string(struct output *out, const struct conversion *conv, const char *text)
{
	int length = 0;

	while ((conv->precision < 0 || length < conv->precision) && text[length])
		length++;
	put_padded(out, conv, text, length);
}

static const char *parse_number(const char *format, int *value)
{
	for (*value = 0; *format >= '0' && *format <= '9'; format++)
		*value = *value * 10 + *format - '0';
	return format;
}

static const char *parse_conversion(const char *format, struct conversion *conv, int next_int)
{
	*conv = (struct conversion){ .precision = -1 };
	for (; *format == '-' || *format == '0'; format++) {
		conv->left |= *format == '-';
		conv->zero |= *format == '0';
	}
	format = parse_number(format, &conv->width);
	if (*format == '.' && format[1] == '*') {
		conv->precision = next_int;
		format += 2;
	} else if (*format == '.') {
		format = parse_number(format + 1, &conv->precision);
	}
	for (; *format == 'l' || *format == 'z'; format++)
		conv->is_long = true;
	return format;
}

/* Whether the conversion that starts at `format' takes its precision as an argument. */
static bool has_star(const char *format)
{
	while (strchr("-0123456789.", *format) && *format)
		format++;
	return *format == '*';
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list args)
{
	struct output out = { .buffer = buffer, .size = size };
	struct conversion conv;
	char c;

	for (; *format; format++) {
		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		format++;
		format = parse_conversion(format, &conv, has_star(format) ? va_arg(args, int) : 0);
		if (*format == 'd') {
			long value = conv.is_long ? va_arg(args, long) : va_arg(args, int);

			put_number(&out, &conv, value < 0 ? -(l4_word_t)value : (l4_word_t)value,
				   10, value < 0);
		} else if (*format == 'u' || *format == 'x') {
			put_number(&out, &conv,
				   conv.is_long ? va_arg(args, l4_word_t) : va_arg(args, unsigned int),
				   *format == 'u' ? 10 : 16, false);
		} else if (*format == 'p') {
			put_number(&out, &conv, va_arg(args, l4_word_t), 16, false);
		} else if (*format == 's') {
			put_string(&out, &conv, va_arg(args, const char *));
		} else if (*format == 'c') {
			c = va_arg(args, int);
			put_padded(&out, &conv, &c, 1);
		} else if (*format) {
			put(&out, *format);
		} else {
			break;
		}
	}
	if (size)
		buffer[out.length < size ? out.length : size - 1] = '\0';
	return out.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buffer, size, format, args);
	va_end(args);
	return length;
}

int printf(const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	l4_console_write(line, l4_min(length, sizeof(line) - 1));
	return length;
}
