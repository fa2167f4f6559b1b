/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libl4 offers servers beside the system calls: memory and string
 * functions, printing on the boot console, requests to sigma0, and the end of
 * the machine. The standard names have their standard prototypes, so files
 * that use only these can be compiled for the host and tested there.
 */
#ifndef L4_SERVER_H
#define L4_SERVER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <l4/calls.h>
#include <l4/env.h>
#include <l4/kip.h>
#include <l4/sigma0.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * What a server begins with (startup.c): its arguments, without its name. When
 * main returns, its result is the server's end (l4_end).
 */
#if !__STDC_HOSTED__
int main(int argc, char **argv);
#endif

/* string.c */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *s, int c);
l4_word_t l4_number(const char *digits);	/* decimal; ends at what is no digit */
bool l4_is_number(const char *digits);		/* 1 to 18 digits and nothing else */

/*
 * print.c: to the parent, or to the boot console in the first tasks; one
 * message for each call, so that lines of several servers do not mix. It may be
 * called by any thread, and by handlers (l4/serve.h); it uses the message words
 * of the UTCB. Conversions: d u x lx s c p %, with width, 0 and - flags, .* and
 * .N for s.
 */
int printf(const char *format, ...) __attribute__((format(__printf__, 1, 2)));
int snprintf(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(__printf__, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list args);

/* error.c: words for an error, to end a sentence with */
const char *l4_error_text(long error);

/* stop.c: the machine's end; it needs the port */
#define L4_STOP_FAILED	0x20	/* to QEMU's exit port: it ends with 2 * 0x20 + 1 */
void l4_stop(const struct l4_kip *kip, unsigned int code) __attribute__((noreturn));
void l4_sleep_forever(void) __attribute__((noreturn));

/*
 * sigma0.c: one request. The answer's mapping arrives in `window' (memory:
 * window base + physical address; ports: their own numbers). *result, if
 * wanted, is the reply's mr1. Returns 0 or the error of IPC or sigma0.
 */
long l4_sigma0_request(struct l4_utcb *utcb, l4_cap_t sigma0, l4_word_t what, l4_word_t a,
		       l4_word_t b, l4_word_t window, l4_word_t *result);

/* The UTCB of the first thread of a server that the kernel started. */
static inline struct l4_utcb *l4_first_utcb(void)
{
	return (struct l4_utcb *)L4_UTCB_ADDRESS;
}

static inline l4_word_t l4_min(l4_word_t a, l4_word_t b)
{
	return a < b ? a : b;
}

static inline l4_word_t l4_round_up(l4_word_t value, l4_word_t power_of_two)
{
	return (value + power_of_two - 1) & ~(power_of_two - 1);
}

/* Order of the largest naturally aligned block that starts at `start' and ends by `end'. */
static inline unsigned int l4_block_order(l4_word_t start, l4_word_t end)
{
	unsigned int order = 63 - __builtin_clzl(end - start);

	if (start && (unsigned int)__builtin_ctzl(start) < order)
		order = __builtin_ctzl(start);
	return order;
}

#endif
