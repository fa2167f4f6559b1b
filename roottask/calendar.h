/* SPDX-License-Identifier: GPL-2.0 */
/* Calendar dates as seconds since 1970, 0 for what is no date. */
#ifndef ROOTTASK_CALENDAR_H
#define ROOTTASK_CALENDAR_H

#include <l4/types.h>

struct calendar {
	unsigned int year, month, day;	/* 1970.., 1..12, 1..31 */
	unsigned int hour, minute, second;
};

static inline l4_word_t calendar_seconds(const struct calendar *time)
{
	/* Years begin in March here, so that the leap day is the last of its year. */
	l4_word_t year = time->year - (time->month < 3);
	l4_word_t month = time->month + (time->month < 3 ? 9 : -3U);
	l4_word_t days;

	if (time->year < 1970 || time->month - 1 > 11 || time->day - 1 > 30 || time->hour > 23 ||
	    time->minute > 59 || time->second > 60)
		return 0;
	days = year * 365 + year / 4 - year / 100 + year / 400 +
	       (month * 153 + 2) / 5 + time->day - 1 - 719468;
	return ((days * 24 + time->hour) * 60 + time->minute) * 60 + time->second;
}

#endif
