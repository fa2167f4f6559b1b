/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PC's real-time clock (MC146818), for the date at an instance's start.
 * While the chip updates its registers they are undefined, so they are read
 * until two readings agree.
 *
 * A register is chosen by one port and read by another: the ports can have one
 * user only. If the boot script gives them to somebody roottask reads the clock
 * before anyone is started, and from then on counts the TSC's cycles.
 */
#include "roottask.h"
#include "calendar.h"

#define RTC_INDEX	0x70
#define RTC_DATA	0x71

#define RTC_SECONDS	0
#define RTC_MINUTES	2
#define RTC_HOURS	4
#define RTC_DAY		7
#define RTC_MONTH	8
#define RTC_YEAR	9
#define RTC_STATUS_A	10
#define RTC_STATUS_B	11
#define RTC_UPDATING	0x80
#define RTC_BINARY	0x04
#define RTC_24_HOURS	0x02
#define RTC_PM		0x80

#define READ_ATTEMPTS	10000

static unsigned char rtc_read(unsigned char reg)
{
	l4_port_out8(RTC_INDEX, reg);
	return l4_port_in8(RTC_DATA);
}

static unsigned int decode(unsigned char value, unsigned char status)
{
	return status & RTC_BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static void rtc_read_all(struct calendar *time)
{
	unsigned char status = rtc_read(RTC_STATUS_B);
	unsigned char hours = rtc_read(RTC_HOURS);

	time->second = decode(rtc_read(RTC_SECONDS), status);
	time->minute = decode(rtc_read(RTC_MINUTES), status);
	time->hour = decode(hours & ~RTC_PM, status);
	if (!(status & RTC_24_HOURS))
		time->hour = time->hour % 12 + (hours & RTC_PM ? 12 : 0);
	time->day = decode(rtc_read(RTC_DAY), status);
	time->month = decode(rtc_read(RTC_MONTH), status);
	time->year = 2000 + decode(rtc_read(RTC_YEAR), status);
}

static l4_word_t read_date(void)
{
	struct calendar first, second;

	for (unsigned int i = 0; i < READ_ATTEMPTS; i++) {
		if (rtc_read(RTC_STATUS_A) & RTC_UPDATING)
			continue;
		rtc_read_all(&first);
		rtc_read_all(&second);
		if (!memcmp(&first, &second, sizeof(first)))
			return calendar_seconds(&first);
	}
	return 0;
}

static l4_word_t last_date;	/* 0: unknown */
static l4_word_t last_tsc;

static void read_again(void)
{
	last_date = read_date();
	last_tsc = l4_rdtsc();
}

static bool given_away(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		const struct script_ranges *ports = &script.instance[i].ports;

		if (ranges_grant(ports, RTC_INDEX, RTC_INDEX) ||
		    ranges_grant(ports, RTC_DATA, RTC_DATA))
			return true;
	}
	return false;
}

void clock_init(void)
{
	read_again();
}

l4_word_t clock_read(void)
{
	if (!given_away())
		read_again();
	return last_date ? last_date + (l4_rdtsc() - last_tsc) / (kip->tsc_khz * 1000) : 0;
}
