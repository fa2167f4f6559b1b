/* SPDX-License-Identifier: GPL-2.0 */
/* The split virtqueue, in two pages: one that the device reads, one that it writes. */
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/server.h>

#include "queue.h"
#include "virtio.h"

#define FLAG_NEXT	1
#define FLAG_WRITTEN	2
#define LOOK_US		1000000UL	/* an interrupt that does not come costs no more */

struct descriptor {
	l4_word_t address;
	unsigned int size;
	unsigned short flags, next;
};

struct told {
	struct descriptor descriptor[QUEUE_SIZE];
	struct {
		unsigned short flags, index, ring[QUEUE_SIZE];
	} available;
};

struct heard {
	unsigned short flags, index;
	struct {
		unsigned int id, written;
	} ring[QUEUE_SIZE];
};

static volatile struct told *told;
static volatile struct heard *heard;
static l4_word_t told_at, heard_at;	/* physical */
static unsigned short requests;		/* since the start */

void *queue_memory(unsigned int order, l4_word_t *physical)
{
	l4_word_t address = l4_pages_reserve(order);

	if (!address || l4_memory_request(L4_CAP_PARENT, order, address, physical))
		return NULL;
	return memset((void *)address, 0, 1UL << order);
}

long queue_open(void)
{
	told = queue_memory(L4_PAGE_SHIFT, &told_at);
	heard = queue_memory(L4_PAGE_SHIFT, &heard_at);
	return told && heard ? 0 : -L4_ENOMEM;
}

long queue_start(l4_word_t wanted, l4_word_t *features)
{
	memset((void *)told, 0, sizeof(*told));
	memset((void *)heard, 0, sizeof(*heard));
	requests = 0;
	return virtio_start(wanted, features, QUEUE_SIZE, told_at,
			    told_at + offsetof(struct told, available), heard_at);
}

/*
 * An interrupt says only that something may have happened: it may be of the request before, which
 * was done before it came.
 */
static long wait_done(l4_word_t timeout_us)
{
	l4_word_t end = l4_rdtsc() + l4_kip()->tsc_khz * (timeout_us / 1000);
	unsigned short index;
	bool late;

	for (;;) {
		late = l4_rdtsc() >= end;
		index = heard->index;
		if (index == requests)
			return 0;
		if (index != (unsigned short)(requests - 1))
			return -L4_EINVAL;
		if (late)
			return -L4_ETIMEDOUT;
		if (!l4_irq_wait(virtio_irq, l4_timeout_us(l4_min(timeout_us, LOOK_US))))
			l4_irq_ack(virtio_irq);
	}
}

long queue_request(const struct queue_piece *pieces, unsigned int count, l4_word_t timeout_us,
		   l4_word_t *written)
{
	unsigned int slot = requests % QUEUE_SIZE;
	l4_word_t room = 0;
	long error;

	for (unsigned int i = 0; i < count; i++) {
		volatile struct descriptor *descriptor = &told->descriptor[i];

		descriptor->address = pieces[i].physical;
		descriptor->size = pieces[i].size;
		descriptor->flags = (pieces[i].written ? FLAG_WRITTEN : 0) |
				    (i + 1 < count ? FLAG_NEXT : 0);
		descriptor->next = i + 1;
		room += pieces[i].written ? pieces[i].size : 0;
	}
	told->available.ring[slot] = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	told->available.index = ++requests;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	virtio_notify();
	error = wait_done(timeout_us);
	if (error)
		return error;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*written = heard->ring[slot].written;
	return heard->ring[slot].id || *written > room ? -L4_EINVAL : 0;
}
