/* SPDX-License-Identifier: GPL-2.0 */
/* The boot script's tokenizer. Pure logic, tested on the host with its parser. */
#include <l4/server.h>

#include "script_scan.h"

bool script_fail(struct parser *p, unsigned int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->error->text, sizeof(p->error->text), format, args);
	va_end(args);
	p->error->line = line;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '{' || c == '}' || c == '#';
}

/* A word runs to the next blank or special character, or is enclosed in double quotes. */
static bool scan_word(struct parser *p)
{
	bool quoted = *p->at == '"';
	size_t length = 0;

	for (p->at += quoted; p->at < p->end; p->at++) {
		if (quoted ? *p->at == '"' || *p->at == '\n' : ends_word(*p->at))
			break;
		if ((unsigned char)*p->at < ' ' && *p->at != '\t')
			return script_fail(p, p->line,
					   "there is a character that is not text (code %d)",
					   (unsigned char)*p->at);
		if (length == TOKEN_MAX - 1)
			return script_fail(p, p->line, "a word is longer than %d characters",
					   TOKEN_MAX - 1);
		p->word[length++] = *p->at;
	}
	p->word[length] = '\0';
	if (quoted && (p->at == p->end || *p->at++ != '"'))
		return script_fail(p, p->line, "a quoted text is not closed on its line");
	p->token = TOKEN_WORD;
	return true;
}

bool script_next(struct parser *p)
{
	while (p->at < p->end && is_blank(*p->at))
		p->at++;
	if (p->at < p->end && *p->at == '#') {
		while (p->at < p->end && *p->at != '\n')
			p->at++;
	}
	p->token_line = p->line;
	if (p->at == p->end) {
		p->token = TOKEN_END;
		return true;
	}
	switch (*p->at) {
	case '\n':
		p->line++;
		/* fall through */
	case ';':
		p->token = TOKEN_NEWLINE;
		break;
	case '{':
		p->token = TOKEN_OPEN;
		break;
	case '}':
		p->token = TOKEN_CLOSE;
		break;
	default:
		return scan_word(p);
	}
	p->at++;
	return true;
}

bool script_skip_newlines(struct parser *p)
{
	while (p->token == TOKEN_NEWLINE) {
		if (!script_next(p))
			return false;
	}
	return true;
}

bool script_expect_word(struct parser *p, const char *what)
{
	if (!script_next(p))
		return false;
	if (p->token != TOKEN_WORD || !p->word[0])
		return script_fail(p, p->token_line, "%s is missing", what);
	return true;
}

/* 16 or more: it is none. */
static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10U : 16;
}

bool script_scan_number(const char **text, l4_word_t *value)
{
	const char *s = *text;
	unsigned int base = 10;
	const char *first;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	*value = 0;
	for (first = s; digit_of(*s) < base; s++) {
		if (*value > (~0UL - digit_of(*s)) / base)
			return false;
		*value = *value * base + digit_of(*s);
	}
	*text = s;
	return s != first;
}

bool script_scan_hex(const char **text, unsigned int limit, char end, unsigned int *value)
{
	const char *s = *text;

	for (*value = 0; digit_of(*s) < 16; s++) {
		*value = *value << 4 | digit_of(*s);
		if (*value > limit)
			return false;
	}
	if (s == *text || *s != end)
		return false;
	*text = s + 1;
	return true;
}
