/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flexpages: naturally aligned power-of-two regions of memory, I/O ports or
 * capability slots (Liedtke, "On micro-kernel construction", SOSP 1995,
 * section 2.1; the encoding in one word follows the idea of L4 X.2, 3.3).
 *
 *   63            12 11    6   5   4  3  2   0
 *   +---------------+-------+-----+-----+------+
 *   |     base      | order |grant| type|rights|
 *   +---------------+-------+-----+-----+------+
 *
 * base: for memory the address itself (its low 12 bits are zero); for I/O
 * ports the port number, for capabilities the slot number, shifted by 12.
 * order: log2 of the size in bytes (memory, 12..47), ports (0..16) or slots
 * (0..16). base must be a multiple of the size. An order of 63 with base 0
 * names the whole space.
 */
#ifndef L4_FPAGE_H
#define L4_FPAGE_H

#include <l4/types.h>

#define L4_RIGHT_X		1UL	/* memory: execute; capability: manage (control, delete) */
#define L4_RIGHT_W		2UL	/* memory: write; capability: send */
#define L4_RIGHT_R		4UL	/* memory: read; capability: map onwards */
#define L4_RIGHTS_ALL		7UL

#define L4_FPAGE_MEM		0UL
#define L4_FPAGE_IO		1UL
#define L4_FPAGE_CAP		2UL

#define L4_FPAGE_TYPE_SHIFT	3
#define L4_FPAGE_GRANT		(1UL << 5)	/* in a map item: move instead of share */
#define L4_FPAGE_ORDER_SHIFT	6
#define L4_FPAGE_ORDER_ALL	63UL

#define L4_FPAGE_NONE		0UL

#ifndef __ASSEMBLER__

static inline l4_word_t l4_fpage_mem(l4_word_t base, unsigned int order, l4_word_t rights)
{
	return (base & ~0xfffUL) | ((l4_word_t)order << L4_FPAGE_ORDER_SHIFT) |
	       (L4_FPAGE_MEM << L4_FPAGE_TYPE_SHIFT) | rights;
}

static inline l4_word_t l4_fpage_io(l4_word_t port, unsigned int order, l4_word_t rights)
{
	return (port << 12) | ((l4_word_t)order << L4_FPAGE_ORDER_SHIFT) |
	       (L4_FPAGE_IO << L4_FPAGE_TYPE_SHIFT) | rights;
}

static inline l4_word_t l4_fpage_cap(l4_cap_t slot, unsigned int order, l4_word_t rights)
{
	return ((l4_word_t)slot << 12) | ((l4_word_t)order << L4_FPAGE_ORDER_SHIFT) |
	       (L4_FPAGE_CAP << L4_FPAGE_TYPE_SHIFT) | rights;
}

static inline l4_word_t l4_fpage_all(l4_word_t type, l4_word_t rights)
{
	return (L4_FPAGE_ORDER_ALL << L4_FPAGE_ORDER_SHIFT) |
	       (type << L4_FPAGE_TYPE_SHIFT) | rights;
}

static inline l4_word_t l4_fpage_rights(l4_word_t fpage)
{
	return fpage & L4_RIGHTS_ALL;
}

static inline l4_word_t l4_fpage_type(l4_word_t fpage)
{
	return (fpage >> L4_FPAGE_TYPE_SHIFT) & 3;
}

static inline unsigned int l4_fpage_order(l4_word_t fpage)
{
	return (fpage >> L4_FPAGE_ORDER_SHIFT) & 63;
}

/* The base in units of its type: an address, a port number or a slot number. */
static inline l4_word_t l4_fpage_base(l4_word_t fpage)
{
	l4_word_t base = fpage & ~0xfffUL;

	return l4_fpage_type(fpage) == L4_FPAGE_MEM ? base : base >> 12;
}

#endif
#endif
