/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver of examples/disk against a disk that is slow and interrupts too late:
 * what belongs to a request that was given up must not end the next one, and a disk
 * at work is told nothing.
 */
#include "driver.h"

static unsigned char ide_in8(unsigned short port);
static unsigned short ide_in16(unsigned short port);
static void ide_out8(unsigned short port, unsigned char value);
static void ide_out16(unsigned short port, unsigned short value);

#define l4_port_in8	ide_in8
#define l4_port_in16	ide_in16
#define l4_port_out8	ide_out8
#define l4_port_out16	ide_out16
#define read		driver_read	/* the C library has one, too */
#define write		driver_write
#include "../../examples/disk/ide-driver.c"

/* A disk: what its status is, how often it says that it is busy, and what it was told. */
static unsigned char status_now;
static unsigned int busy, steps, words, commands;
static unsigned char last_command;
static bool error_next;		/* what the device does next ends with an error */
static bool misused;		/* a command came while it was busy */

static unsigned char ide_in8(unsigned short port)
{
	if (port != IDE_STATUS)
		return 0;
	if (busy) {
		busy--;
		return STATUS_BUSY;
	}
	return status_now;
}

static unsigned short ide_in16(unsigned short port)
{
	(void)port;
	words++;
	return 0;
}

static void ide_out8(unsigned short port, unsigned char value)
{
	if (port != IDE_CONTROL)
		misused |= busy;
	if (port == IDE_COMMAND) {
		commands++;
		last_command = value;
		status_now = STATUS_DATA;
	}
}

/* A sector's last word sets it to work. */
static void ide_out16(unsigned short port, unsigned short value)
{
	(void)port, (void)value;
	if (++words % (DISK_SECTOR / 2) == 0)
		status_now = STATUS_BUSY;
}

static void device_step(void)
{
	if (steps++)
		status_now = error_next ? STATUS_ERROR : 0;
	irq_pending = true;
}

static void ide_begin(void)
{
	irq_pending = misused = false;
	status_now = 0;
	busy = steps = words = commands = 0;
}

static void ide_writes_until_it_is_done(void **state)
{
	static char data[DISK_SECTOR];

	(void)state;
	ide_begin();
	assert_int_equal(driver_write(0, 1, (l4_word_t)data), 0);
	assert_int_equal(words, DISK_SECTOR / 2);
	assert_int_equal(status_now, 0);
	assert_int_equal(steps, 2);
}

static void ide_is_not_told_anything_while_busy(void **state)
{
	static char data[DISK_SECTOR];

	(void)state;
	ide_begin();
	busy = 5;
	steps = 1;
	assert_int_equal(driver_write(0, 1, (l4_word_t)data), 0);
	assert_int_equal(commands, 1);
	assert_false(misused);
	ide_begin();
	busy = ~0U;
	assert_int_equal(driver_write(0, 1, (l4_word_t)data), -L4_ETIMEDOUT);
	assert_int_equal(commands, 0);
}

static void ide_forgets_what_came_before(void **state)
{
	static char data[DISK_SECTOR];

	(void)state;
	ide_begin();
	steps = 1;
	irq_pending = true;
	assert_int_equal(driver_write(0, 1, (l4_word_t)data), 0);
	assert_int_equal(steps, 2);
}

/* Its end is an interrupt, and an error of the device is one of the request. */
static void ide_flushes(void **state)
{
	(void)state;
	ide_begin();
	steps = 1;
	assert_int_equal(flush(), 0);
	assert_int_equal(commands, 1);
	assert_int_equal(last_command, 0xe7);
	assert_int_equal(steps, 2);
	ide_begin();
	error_next = true;
	steps = 1;
	assert_int_equal(flush(), -DISK_EIO);
	error_next = false;
	ide_begin();
	busy = ~0U;
	assert_int_equal(flush(), -L4_ETIMEDOUT);
	assert_int_equal(commands, 0);
}

#undef main
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ide_writes_until_it_is_done),
		cmocka_unit_test(ide_is_not_told_anything_while_busy),
		cmocka_unit_test(ide_forgets_what_came_before),
		cmocka_unit_test(ide_flushes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
