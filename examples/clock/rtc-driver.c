/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver for the PC's real-time clock (MC146818): ports 0x70 and 0x71, and
 * interrupt 8, which comes HERTZ times a second. It never waits for anything
 * but the next message: an interrupt is a tick, for which it reads register C
 * and acknowledges; everything else is a request.
 */
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>

#include "clock.h"

#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define RTC_IRQ		8

#define RTC_SECONDS	0
#define RTC_MINUTES	2
#define RTC_HOURS	4
#define RTC_DAY		7
#define RTC_MONTH	8
#define RTC_YEAR	9
#define RTC_A		10
#define RTC_B		11
#define RTC_C		12	/* reading it lets the next interrupt come */

#define A_UPDATING	0x80
#define A_RATE		10	/* 32768 >> (rate - 1) = 64 Hz */
#define B_PERIODIC	0x40
#define B_BINARY	0x04
#define B_24_HOURS	0x02
#define C_PERIODIC	0x40

#define HERTZ		64

static long irq;
static l4_word_t ticks;
static l4_cap_t window;			/* the slot where a client's capability arrives */
static l4_cap_t followers[L4_CLIENTS];	/* slots; what is in them may be gone */

static unsigned char rtc_read(unsigned char reg)
{
	l4_port_out8(RTC_INDEX, reg);
	return l4_port_in8(RTC_DATA);
}

static void rtc_write(unsigned char reg, unsigned char value)
{
	l4_port_out8(RTC_INDEX, reg);
	l4_port_out8(RTC_DATA, value);
}

static unsigned int number(unsigned char reg)
{
	unsigned char value = rtc_read(reg);

	return rtc_read(RTC_B) & B_BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static void read_all(struct clock_time_reply *time)
{
	*time = (struct clock_time_reply){
		.year = 2000 + number(RTC_YEAR), .month = number(RTC_MONTH), .day = number(RTC_DAY),
		.hour = number(RTC_HOURS), .minute = number(RTC_MINUTES), .second = number(RTC_SECONDS),
	};
}

/* While the chip counts on, its registers mean nothing: until two readings agree. */
static long serve_time(struct l4_request *request, const struct clock_time *in,
		       struct clock_time_reply *reply)
{
	struct clock_time_reply again;

	(void)request, (void)in;
	do {
		while (rtc_read(RTC_A) & A_UPDATING)
			;
		read_all(reply);
		read_all(&again);
	} while (memcmp(reply, &again, sizeof(again)));
	reply->ticks = ticks;
	reply->hertz = HERTZ;
	return 0;
}

static long serve_follow(struct l4_request *request, const struct clock_follow *in,
			 struct clock_follow_reply *reply)
{
	(void)in, (void)reply;
	if (l4_client(request->client) >= L4_CLIENTS)
		return -L4_EINVAL;
	return l4_keep(l4_fpage_cap(window, 0, 0),
		       (l4_word_t)followers[l4_client(request->client)] << 12);
}

static void gone(unsigned int client)
{
	l4_unmap(l4_fpage_cap(followers[client], 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

/* A follower that is gone, or gave something else, costs one call in vain. */
static void interrupt(l4_word_t label)
{
	(void)label;
	if (rtc_read(RTC_C) & C_PERIODIC) {
		ticks++;
		for (unsigned int i = 0; i < L4_CLIENTS; i++)
			l4_irq_raise(followers[i]);
	}
	l4_irq_ack(irq);
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(clock_time, serve_time),
	L4_HANDLER(clock_follow, serve_follow),
};

static long set_up(void)
{
	long error = l4_ports_request(RTC_INDEX, RTC_DATA);

	if (error)
		return error;
	window = l4_slot_alloc();
	for (unsigned int i = 0; i < L4_CLIENTS; i++)
		followers[i] = l4_slot_alloc();
	irq = l4_irq(RTC_IRQ);
	if (irq < 0)
		return irq;
	error = l4_irq_attach(irq, 0, 0);
	if (error)
		return error;
	rtc_write(RTC_A, (rtc_read(RTC_A) & 0x70) | A_RATE);
	rtc_write(RTC_B, rtc_read(RTC_B) | B_PERIODIC | B_24_HOURS);
	rtc_read(RTC_C);
	return 0;
}

int main(int argc, char **argv)
{
	long error = set_up();

	(void)argc, (void)argv;
	if (error) {
		printf("ports and interrupt are not to be had: %s\n", l4_error_text(error));
		return 1;
	}
	l4_window(l4_fpage_cap(window, 0, 0));
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .interrupt = interrupt,
		.gone = gone,
	});
}
