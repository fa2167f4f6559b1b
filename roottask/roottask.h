/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What roottask's files offer each other, from the lowest to the highest: each
 * uses only what stands above it here. Roottask is one thread: nothing here needs
 * a lock. Before anyone is started, whatever it cannot go on without ends in
 * fatal(). From then on a failure concerns the one whose it is: it is stopped, a
 * line says why, and the others go on.
 */
#ifndef ROOTTASK_H
#define ROOTTASK_H

#include <l4/clients.h>
#include <l4/instance.h>
#include <l4/server.h>

#include "script.h"

/* report.c: the console; what there is from the beginning */
#define REPORT_TEXT	480		/* the longest part of report_text's */

extern const struct l4_kip *kip;
extern struct script script;
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_text(unsigned int number, const char *text, size_t length);	/* of a server */
void fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/*
 * memory.c: memory that roottask holds is mapped at MANAGED_BASE + physical
 * address; it holds all I/O ports.
 */
#define MANAGED_BASE	0x400000000000UL

static inline void *memory_at(l4_word_t physical)
{
	return (void *)(MANAGED_BASE + physical);
}

void memory_init(void);
bool memory_take(unsigned int order, l4_word_t *physical);	/* nothing of others is in it */
bool memory_hold(l4_word_t physical, l4_word_t size);
/* Of firmware's; NULL: not to be had. Hidden, as its address is taken in other files. */
const void *memory_table(l4_word_t physical, l4_word_t size) __attribute__((visibility("hidden")));
void memory_take_devices(l4_word_t first, l4_word_t last);
void memory_take_devices_back(l4_word_t first, l4_word_t last);	/* from who has them by this range */
bool memory_has_device(l4_word_t physical, l4_word_t size);
void memory_take_tables(void);				/* ACPI's */
bool memory_has_tables(l4_word_t physical, l4_word_t size);

/* module.c: the boot loader's modules; a module's name is its first word */
const struct l4_module *module_find(const char *name);
const char *module_arguments(const struct l4_module *module);
const void *module_content(const struct l4_module *module);

/*
 * device.c: ports and device memory that the script grants, and what firmware tells of them.
 * devices_init comes before all others start. ranges_take_back takes them from whoever has them; device_request returns an error, or prepares the item
 */
void devices_init(void);
void ranges_take(const struct script_instance *script);
bool ranges_grant(const struct script_ranges *ranges, l4_word_t first, l4_word_t last);
void ranges_take_back(const struct script_instance *script);
l4_word_t device_smbios(void);				/* as UEFI tells of it; 0: it does not */
bool device_screen_granted(const struct script_instance *script);
long device_request(const struct script_instance *script, l4_word_t physical, l4_word_t order,
		    struct l4_item *item);

/* clock.c: seconds since 1970, 0 if unknown; clock_init comes before all others start */
void clock_init(void);
l4_word_t clock_read(void);

/*
 * pci_functions.c: what servers drive. pci_functions_init comes before ranges are shared out;
 * the others return an error. pci_server_of: whose a function is by that, or -1
 */
void pci_functions_init(void);
int pci_server_of(unsigned int function);
long pci_function_read(unsigned int number, l4_word_t reg, l4_word_t *value);
long pci_function_write(unsigned int number, l4_word_t reg, l4_word_t value);

/* pci.c: no device of the one with that number writes to memory any more */
void pci_silence(unsigned int number);

/* power.c: the machine's end; power_init comes before all others start */
void power_init(void);
void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

/* life.c: who lives, by their numbers in the script; life_check ends the machine after the last */
void life_begin(unsigned int number);
void life_end(unsigned int number);
bool life_is_on(unsigned int number);
l4_word_t life_number(unsigned int number);	/* how often it was started */
void life_failed(void);
void life_halted(void);
void life_check(void);

/*
 * Slots of roottask: each instance or server of the script has a group of
 * them. Labels of their gates: their number in the script, or'ed with
 * LABEL_FAULT in case of a fault.
 */
#define GROUP_SLOTS	512
#define GROUP_TASK	0
#define GROUP_GATE	2	/* to roottask */
#define GROUP_FAULT	3	/* the same, for faults */
#define GROUP_WATCH	4	/* of a server: raised when one of its clients has died */
#define GROUP_CLIENT	16	/* + n: of a server: the gate for the n-th of the script */
#define GROUP_IRQ	64	/* + n: interrupt n */
#define GROUP_THREAD	128	/* + n: vCPU n of an instance; a server's first thread */
#define GROUP_MSI	256	/* + n: its n-th interrupt by message */

_Static_assert(GROUP_CLIENT + SCRIPT_INSTANCES <= GROUP_IRQ &&
	       GROUP_IRQ + L4_INSTANCE_IRQS <= GROUP_THREAD &&
	       GROUP_THREAD + L4_INSTANCE_CPUS <= GROUP_MSI && GROUP_MSI + SCRIPT_MSIS <= GROUP_SLOTS &&
	       L4_CAP_FIRST_FREE + SCRIPT_INSTANCES * GROUP_SLOTS <= L4_CAP_SLOTS, "a group's slots");

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

/* server.c: by their number in the script */
void server_prepare(unsigned int number);
long server_start(unsigned int number);		/* an error: it has said why, and there is no task */
void server_stop(unsigned int number);
void server_failed(unsigned int number);	/* stop it, and do what the script says */
void server_fault(unsigned int number, const struct l4_msg *msg);
l4_word_t server_label(unsigned int client);	/* of the gates that it has to servers */
long server_connect(unsigned int number, unsigned int client, l4_cap_t *gate);
/* A server's or an instance's gates to servers end, and those that want to know are told. */
void server_client_gone(unsigned int number);
long server_watch(unsigned int number, l4_cap_t *irq);
bool server_knows(unsigned int number, unsigned int client);	/* it has a gate */
long server_msi(unsigned int number, l4_cap_t *irq);		/* the message, or an error */
long server_take(unsigned int number, unsigned int order, l4_word_t *physical);
l4_word_t server_free_bytes(unsigned int number);

/* parent.c: what servers ask for, and instances in the same words; *msg becomes the reply */
void parent_request(unsigned int number, struct l4_msg *msg);

/* instance.c: likewise */
void instance_prepare(unsigned int number);
bool instance_start(unsigned int number);	/* if not: it has said why */
void instance_fault(unsigned int number, const struct l4_msg *msg);
bool instance_request(unsigned int number, struct l4_msg *msg);	/* is there a reply? */

#endif
