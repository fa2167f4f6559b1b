/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the first instruction to main and beyond. start.S passes on what the
 * thread was started with: the address of the environment page, or that of the
 * info page in the first tasks, which have no environment and get an empty one.
 */
#include <l4/parent.h>
#include <l4/server.h>

#define ARGUMENTS_MAX	64	/* three for each client, and some */

void l4_start(l4_word_t argument) __attribute__((noreturn));

static const struct l4_environment none;
const struct l4_environment *l4_environment = &none;

static char text[L4_ENV_ARGUMENTS];
static char *arguments[ARGUMENTS_MAX + 1];

static int split_arguments(void)
{
	int count = 0;
	char *at = text;

	memcpy(text, l4_environment->arguments, sizeof(text) - 1);
	while (count < ARGUMENTS_MAX) {
		while (*at == ' ')
			*at++ = '\0';
		if (!*at)
			break;
		arguments[count++] = at;
		while (*at && *at != ' ')
			at++;
	}
	return count;
}

void l4_start(l4_word_t argument)
{
	if (argument != L4_KIP_ADDRESS)
		l4_environment = (const struct l4_environment *)argument;
	l4_thread_is(l4_first_utcb(), L4_CAP_THREAD);
	l4_end(main(split_arguments(), arguments));
}
