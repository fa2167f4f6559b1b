/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The boot script: which instances of Linux and which servers there are, and
 * what each of them gets. The language is described in docs/boot-script.md.
 */
#ifndef ROOTTASK_SCRIPT_H
#define ROOTTASK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <l4/instance.h>

#include "script_error.h"

#define SCRIPT_INSTANCES	16	/* of Linux and servers together */
#define SCRIPT_RANGES		16	/* that one of them names */
#define SCRIPT_BARS		6	/* that a PCI function has, each of them one more range */
#define SCRIPT_IDS		8	/* of PCI functions */
#define SCRIPT_MSIS		L4_INSTANCE_MSIS
#define SCRIPT_NAMES		8	/* in one list */
#define SCRIPT_NAME		32
#define SCRIPT_CMDLINE		1024
#define SCRIPT_ALL		(~0UL)	/* memory, quota: whatever is left */
#define SCRIPT_PRIORITY_MAX	254	/* roottask's own: it can give no higher one */
#define SCRIPT_CPUS		L4_INSTANCE_CPUS
#define SCRIPT_CPU_MAX		63
#define SCRIPT_PORT_MAX		0xffff
#define SCRIPT_DEVICE_MAX	((1UL << 46) - 1)

struct script_range {
	l4_word_t first;
	l4_word_t last;				/* inclusive */
};

struct script_ranges {
	bool all;				/* also what no other one names: it is among the ranges */
	unsigned int count;
	/* Who has the rest has what lies between all others'; a BAR can halve somebody's range. */
	struct script_range range[SCRIPT_INSTANCES * (SCRIPT_RANGES + 2 * SCRIPT_BARS)];
};

/* A function's number: bus << 8 | device << 3 | function. An identity: device << 16 | vendor. */
struct script_pci {
	bool wanted;
	bool found;				/* by pci_functions.c */
	unsigned int ids;			/* 0: it is named by its number */
	unsigned int id[SCRIPT_IDS];
	unsigned int function;
};

struct script_names {
	unsigned int count;
	char name[SCRIPT_NAMES][SCRIPT_NAME];
};

/* An instance of Linux, or a server. */
struct script_instance {
	unsigned int line;			/* of its first word */
	bool is_server;
	char name[SCRIPT_NAME];
	char kernel[SCRIPT_NAME];		/* the module with its program */
	char initrd[SCRIPT_NAME];		/* empty: none */
	char cmdline[SCRIPT_CMDLINE];		/* a server's arguments */
	l4_word_t memory;			/* bytes or SCRIPT_ALL */
	l4_word_t quota;			/* bytes of kernel memory, or SCRIPT_ALL */
	l4_word_t priority;
	l4_word_t cpu;				/* the home of its vCPU 0, or of its first thread */
	l4_word_t cpus;				/* how many vCPUs an instance has */
	l4_word_t irqs;				/* bit n: interrupt n */
	bool irqs_all;				/* also those that no other one names, if the machine has them */
	l4_word_t msis;				/* how many interrupts by message */
	struct script_ranges ports;
	struct script_ranges devices;		/* physical addresses of device memory */
	bool acpi;				/* ACPI's tables; instances only */
	bool restart_on_reboot;			/* else the machine is reset */
	bool restart_on_crash;			/* else it stays down */
	struct script_names use;		/* servers that it may call */
	struct script_names control;		/* servers only, as is the rest: whom it may restart */
	struct script_names modules;		/* what it may read */
	struct script_pci pci;			/* what it drives */
};

struct script {
	unsigned int count;
	struct script_instance instance[SCRIPT_INSTANCES];
};

/*
 * Parse `size' bytes of text; false with *error filled in if it is not a valid script.
 * What is left to who has `all' of something is for share_rest() (share.h).
 */
bool script_parse(const char *text, size_t size, struct script *script,
		  struct script_error *error);

/* The index of the server of that name, or -1. */
int script_find_server(const struct script *script, const char *name);

/*
 * Has the instance, or the server, a CPU on which another virtual CPU or server lives, too?
 * cpus: how many the machine has.
 */
bool script_shares_cpu(const struct script *script, const struct script_instance *one,
		       l4_word_t cpus);

bool script_names_have(const struct script_names *names, const char *name);

#endif
