/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sleeps again and again, and tells after each ROUNDS times how much longer than it
 * asked for the longest took, and one on average: in ticks of the TSC.
 */
#include <l4/kip.h>
#include <l4/server.h>
#include <l4/thread.h>

#define ROUNDS		500
#define PERIOD_US	1000	/* unless argv[0] says something else */

int main(int argc, char **argv)
{
	const struct l4_kip *kip = (const void *)L4_KIP_ADDRESS;
	l4_word_t us = argc ? l4_number(argv[0]) : PERIOD_US;
	l4_word_t period = us * kip->tsc_khz / 1000;

	for (;;) {
		l4_word_t worst = 0, sum = 0;

		for (unsigned int i = 0; i < ROUNDS; i++) {
			l4_word_t begin = l4_rdtsc(), late;
			long error = l4_sleep_us(us);

			if (error)
				return error;
			late = l4_rdtsc() - begin - period;
			worst = late > worst ? late : worst;
			sum += late;
		}
		printf("worst %lu mean %lu\n", worst, sum / ROUNDS);
	}
}
