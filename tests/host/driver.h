/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a driver of examples/ finds in a test that includes it: an interrupt and a
 * clock that the test moves, and stubs for the rest of libl4. The test defines
 * device_step(), which is what the device does while the driver waits.
 */
#ifndef TEST_DRIVER_H
#define TEST_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <l4/clients.h>
#include <l4/disk_server.h>
#include <l4/guard.h>
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/thread.h>

static bool irq_pending;
static l4_word_t now;

static void device_step(void);		/* may set irq_pending */

static long fake_irq_wait(l4_cap_t irq, l4_word_t timeout)
{
	(void)irq;
	if (!irq_pending && timeout != L4_TIMEOUT_ZERO)
		device_step();
	if (!irq_pending)
		return -L4_ETIMEDOUT;
	irq_pending = false;
	return 0;
}

static long fake_irq_ack(l4_cap_t irq)
{
	(void)irq;
	return 0;
}

static l4_word_t fake_rdtsc(void)
{
	return now++;
}

static const struct l4_kip *fake_kip(void)
{
	static const struct l4_kip kip = { .tsc_khz = 1 };

	return &kip;
}

#define l4_irq_wait	fake_irq_wait
#define l4_irq_ack	fake_irq_ack
#define l4_rdtsc	fake_rdtsc
#define l4_kip		fake_kip
#define main		driver_main

/* What the drivers call that is not theirs. */
bool l4_guard_lost(void)
{
	return false;
}

long l4_guard(l4_word_t address, l4_word_t size)
{
	(void)address, (void)size;
	return 0;
}

long l4_sleep_us(l4_word_t us)
{
	(void)us;
	return 0;
}

long l4_ports_request(unsigned int first, unsigned int last)
{
	(void)first, (void)last;
	return 0;
}

void *l4_device_request(l4_word_t physical, unsigned int order)
{
	(void)physical, (void)order;
	return NULL;
}

l4_word_t l4_pages_reserve(unsigned int order)
{
	(void)order;
	return 0;
}

long l4_irq(unsigned int number)
{
	return number;
}

long l4_msi(void)
{
	return 0;
}

bool l4_disk_parts(int argc, char **argv, l4_word_t sectors)
{
	(void)argc, (void)argv, (void)sectors;
	return true;
}

long l4_disk_serve(const struct l4_disk_server *server)
{
	(void)server;
	return 0;
}

void l4_serve(const struct l4_server *server)
{
	(void)server;
	for (;;)
		;
}

const char *l4_error_text(long error)
{
	(void)error;
	return "";
}

l4_word_t l4_number(const char *digits)
{
	(void)digits;
	return 0;
}

bool l4_is_number(const char *digits)
{
	(void)digits;
	return true;
}

long l4_call(l4_cap_t server, l4_word_t id, const void *in, size_t in_size, void *out,
	     size_t out_size, struct l4_transfer *transfer)
{
	(void)server, (void)id, (void)in, (void)in_size, (void)out, (void)out_size, (void)transfer;
	return 0;
}

#endif
