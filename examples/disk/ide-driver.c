/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver for the first disk of the first IDE controller, in the form the
 * literature gives it: wait for a message; if it is the interrupt, do the port
 * I/O and acknowledge it; else serve. While a transfer is under way the only
 * message it waits for is the interrupt, and its other clients queue up in the
 * kernel. Data goes word by word between the port and the client's buffer,
 * which is guarded: its owner may take it away. Who may ask for what is
 * l4/disk_server.h's business: arguments NAME FIRST COUNT for each client.
 */
#include <l4/disk_server.h>
#include <l4/guard.h>
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#define TIMEOUT_US	2000000

#define IDE_DATA	0x1f0
#define IDE_COUNT	0x1f2
#define IDE_LBA		0x1f3		/* and the two above */
#define IDE_DRIVE	0x1f6
#define IDE_STATUS	0x1f7
#define IDE_COMMAND	0x1f7
#define IDE_CONTROL	0x3f6
#define IDE_IRQ		14

#define DRIVE_FIRST_LBA	0xe0
#define STATUS_BUSY	0x80
#define STATUS_FAULT	0x20
#define STATUS_DATA	0x08
#define STATUS_ERROR	0x01
#define CONTROL_RESET	0x04
#define COMMAND_READ	0x20
#define COMMAND_WRITE	0x30
#define COMMAND_FLUSH	0xe7
#define COMMAND_IDENTIFY 0xec

static long irq;
static l4_word_t sectors;

/* Wait for the device with the processor: only where it is to answer within microseconds. */
static long wait_ready(unsigned char wanted)
{
	l4_word_t end = l4_rdtsc() + l4_kip()->tsc_khz * (TIMEOUT_US / 1000);
	unsigned char status;

	do {
		status = l4_port_in8(IDE_STATUS);
		if (!(status & STATUS_BUSY) && (status & wanted) == wanted)
			return status & (STATUS_ERROR | STATUS_FAULT) ? -DISK_EIO : 0;
	} while (l4_rdtsc() < end);
	return -L4_ETIMEDOUT;
}

/* Neither at work nor waiting for data, whatever became of the last command. */
static long wait_idle(void)
{
	l4_word_t end = l4_rdtsc() + l4_kip()->tsc_khz * (TIMEOUT_US / 1000);

	do {
		if (!(l4_port_in8(IDE_STATUS) & (STATUS_BUSY | STATUS_DATA)))
			return 0;
	} while (l4_rdtsc() < end);
	return -L4_ETIMEDOUT;
}

/*
 * Reading the status tells the device that its interrupt has been seen. One that
 * came late, for a request that was given up, finds the device busy with this one.
 */
static long wait_interrupt(void)
{
	l4_word_t end = l4_rdtsc() + l4_kip()->tsc_khz * (TIMEOUT_US / 1000);
	unsigned char status;
	long error;

	do {
		error = l4_irq_wait(irq, l4_timeout_us(TIMEOUT_US));
		if (error)
			return error;
		status = l4_port_in8(IDE_STATUS);
		l4_irq_ack(irq);
		if (!(status & STATUS_BUSY))
			return status & (STATUS_ERROR | STATUS_FAULT) ? -DISK_EIO : 0;
	} while (l4_rdtsc() < end);
	return -L4_ETIMEDOUT;
}

/* A device that is busy takes no command; what it has interrupted for is none of this one's. */
static long command(unsigned char code, l4_word_t sector, l4_word_t count)
{
	long error = wait_idle();

	if (error)
		return error;
	l4_port_out8(IDE_DRIVE, DRIVE_FIRST_LBA | (sector >> 24 & 15));
	error = wait_idle();
	if (error)
		return error;
	if (!l4_irq_wait(irq, L4_TIMEOUT_ZERO))
		l4_irq_ack(irq);
	l4_port_out8(IDE_COUNT, count);
	for (unsigned int i = 0; i < 3; i++)
		l4_port_out8(IDE_LBA + i, sector >> 8 * i);
	l4_port_out8(IDE_COMMAND, code);
	return 0;
}

