/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of a virtio device on PCI. Capabilities say where they lie: those that are
 * common to all devices, the doorbell, and those of the kind of device.
 */
#include <l4/interrupt.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#include "pci.h"
#include "virtio.h"

#define CAPABILITY_VENDOR 0x09
#define KIND_COMMON	1
#define KIND_NOTIFY	2
#define KIND_DEVICE	4
#define KINDS		5
#define VENDOR_CAPABILITIES 16	/* of these more are not looked at */

#define STATUS_SEEN	1
#define STATUS_DRIVER	2
#define STATUS_WORKS	4
#define STATUS_FEATURES	8

#define VECTOR_NONE	0xffff
#define RESET_US	5000000
#define RESET_STEP_US	100
#define CONFIG_TRIES	100

/* The compiler reads and writes each in one access of its size. */
struct common {
	unsigned int device_feature_select, device_feature;
	unsigned int driver_feature_select, driver_feature;
	unsigned short config_vector, queues;
	unsigned char status, config_generation;
	unsigned short queue_select, queue_size, queue_vector, queue_enable, queue_notify;
	unsigned int descriptors[2], available[2], used[2];
};

_Static_assert(sizeof(struct common) == 56, "as virtio says");

/* Where registers are, as a capability says. */
struct place {
	unsigned int at;		/* the capability; 0: there is none */
	unsigned int bar, offset, size;
};

long virtio_irq;
static volatile struct common *common;
static volatile unsigned short *doorbells;
static l4_word_t doorbell_step, doorbell_limit;	/* bytes */
static volatile unsigned short *doorbell;	/* the queue's */
static volatile unsigned int *config;

/* The first of each kind is the one that the device prefers. */
static void find_places(struct place place[KINDS])
{
	unsigned int at, kind;

	memset(place, 0, KINDS * sizeof(place[0]));
	for (unsigned int i = 0; i < VENDOR_CAPABILITIES; i++) {
		at = pci_capability(CAPABILITY_VENDOR, i);
		if (!at)
			return;
		kind = pci_read(at) >> 24;
		if (kind >= KINDS || place[kind].at)
			continue;
		place[kind] = (struct place){
			.at = at,
			.bar = pci_read(at + 4) & 0xff,
			.offset = pci_read(at + 8),
			.size = pci_read(at + 12),
		};
	}
}

static volatile void *map(const struct place *place, l4_word_t least)
{
	if (!place->at || place->size < least || place->offset & 3)
		return NULL;
	return pci_map(place->bar, place->offset, place->size);
}

static long map_registers(void)
{
	struct place place[KINDS];

	find_places(place);
	if (!place[KIND_COMMON].at)
		return -L4_ENOSYS;
	common = map(&place[KIND_COMMON], sizeof(struct common));
	doorbells = map(&place[KIND_NOTIFY], sizeof(*doorbells));
	config = map(&place[KIND_DEVICE], sizeof(l4_word_t));
	doorbell_step = pci_read(place[KIND_NOTIFY].at + 16);
	doorbell_limit = place[KIND_NOTIFY].size;
	return common && doorbells && config ? 0 : -L4_ERIGHTS;
}

/* It has been another driver's, maybe: it is silent before anything is told it. */
long virtio_open(void)
{
	long message, error;

	pci_set_master(false);
	error = map_registers();
	if (!error)
		error = virtio_stop();
	if (error)
		return error;
	virtio_irq = l4_msi();
	if (virtio_irq < 0)
		return virtio_irq;
	message = l4_irq_attach(virtio_irq, 0, 0);
	return message < 0 ? message : pci_use_message(message);
}

long virtio_stop(void)
{
	pci_set_master(false);
	common->status = 0;
	for (unsigned int us = 0; us < RESET_US; us += RESET_STEP_US) {
		if (!common->status)
			return 0;
		l4_sleep_us(RESET_STEP_US);
	}
	return -L4_ETIMEDOUT;
}

static l4_word_t offered_features(void)
{
	l4_word_t low;

	common->device_feature_select = 0;
	low = common->device_feature;
	common->device_feature_select = 1;
	return (l4_word_t)common->device_feature << 32 | low;
}

static long negotiate(l4_word_t wanted, l4_word_t *features)
{
	wanted |= VIRTIO_VERSION_1;
	common->status = STATUS_SEEN;
	common->status = STATUS_SEEN | STATUS_DRIVER;
	*features = offered_features() & wanted;
	if (!(*features & VIRTIO_VERSION_1))
		return -L4_ENOSYS;
	common->driver_feature_select = 0;
	common->driver_feature = *features;
	common->driver_feature_select = 1;
	common->driver_feature = *features >> 32;
	common->status = STATUS_SEEN | STATUS_DRIVER | STATUS_FEATURES;
	return common->status & STATUS_FEATURES ? 0 : -L4_ENOSYS;
}

static void put_address(volatile unsigned int to[2], l4_word_t address)
{
	to[0] = address;
	to[1] = address >> 32;
}

static long make_queue(unsigned int size, l4_word_t descriptors, l4_word_t available, l4_word_t used)
{
	l4_word_t offset;

	common->config_vector = VECTOR_NONE;
	common->queue_select = 0;
	if (common->queue_size < size)
		return -L4_ENOSYS;
	offset = common->queue_notify * doorbell_step;
	if (offset & 1 || offset > doorbell_limit - sizeof(*doorbells))
		return -L4_ENOSYS;
	doorbell = doorbells + offset / sizeof(*doorbells);
	common->queue_size = size;
	common->queue_vector = 0;
	if (common->queue_vector)
		return -L4_ENOSYS;
	put_address(common->descriptors, descriptors);
	put_address(common->available, available);
	put_address(common->used, used);
	common->queue_enable = 1;
	return 0;
}

long virtio_start(l4_word_t wanted, l4_word_t *features, unsigned int size, l4_word_t descriptors,
		  l4_word_t available, l4_word_t used)
{
	long error = negotiate(wanted, features);

	if (!error)
		error = make_queue(size, descriptors, available, used);
	if (error)
		return error;
	pci_set_master(true);
	common->status = STATUS_SEEN | STATUS_DRIVER | STATUS_FEATURES | STATUS_WORKS;
	return 0;
}

void virtio_notify(void)
{
	*doorbell = 0;
}

/* The device may change it between two reads. */
l4_word_t virtio_config(void)
{
	l4_word_t value = 0;
	unsigned char generation;

	for (unsigned int i = 0; i < CONFIG_TRIES; i++) {
		generation = common->config_generation;
		value = config[0] | (l4_word_t)config[1] << 32;
		if (generation == common->config_generation)
			break;
	}
	return value;
}
