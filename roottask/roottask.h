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
extern struct script script;
void some_ended(bool failed);			/* an instance or a server, for good */
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

/* clock.c: seconds since 1970, 0 if unknown; clock_init comes before all others start */
void clock_init(void);
l4_word_t clock_read(void);

/* power.c: the machine's end */
void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

/*
 * Slots of roottask: each instance or server of the script has a group of
 * them. Labels of their gates: their number in the script, or'ed with
 * LABEL_FAULT in case of a fault.
 */
#define GROUP_SLOTS	128
#define GROUP_TASK	0
#define GROUP_THREAD	1
#define GROUP_GATE	2	/* to roottask */
#define GROUP_FAULT	3	/* the same, for faults */
#define GROUP_CLIENT	16	/* + n: of a server: the gate for the n-th of the script */
#define GROUP_MSI	32	/* + n: of a server: its n-th interrupt by message */
#define GROUP_IRQ	64	/* + n: interrupt n */

#define LABEL_FAULT	0x100UL

static inline l4_cap_t group_slot(l4_word_t number, unsigned int which)
{
	return L4_CAP_FIRST_FREE + number * GROUP_SLOTS + which;
}

/* Each capability of a group is its object's first: with it go all copies and the object. */
static inline void delete_object(l4_cap_t cap)
{
	l4_unmap(l4_fpage_cap(cap, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

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
	l4_word_t msi_count;
	struct l4_instance_msi msi[L4_INSTANCE_MSIS];
};

extern struct instance instances[SCRIPT_INSTANCES];

void instance_prepare(struct instance *instance, const struct script_instance *script);
void instance_start(struct instance *instance);
void instance_stop(struct instance *instance);

/* server.c: by their number in the script */
void server_prepare(unsigned int number);
void server_start(unsigned int number);
bool server_keeps_machine(unsigned int number);		/* runs, and not only for others */
void server_fault(unsigned int number, const struct l4_msg *msg);
void server_request(unsigned int number, struct l4_msg *msg);	/* *msg becomes the reply */

/*
 * device.c: ports and device memory that the script grants. ranges_take_back takes
 * them from whoever has them; device_request returns an error, or prepares the item
 */
bool ranges_grant(const struct script_ranges *ranges, l4_word_t first, l4_word_t last);
void ranges_take_back(const struct script_instance *script);
long device_request(const struct script_instance *script, l4_word_t physical, l4_word_t order,
		    struct l4_item *item);

#endif
