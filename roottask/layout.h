/* SPDX-License-Identifier: GPL-2.0 */
/* Arithmetic on an instance's memory blocks. */
#ifndef ROOTTASK_LAYOUT_H
#define ROOTTASK_LAYOUT_H

#include <l4/instance.h>

/*
 * Sort `count' blocks by address and merge neighbours, in place. Returns how
 * many remain.
 */
unsigned int layout_merge(struct l4_instance_block *block, unsigned int count);

/*
 * The highest page-aligned address at which `size' bytes fit in one block
 * without touching the range from `used' on of `used_size' bytes; 0 if there
 * is none.
 */
l4_word_t layout_place(const struct l4_instance_block *block, unsigned int count, l4_word_t size,
		       l4_word_t used, l4_word_t used_size);

#endif
