/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the clock: prints the date, then SECONDS times a line after each
 * second, which it counts by the driver's ticks.
 */
#include <l4/interrupt.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>

#include "clock.h"

#define TIMEOUT_US	2000000

static l4_cap_t clock;

static long print_date(struct clock_time_reply *time)
{
	long error = clock_time_call(clock, &(struct clock_time){ }, time);

	if (!error)
		printf("%04u-%02u-%02u %02u:%02u:%02u, %lu Hz\n", time->year, time->month, time->day,
		       time->hour, time->minute, time->second, time->hertz);
	return error;
}

/* The driver may raise it (and keep the capability, which takes R); it is bound to this thread. */
static long follow(l4_cap_t tick)
{
	struct l4_transfer transfer = {
		.send = 1,
		.item = { { l4_fpage_cap(tick, 0, L4_RIGHT_R | L4_RIGHT_W), 0 } },
	};
	struct clock_follow_reply reply;
	long error = l4_irq_create(tick, L4_CAP_NONE, L4_IRQ_SOFT);

	if (!error)
		error = l4_irq_attach(tick, 0, 0);
	if (!error)
		error = clock_follow_transfer(clock, &(struct clock_follow){ }, &reply, &transfer);
	return error;
}

static long wait_ticks(l4_cap_t tick, l4_word_t count)
{
	long error = 0;

	while (count-- && !error) {
		error = l4_irq_wait(tick, l4_timeout_us(TIMEOUT_US));
		l4_irq_ack(tick);
	}
	return error;
}

int main(int argc, char **argv)
{
	l4_word_t seconds = argc ? l4_number(argv[0]) : 0;
	struct clock_time_reply time;
	long connection = l4_connect("clock");
	l4_cap_t tick = l4_slot_alloc();
	long error;

	if (connection < 0)
		return connection;
	clock = connection;
	error = print_date(&time);
	if (!error && seconds)
		error = follow(tick);
	for (l4_word_t i = 1; i <= seconds && !error; i++) {
		error = wait_ticks(tick, time.hertz);
		if (!error)
			printf("second %lu\n", i);
	}
	if (!error && seconds)
		error = print_date(&time);
	if (error)
		printf("the clock does not go on: %s\n", l4_error_text(error));
	return error;
}
