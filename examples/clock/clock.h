/* SPDX-License-Identifier: GPL-2.0 */
/* What a clock driver does: the date, and ticks. */
#ifndef CLOCK_H
#define CLOCK_H

#include <l4/message.h>

#define CLOCK_PROTOCOL	(L4_PROTOCOL_OWN + 3)

struct clock_time { };
struct clock_time_reply {
	unsigned int year, month, day, hour, minute, second;
	l4_word_t ticks;		/* since the driver started */
	l4_word_t hertz;		/* ticks in a second */
};
L4_OPERATION(clock_time, CLOCK_PROTOCOL, 1);

/*
 * From now on the driver raises the caller's software interrupt at each tick;
 * with an item: its capability, rights W, R. It takes the place of the one before.
 */
struct clock_follow { };
struct clock_follow_reply { };
L4_OPERATION(clock_follow, CLOCK_PROTOCOL, 2);

#endif
