/* SPDX-License-Identifier: GPL-2.0 */
/* Small damage to good input. */
#ifndef TEST_MUTATE_H
#define TEST_MUTATE_H

#include <stddef.h>

#include "random.h"

/* Some bytes, words and bits of it become others. */
static inline void mutate(unsigned char *data, size_t size)
{
	static const unsigned char odd[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe };

	for (unsigned long n = 1 + host_below(4); n; n--) {
		size_t at = host_below(size), end = at + (host_below(2) ? 1 : 1 + host_below(8));
		unsigned char value = odd[host_below(sizeof(odd))];

		for (; at < end && at < size; at++) {
			if (host_below(3) == 0)
				data[at] ^= 1 << host_below(8);
			else
				data[at] = host_below(3) ? value : host_random();
		}
	}
}

#endif
