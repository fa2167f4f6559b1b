/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Has memory taken back at every level, again and again, and looks at what the
 * clients find: their pages are gone, they get others, and those are clear.
 * At last it has the first server keep all of its memory.
 */
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#include "memory.h"

#define LEVELS		3
#define STORM		300
#define WAIT_US		2000
#define PATIENCE	1000		/* waits */

static const char *const names[LEVELS] = { "memory1", "memory2", "pager" };
static l4_cap_t levels[LEVELS];

static long ask(l4_word_t client, struct memory_found *found)
{
	struct memory_ask_reply reply;
	long error = memory_ask_call(levels[LEVELS - 1], &(struct memory_ask){ client }, &reply);

	*found = reply.found;
	return error;
}

static long take(unsigned int level, l4_word_t count, bool keep)
{
	struct memory_take_reply reply;
	long error = memory_take_call(levels[level], &(struct memory_take){ count, keep }, &reply);

	return error ? error : (long)reply.taken;
}

/* Until a whole round of this client has seen what was done before. */
static long wait_rounds(l4_word_t client, struct memory_found *found)
{
	struct memory_found before;
	long error = ask(client, &before);

	*found = before;
	for (unsigned int i = 0; !error && found->rounds < before.rounds + 2; i++) {
		if (i == PATIENCE)
			return -L4_ETIMEDOUT;
		l4_sleep_us(WAIT_US);
		error = ask(client, found);
	}
	return error;
}

static long take_all(unsigned int level)
{
	struct memory_found before[CLIENTS], after;
	long taken, error;

	for (l4_word_t i = 0; i < CLIENTS; i++) {
		error = wait_rounds(i, &before[i]);
		if (error)
			return error;
	}
	taken = take(level, ~0UL, false);
	if (taken <= 0)
		return taken ? taken : -L4_EINVAL;
	printf("%s has taken back %ld pieces\n", names[level], taken);
	for (l4_word_t i = 0; i < CLIENTS; i++) {
		error = wait_rounds(i, &after);
		if (error)
			return error;
		printf("client %lu found %lu fresh words\n", i, after.fresh - before[i].fresh);
		if (after.fresh == before[i].fresh)
			return -L4_EINVAL;
	}
	return 0;
}

static long storm(void)
{
	long error = 0;

	for (unsigned int i = 0; i < STORM && error >= 0; i++) {
		error = take(l4_rdtsc() / 64 % LEVELS, 1 + l4_rdtsc() / 256 % 8, false);
		if (l4_rdtsc() & 64)
			l4_sleep_us(l4_rdtsc() % 1000);
	}
	return error < 0 ? error : 0;
}

static long judge(void)
{
	struct memory_found found;
	long error = 0;

	for (l4_word_t i = 0; i < CLIENTS && !error; i++) {
		error = wait_rounds(i, &found);
		if (found.wrong)
			error = -L4_EFAULT;
		printf("client %lu: %lu fresh words, %lu wrong ones\n", i, found.fresh, found.wrong);
	}
	return error;
}

/* Nothing is left: the clients' next faults cannot be served, and nothing else happens. */
static long take_for_ever(void)
{
	struct memory_found found;
	long taken = take(0, ~0UL, true);

	if (taken < 0)
		return taken;
	for (l4_word_t i = 0; i < CLIENTS; i++) {
		for (unsigned int wait = 0; ask(i, &found) != -L4_EDEAD; wait++) {
			if (wait == PATIENCE)
				return -L4_ETIMEDOUT;
			l4_sleep_us(WAIT_US);
		}
		printf("client %lu has got an error\n", i);
	}
	return 0;
}

int main(int argc, char **argv)
{
	long error = 0;

	(void)argc, (void)argv;
	for (unsigned int i = 0; i < LEVELS; i++) {
		long gate = l4_connect(names[i]);

		if (gate < 0)
			return gate;
		levels[i] = gate;
	}
	for (unsigned int i = 0; i < 2 * LEVELS && !error; i++)
		error = take_all(i % LEVELS);
	if (!error)
		error = storm();
	if (!error)
		error = judge();
	if (!error)
		error = take_for_ever();
	if (error)
		printf("something went wrong: %s\n", l4_error_text(error));
	return error;
}
