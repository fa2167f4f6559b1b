/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory from somebody who is not trusted: it may be gone at any moment, also
 * between two instructions of a copy. In a guarded range that does no harm: the
 * first thread goes on, reading zeroes and writing to nowhere, and learns of it
 * afterwards:
 *
 *	memcpy(window, data, size);
 *	if (l4_guard_lost())
 *		return -L4_EFAULT;
 *
 * A thread of the library is the first thread's pager from the first call on.
 */
#ifndef L4_GUARD_H
#define L4_GUARD_H

#include <stdbool.h>
#include <l4/calls.h>

#define L4_GUARD_RANGES	8

/* Guard these addresses, for ever. */
long l4_guard(l4_word_t address, l4_word_t size);

/* Whether the first thread found a guarded page missing since the last time this was asked. */
bool l4_guard_lost(void);

#endif
