/* SPDX-License-Identifier: GPL-2.0 */
/* A bit for each slot; a thread owns a slot once it has changed the bit from 0 to 1. */
#include <l4/slots.h>

#define WORD_BITS 64

static l4_word_t used[L4_SLOTS / WORD_BITS];

long l4_slot_alloc(void)
{
	for (unsigned int i = 0; i < L4_SLOTS / WORD_BITS; i++) {
		while (~used[i]) {
			unsigned int bit = __builtin_ctzl(~used[i]);

			if (!(__atomic_fetch_or(&used[i], 1UL << bit, __ATOMIC_SEQ_CST) >> bit & 1))
				return L4_SLOTS_FIRST + i * WORD_BITS + bit;
		}
	}
	return -L4_ENOMEM;
}

void l4_slot_free(l4_cap_t slot)
{
	unsigned int index = slot - L4_SLOTS_FIRST;

	if (index >= L4_SLOTS)
		return;
	l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	__atomic_fetch_and(&used[index / WORD_BITS], ~(1UL << index % WORD_BITS), __ATOMIC_SEQ_CST);
}
