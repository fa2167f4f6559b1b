/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server may ask of its parent, through the gate in slot L4_CAP_PARENT.
 * roottask serves all of this, and hands out what the boot script grants; a
 * server that loads others (l4/task.h) serves them what it likes. Memory, I/O
 * ports and device memory are asked for there, too, in sigma0's words
 * (l4/sigma0.h; helpers in l4/pages.h).
 */
#ifndef L4_PARENT_H
#define L4_PARENT_H

#include <l4/clients.h>
#include <l4/env.h>
#include <l4/message.h>

#define L4_PROTO_PARENT		3

/* Write on the console; the parent puts the server's name before each line. */
#define L4_PARENT_TEXT		480

struct parent_print {
	l4_word_t length;
	char text[L4_PARENT_TEXT];
};
struct parent_print_reply { };
L4_OPERATION(parent_print, L4_PROTO_PARENT, 1);

/* The caller has come to its end; 0 is success. There is no reply. */
struct parent_end {
	long status;
};
struct parent_end_reply { };
L4_OPERATION(parent_end, L4_PROTO_PARENT, 2);

/*
 * A gate to the server of that name, asked for twice the same; the reply's item. It ends
 * with the client, and with the server: then calls give -L4_EDEAD, until it is asked for
 * again. -L4_ERIGHTS, -L4_EDEAD: the server has ended.
 */
struct parent_connect {
	char name[L4_NAME_MAX];
};
struct parent_connect_reply { };
L4_OPERATION(parent_connect, L4_PROTO_PARENT, 3);

/* The interrupt's object, rights X and W; the reply's item. -L4_ERIGHTS, -L4_EBUSY: asked before */
struct parent_irq {
	l4_word_t number;
};
struct parent_irq_reply { };
L4_OPERATION(parent_irq, L4_PROTO_PARENT, 4);

/* Kill that server, if it lives, and start it afresh. -L4_ERIGHTS */
struct parent_restart {
	char name[L4_NAME_MAX];
};
struct parent_restart_reply { };
L4_OPERATION(parent_restart, L4_PROTO_PARENT, 5);

/*
 * A copy of a boot module, read-only, in the server's own memory; the reply's
 * item. -L4_ERIGHTS, -L4_ENOMEM: its memory is used up
 */
struct parent_module {
	char name[L4_NAME_MAX];
};
struct parent_module_reply {
	l4_word_t size;
};
L4_OPERATION(parent_module, L4_PROTO_PARENT, 6);

/* The size of that module. -L4_ERIGHTS, -L4_ENOCAP: it was not loaded */
struct parent_module_size {
	char name[L4_NAME_MAX];
};
struct parent_module_size_reply {
	l4_word_t size;
};
L4_OPERATION(parent_module_size, L4_PROTO_PARENT, 8);

/*
 * A software interrupt that the parent raises whenever one of the caller's clients has
 * died, rights X and W; the reply's item. Asked for twice it is the same.
 */
struct parent_watch { };
struct parent_watch_reply { };
L4_OPERATION(parent_watch, L4_PROTO_PARENT, 9);

/* The labels of those that have a gate to the caller now, by their numbers; 0: none has */
struct parent_clients { };
struct parent_clients_reply {
	l4_word_t label[L4_CLIENTS];
};
L4_OPERATION(parent_clients, L4_PROTO_PARENT, 10);

/* The name of a client of the caller. -L4_EDEAD: there is none with that label (any more) */
struct parent_client_name {
	l4_word_t label;
};
struct parent_client_name_reply {
	char name[L4_NAME_MAX];
};
L4_OPERATION(parent_client_name, L4_PROTO_PARENT, 11);

/* The date: seconds since 1970, 0 if it is not known */
struct parent_date { };
struct parent_date_reply {
	l4_word_t seconds;
};
L4_OPERATION(parent_date, L4_PROTO_PARENT, 12);

/* A new interrupt by message, rights X and W: the reply's item */
struct parent_msi { };
struct parent_msi_reply { };
L4_OPERATION(parent_msi, L4_PROTO_PARENT, 7);

/*
 * The configuration of the PCI function that the caller drives: 32 bits at a multiple of 4 below
 * 256. What is written of the command register is: ports, memory, bus master, no line for
 * interrupts; its other bits, and those of status, stay. Beside it only what stands from 0x40 on
 * can be written, where capabilities are. -L4_ERIGHTS: no function is granted, or this is no
 * register that can be written; -L4_ENOCAP: the machine has no such function; -L4_EINVAL
 */
struct parent_pci_read {
	l4_word_t reg;
};
struct parent_pci_read_reply {
	l4_word_t value;
};
L4_OPERATION(parent_pci_read, L4_PROTO_PARENT, 13);

struct parent_pci_write {
	l4_word_t reg;
	l4_word_t value;
};
struct parent_pci_write_reply { };
L4_OPERATION(parent_pci_write, L4_PROTO_PARENT, 14);

/*
 * parent.c: the same for a person. l4_connect, l4_irq, l4_msi and l4_watch put the
 * capability in a slot of its own and return that, or an error. A server that was restarted
 * needs a new connection: calls through the old one give -L4_EDEAD.
 */
long l4_connect(const char *name);
long l4_irq(unsigned int number);
long l4_watch(void);
long l4_client_name(l4_word_t label, char name[L4_NAME_MAX]);
long l4_msi(void);
long l4_restart(const char *name);
long l4_pci_read(unsigned int reg, unsigned int *value);
long l4_pci_write(unsigned int reg, unsigned int value);
l4_word_t l4_date(void);		/* 0: not known */
const void *l4_module(const char *name, size_t *size);		/* NULL: not to be had */
void l4_end(long status) __attribute__((noreturn));
void l4_console_write(const char *text, size_t length);

#endif
