/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client that has a disk server remember as much of its buffers as it can: SERVER. All numbers are
 * attached, each with memory of which every page is a piece of its own; then a request makes the server
 * look for pages that are not there. It keeps all that for a while.
 */
#include <l4/disk_client.h>
#include <l4/pages.h>
#include <l4/server.h>
#include <l4/thread.h>

#define PAGES		(DISK_BUFFER_SIZE / L4_PAGE_SIZE)
#define KEEP_US		4000000

static struct l4_disk disk;

/* Neighbours of each other are not so in what they are made of. */
static long scatter(l4_word_t from, l4_word_t to)
{
	long result = 0;

	for (l4_word_t i = 0; i < PAGES && result >= 0; i++)
		result = l4_map(L4_CAP_TASK, l4_fpage_mem(from + (PAGES - 1 - i) * L4_PAGE_SIZE, L4_PAGE_SHIFT,
							  L4_RIGHT_R | L4_RIGHT_W), to + i * L4_PAGE_SIZE);
	return result < 0 ? result : 0;
}

int main(int argc, char **argv)
{
	l4_word_t to = l4_pages_reserve(DISK_BUFFER_ORDER);
	char *memory = l4_pages_alloc(DISK_BUFFER_ORDER);
	unsigned int attached = 0;
	long error = l4_disk_open(&disk, argc ? argv[0] : "disk", 20000, NULL);

	if (!error)
		error = memory ? scatter((l4_word_t)memory, to) : -L4_ENOMEM;
	while (!error && attached < DISK_BUFFERS) {
		error = l4_disk_share(&disk, attached, (void *)to, DISK_BUFFER_ORDER);
		attached += !error;
	}
	printf("%u buffers, then error %ld\n", attached, -error);
	l4_unmap(l4_fpage_mem(to, L4_PAGE_SHIFT, L4_RIGHTS_ALL), 0);
	error = l4_disk_move(&disk, false, 0, 128, 0, 0);
	printf("a page is gone: error %ld\n", -error);
	l4_sleep_us(KEEP_US);
	error = l4_disk_move(&disk, false, 0, 1, 0, L4_PAGE_SIZE);
	printf("another is there: error %ld\n", -error);
	return error;
}
