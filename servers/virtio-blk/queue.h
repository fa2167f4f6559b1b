/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtqueue with one request at a time. What the device is told is written anew for each and never
 * read back; what the device says is checked before it is believed.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include <stdbool.h>
#include <l4/types.h>

#define QUEUE_SIZE	4		/* descriptors; a power of two */

/* Memory of a request's, in the order in which the device sees it: what it reads comes first. */
struct queue_piece {
	l4_word_t physical;
	unsigned int size;
	bool written;			/* by the device */
};

/* Cleared memory that devices find at *physical; NULL: there is none. */
void *queue_memory(unsigned int order, l4_word_t *physical);

long queue_open(void);

/* Of a stopped device: to work, as virtio_start does. */
long queue_start(l4_word_t wanted, l4_word_t *features);

/*
 * Up to QUEUE_SIZE pieces. 0: the device is done, and says that it has written *written bytes, no more
 * than there is room for. After an error the device must be stopped: -L4_ETIMEDOUT, or
 * -L4_EINVAL: it says what cannot be
 */
long queue_request(const struct queue_piece *pieces, unsigned int count, l4_word_t timeout_us,
		   l4_word_t *written);

#endif
