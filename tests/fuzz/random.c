/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers, and arguments of calls drawn with them: often nearly right. */
#include "fuzz.h"

l4_word_t random_next(struct fuzzer *self)
{
	self->seed ^= self->seed << 13;
	self->seed ^= self->seed >> 7;
	self->seed ^= self->seed << 17;
	return self->seed;
}

l4_word_t random_below(struct fuzzer *self, l4_word_t limit)
{
	return (random_next(self) >> 8) % limit;
}

bool random_one_in(struct fuzzer *self, l4_word_t n)
{
	return !random_below(self, n);
}

/* Numbers at which something ends. */
static l4_word_t boundary(struct fuzzer *self)
{
	static const l4_word_t limits[] = {
		0, L4_CAP_SLOTS, 0x1000, 0x8000, 0x10000, 1UL << 31, 1UL << 32, 1UL << 47, 1UL << 48,
		1UL << 62, 1UL << 63, 0xffff800000000000UL, 0xffff808000000000UL, HOST_IMAGE,
		L4_UTCB_ADDRESS, L4_KIP_ADDRESS, L4_BATCH_MAX, 64 << 12,
	};

	return limits[random_below(self, ARRAY_SIZE(limits))] + random_below(self, 3) - 1;
}

l4_word_t random_word(struct fuzzer *self)
{
	switch (random_below(self, 6)) {
	case 0:
		return random_next(self);
	case 1:
		return 1UL << random_below(self, 64);
	case 2:
		return boundary(self);
	case 3:
		return self->scratch + random_below(self, 70) * L4_PAGE_SIZE + (random_one_in(self, 4) ? 8 : 0);
	case 4:
		return random_fpage(self);
	default:
		return random_below(self, 40);
	}
}

l4_word_t random_slot(struct fuzzer *self)
{
	if (random_one_in(self, 32))
		return boundary(self);
	return random_below(self, FUZZ_SLOTS);
}

static l4_word_t random_memory(struct fuzzer *self, l4_word_t rights)
{
	unsigned int order = 12 + random_below(self, random_one_in(self, 4) ? SCRATCH_ORDER - 11 : 4);
	l4_word_t offset = random_below(self, random_one_in(self, 4) ? 1024 : 64) << 12;

	/* Its own code: that is the end of most of its threads. */
	if (random_one_in(self, 256))
		return l4_fpage_mem(self->image + random_below(self, 16) * L4_PAGE_SIZE, 12, rights);
	if (!random_one_in(self, 16))
		offset &= ~((1UL << order) - 1);
	return l4_fpage_mem(self->scratch + offset, order, rights);
}

l4_word_t random_fpage(struct fuzzer *self)
{
	l4_word_t rights = random_one_in(self, 3) ? random_below(self, 8) : L4_RIGHTS_ALL;
	l4_word_t grant = random_one_in(self, 8) ? L4_FPAGE_GRANT : 0;
	unsigned int order;

	switch (random_below(self, 16)) {
	case 7:
		if (random_one_in(self, 2))	/* as an item: a string, of that length */
			return random_below(self, random_one_in(self, 8) ? 1 << 23 : 9000) << 12 |
			       3UL << L4_FPAGE_TYPE_SHIFT;
		/* fall through */
	case 0:
		return l4_fpage_io(random_below(self, 0x400), random_below(self, 6), rights) | grant;
	case 1:
		return random_one_in(self, 64) ? l4_fpage_all(random_below(self, 4), rights) | grant :
						 random_next(self);
	case 2: case 3: case 4: case 5: case 6:
		order = random_one_in(self, 8) ? random_below(self, 4) : 0;
		return l4_fpage_cap(random_below(self, FUZZ_SLOTS) >> order << order, order, rights) |
		       grant;
	default:
		return random_memory(self, rights) | grant;
	}
}