static void read_sector(volatile unsigned short *to)
{
	for (unsigned int i = 0; i < DISK_SECTOR / 2; i++)
		to[i] = l4_port_in16(IDE_DATA);
}

/* By way of a copy: what is not there must not reach the disk as zeroes. */
static long write_sector(const void *from)
{
	unsigned short copy[DISK_SECTOR / 2];

	memcpy(copy, from, DISK_SECTOR);
	if (l4_guard_lost())
		return -L4_EFAULT;
	for (unsigned int i = 0; i < DISK_SECTOR / 2; i++)
		l4_port_out16(IDE_DATA, copy[i]);
	return 0;
}

/* One interrupt before each sector. */
static long read(l4_word_t sector, l4_word_t count, l4_word_t address)
{
	long error = command(COMMAND_READ, sector, count);

	for (; count && !error; count--, address += DISK_SECTOR) {
		error = wait_interrupt();
		if (!error)
			error = wait_ready(STATUS_DATA);
		if (!error)
			read_sector((volatile unsigned short *)address);
	}
	return error;
}

/* One interrupt after each sector. */
static long write(l4_word_t sector, l4_word_t count, l4_word_t address)
{
	long error = command(COMMAND_WRITE, sector, count);

	for (; count && !error; count--, address += DISK_SECTOR) {
		error = wait_ready(STATUS_DATA);
		if (!error)
			error = write_sector((const void *)address);
		if (!error)
			error = wait_interrupt();
	}
	return error;
}

static long reset(void)
{
	l4_port_out8(IDE_CONTROL, CONTROL_RESET);
	l4_sleep_us(10);
	l4_port_out8(IDE_CONTROL, 0);
	l4_sleep_us(2000);
	return wait_ready(0);
}

/* After an error nobody knows what the device is doing. */
static long reset_if(long error)
{
	if (error)
		reset();
	return error;
}

static long move(bool is_write, unsigned int client, unsigned int buffer, l4_word_t sector,
		 l4_word_t count, l4_word_t address)
{
	(void)client, (void)buffer;
	return reset_if(is_write ? write(sector, count, address) : read(sector, count, address));
}

static long flush(void)
{
	long error = command(COMMAND_FLUSH, 0, 0);

	return reset_if(error ? error : wait_interrupt());
}

/* One that nobody waits for. */
static void interrupt(l4_word_t label)
{
	(void)label;
	l4_port_in8(IDE_STATUS);
	l4_irq_ack(irq);
}

static long get_resources(void)
{
	long error = l4_ports_request(IDE_DATA, IDE_STATUS);

	if (!error)
		error = l4_ports_request(IDE_CONTROL, IDE_CONTROL);
	if (error)
		return error;
	irq = l4_irq(IDE_IRQ);
	if (irq < 0)
		return irq;
	return l4_irq_attach(irq, 0, 0);
}

static long identify(void)
{
	unsigned short data[DISK_SECTOR / 2];
	long error = reset();

	if (error)
		return error;
	error = command(COMMAND_IDENTIFY, 0, 0);
	if (!error)
		error = wait_interrupt();
	if (!error)
		error = wait_ready(STATUS_DATA);
	if (error)
		return error;
	read_sector(data);
	sectors = data[60] | (l4_word_t)data[61] << 16;
	return 0;
}

int main(int argc, char **argv)
{
	long error = get_resources();

	if (error) {
		printf("ports and interrupt are not to be had: %s\n", l4_error_text(error));
		return 1;
	}
	error = identify();
	if (error) {
		printf("there is no disk: %s\n", l4_error_text(error));
		return 1;
	}
	if (!l4_disk_parts(argc, argv, sectors)) {
		printf("arguments: NAME FIRST COUNT ...\n");
		return 1;
	}
	printf("a disk of %lu sectors\n", sectors);
	return l4_disk_serve(&(struct l4_disk_server){
		.move = move, .flush = flush, .interrupt = interrupt,
	});
}
