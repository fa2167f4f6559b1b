/* SPDX-License-Identifier: GPL-2.0 */
/* A virtio device (1.x) on PCI with one queue in use: its registers, and the way from reset to work. */
#ifndef VIRTIO_H
#define VIRTIO_H

#include <l4/types.h>

#define VIRTIO_VERSION_1	(1UL << 32)

/* Find and map the registers; bind its interrupt, virtio_irq, to this thread. The device stays quiet. */
long virtio_open(void);
extern long virtio_irq;

/* It forgets all, and writes to no memory any more. -L4_ETIMEDOUT: it does not say so */
long virtio_stop(void);

/*
 * From stopped to work: *features, of those wanted, are what it has, too. The queue's three parts are at
 * these physical addresses, with `size' entries. -L4_ENOSYS: the device cannot do that
 */
long virtio_start(l4_word_t wanted, l4_word_t *features, unsigned int size, l4_word_t descriptors,
		  l4_word_t available, l4_word_t used);

void virtio_notify(void);

/* The first 64 bits of what is this kind of device's own. */
l4_word_t virtio_config(void);

#endif
