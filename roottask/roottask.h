/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What roottask's files offer each other. Roottask is one thread: nothing
 * here needs a lock. Whatever it cannot go on without ends in fatal().
 */
#ifndef ROOTTASK_H
#define ROOTTASK_H

#include <l4/instance.h>
#include <l4/server.h>

#include "script.h"

/* main.c */
extern const struct l4_kip *kip;
void fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/*
 * memory.c: memory that roottask holds is mapped at MANAGED_BASE + physical
 * address; it holds all I/O ports.
 */
#define MANAGED_BASE	0x100000000000UL

static inline void *memory_at(l4_word_t physical)
{
	return (void *)(MANAGED_BASE + physical);
}

void memory_init(void);
bool memory_take(unsigned int order, l4_word_t *physical);
l4_word_t memory_free_bytes(void);
bool memory_hold(l4_word_t physical, l4_word_t size);
long memory_hold_device(l4_word_t physical, unsigned int order);

/* module.c: the boot loader's modules; a module's name is its first word */
const struct l4_module *module_find(const char *name);
const char *module_arguments(const struct l4_module *module);
const void *module_content(const struct l4_module *module);

/* clock.c: seconds since 1970 */
l4_word_t clock_read(void);

/* power.c: the machine's end */
void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

/* instance.c */
#define INSTANCE_RAW_BLOCKS	64

struct instance {
	const struct script_instance *script;
	bool running;
	unsigned int raw_count;
	struct l4_instance_block raw[INSTANCE_RAW_BLOCKS];	/* as sigma0 gave them: powers of two */
	unsigned int block_count;
	struct l4_instance_block block[INSTANCE_RAW_BLOCKS];	/* sorted and merged */
	l4_word_t memory;		/* bytes in all of them */
	l4_word_t image;		/* physical address of the kernel image's block */
	l4_word_t image_size;		/* of the block */
	l4_word_t image_virtual;	/* where the block begins in the image's window */
	l4_word_t entry;
	l4_word_t initrd;		/* physical; 0: none */
	l4_word_t initrd_size;
	l4_word_t info;			/* physical address of its struct l4_instance */
	l4_word_t irqs;			/* bit n: there is an object for interrupt n */
};

extern struct instance instances[SCRIPT_INSTANCES];

void instance_prepare(struct instance *instance, const struct script_instance *script);
void instance_start(struct instance *instance);
void instance_stop(struct instance *instance);

/* Labels of an instance's gates: its number, or'ed with this in case of a fault */
#define LABEL_FAULT	0x100UL

/* device.c: an instance's request for device memory; returns an error, or prepares the item */
long device_request(struct instance *instance, l4_word_t physical, l4_word_t order,
		    struct l4_item *item);

#endif
