/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the boot script, for its parser. What fails has described the error. */
#ifndef ROOTTASK_SCRIPT_SCAN_H
#define ROOTTASK_SCRIPT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <l4/types.h>

#include "script_error.h"

#define TOKEN_MAX	1024		/* a word's bytes, with its final 0 */

enum token { TOKEN_END, TOKEN_NEWLINE, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_WORD };

struct parser {
	const char *at;
	const char *end;
	unsigned int line;		/* of what `at' points to */
	unsigned int token_line;	/* of the current token */
	enum token token;
	char word[TOKEN_MAX];		/* text of a TOKEN_WORD */
	struct script_error *error;
};

/* Describe an error; returns false. */
bool script_fail(struct parser *p, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* To the next token; behind newlines; to the next one, which must be a word. */
bool script_next(struct parser *p);
bool script_skip_newlines(struct parser *p);
bool script_expect_word(struct parser *p, const char *what);

/* A decimal or 0x number at *text, which is moved behind it. */
bool script_scan_number(const char **text, l4_word_t *value);

/* Hexadecimal digits, and `end' behind them: *text is moved behind that, too. */
bool script_scan_hex(const char **text, unsigned int limit, char end, unsigned int *value);

#endif
