/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client that takes its buffer away in the middle of requests: SERVER. Each request ends well, or
 * because the buffer is gone; and at the end all of them end well again.
 */
#include <l4/disk_client.h>
#include <l4/pages.h>
#include <l4/server.h>
#include <l4/thread.h>

#define REQUESTS	20000
#define ENOUGH		30		/* of each kind */

static struct l4_disk disk;
static char *buffer;
static volatile bool stop;

/* It runs whenever the others wait for the device. */
static void take_back(void *argument)
{
	(void)argument;
	for (l4_word_t i = 0; !stop; i++) {
		l4_unmap(l4_fpage_mem((l4_word_t)buffer, DISK_BUFFER_ORDER, L4_RIGHTS_ALL), 0);
		l4_sleep_us(200 + i * 7919 % 10000);
	}
}

int main(int argc, char **argv)
{
	const char *server = argc ? argv[0] : "disk";
	unsigned int good = 0, gone = 0;
	struct l4_thread thread;
	long error;

	buffer = l4_pages_alloc(DISK_BUFFER_ORDER);
	error = buffer ? l4_disk_open(&disk, server, 20000, NULL) : -L4_ENOMEM;
	if (!error)
		error = l4_thread_run(&thread, take_back, NULL, l4_environment->priority);
	for (unsigned int i = 0; i < REQUESTS && (good < ENOUGH || gone < ENOUGH) && !error; i++) {
		error = l4_disk_share(&disk, i % DISK_BUFFERS, buffer, DISK_BUFFER_ORDER);
		if (!error)
			error = l4_disk_move(&disk, false, 0, 1 + i % 128, i % DISK_BUFFERS, 0);
		good += !error;
		gone += error == -L4_EFAULT;
		if (error == -L4_EFAULT)
			error = 0;
	}
	stop = true;
	if (!error)
		error = l4_thread_join(&thread);
	if (!error)
		error = l4_disk_share(&disk, 0, buffer, DISK_BUFFER_ORDER);
	for (unsigned int i = 0; i < DISK_BUFFERS && !error; i++)
		error = l4_disk_move(&disk, false, i, 1, 0, i * DISK_SECTOR);
	printf("%u good, %u gone, then error %ld\n", good, gone, -error);
	return error;
}
