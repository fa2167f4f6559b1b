/* SPDX-License-Identifier: GPL-2.0 */
/*
 * String items: memory that is copied from sender to receiver, once, by way of
 * the physical map. Here is the copying alone; when it takes place, and what
 * comes of a page that is not there, is ipc_items.c's and ipc_continue.c's business.
 */
#ifndef IPC_STRING_H
#define IPC_STRING_H

#include <l4/ipc.h>

#include "lib/types.h"

struct thread;

/* A page that the copy lacks: whose, where, for what. */
struct string_fault {
	struct thread *thread;
	u64 address;
	bool write;
};

/* Results of string_copy() beside 0, which means all of it, and errors */
#define STRING_AGAIN	1	/* so much for now: another thread is to run */
#define STRING_FAULT	2	/* *fault says what is missing */

/*
 * Checks a string item and the receiver's buffer for it, and gets from->transfer
 * ready. 0, -L4_EINVAL, -L4_EOVERFLOW (no buffer, or too small) or -L4_EFAULT
 * (addresses that can never be mapped).
 */
int string_prepare(struct thread *from, struct thread *to, struct l4_item item) __must_check;

/* Copies on, from where it stopped. */
int string_copy(struct thread *from, struct string_fault *fault) __must_check;

#endif
