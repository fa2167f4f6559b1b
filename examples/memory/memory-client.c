/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of a pager: writes numbers all over its heap and reads them again,
 * round after round. Each word it reads must be what it has written last, or
 * zero, if its page was taken back and another one came.
 */
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#include "memory.h"

#define STEP	64	/* words; so many of each page are used: each 8th part's first */
#define WORDS	(HEAP_PAGES * L4_PAGE_SIZE / sizeof(l4_word_t))

static volatile l4_word_t *const heap = (volatile l4_word_t *)HEAP;

/* Never zero, and different for each client, place and round. */
static l4_word_t value(l4_word_t client, l4_word_t word, l4_word_t round)
{
	return (client + 1) << 56 | round << 24 | word;
}

static void check(l4_word_t client, struct memory_found *found)
{
	l4_word_t round = found->rounds;

	for (l4_word_t i = 0; i < WORDS; i += STEP) {
		l4_word_t is = heap[i];

		if (round && !is)
			found->fresh++;
		else if (is && is != value(client, i, round))
			found->wrong++;
		heap[i] = value(client, i, round + 1);
	}
	found->rounds++;
}

int main(int argc, char **argv)
{
	struct memory_tell request = { 0 };
	struct memory_tell_reply reply;
	l4_word_t client = argc ? l4_number(argv[0]) : 0;

	printf("starts\n");
	for (;;) {
		check(client, &request.found);
		memory_tell_call(L4_CAP_PARENT, &request, &reply);
		l4_sleep_us(500);
	}
}
