/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A console that takes nothing: nobody reads what QEMU has written, so its port
 * is never ready again. Who prints waits, in vain; others do not. tests/run boots
 * this alone, as what the other tests say would not arrive.
 */
#include "ktest.h"

#define NAP		l4_timeout_us(50)
#define NAPS_IN_CALL	10
#define NAPS_TO_FILL	500	/* in which all is written that QEMU's pipe holds */
#define NAPS_TO_END	1000

static void prints(struct worker *self)
{
	for (;;) {
		self->result[0]++;
		l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_PUTC, 'x');
	}
}

/* How often the main thread sleeps and wakes while the worker is in one call; at most so often. */
static unsigned int naps_in_call(unsigned int limit)
{
	volatile l4_word_t *calls = &workers[0].result[0];
	l4_word_t call = *calls;
	unsigned int naps = 0;

	while (naps < limit && *calls == call) {
		receive_nothing(NAP);
		naps++;
	}
	return naps;
}

static const char *blocked(void)
{
	unsigned int naps, calls = 0;

	TRY(run_worker(0, L4_CAP_TASK, prints));
	do {
		naps = naps_in_call(NAPS_IN_CALL);
	} while (naps < NAPS_IN_CALL && ++calls < NAPS_TO_FILL);
	CHECK_EQ(naps, NAPS_IN_CALL);
	CHECK(naps_in_call(NAPS_TO_END) < NAPS_TO_END);
	CHECK_EQ(naps_in_call(NAPS_IN_CALL), NAPS_IN_CALL);
	return NULL;
}

const struct test blocked_console = { "others go on while a thread waits for the console", blocked };
