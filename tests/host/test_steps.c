/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several long operations at once, each of a thread of its own: broken off at
 * any preemption point, gone on with in any order, or dropped. They replace each
 * other's mappings, and move or take away what another one works on.
 *
 * Nobody can say what is mapped in between. So the model follows the kernel:
 * after each slice of an operation it looks at each page, and what has changed
 * must be what this very operation may change: a new mapping has its source's
 * frame and is its source's child, what went is derived from what the operation
 * means, and all else is as it was. When an unmap comes to its end nothing of
 * what it was to take when it began is left.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#define SPACES		4	/* 0 is sigma0; 1 has guests, and aliases */
#define GUESTS		2
#define PAGES		64
#define OPS		4
#define RAM		(1UL << 30)
#define GUEST_BASE	0x40000000UL
#define ALIASES		(UPPER + (1UL << 35))
#define NOBODY		SPACES
#define MAX_SLICES	20000	/* of one operation: more, and it does not come to its end */

static const u64 space_base[SPACES] = { RAM, UPPER, 0x10000000, KERNEL_SLOT_END };

/* A page that is mapped; rights 0: it is not. */
struct record {
	u64 id;				/* later ones have higher ones */
	u64 serial, frame, rights;
	unsigned int parent, index;	/* space, NOBODY for sigma0's, and page there */
};

#define BATCH	3

enum what { NOTHING, MAP, GRANT, UNMAP, GUEST };

struct operation {
	enum what what;
	struct steps steps;
	unsigned int s, from, t, to, pages;
	u64 rights, began, slices;
	unsigned int guest;		/* GUESTS: its host's aliases */
	bool self;
	struct l4_utcb utcb;		/* with a batch of BATCH entries */
};

static struct space space[SPACES], guest[GUESTS];
static struct record page[SPACES][PAGES], before[SPACES][PAGES];
static struct operation operations[OPS];
static struct quota quota[SPACES];
static u64 ids, most_slices, dropped, broken_off, refused;
static bool tight;		/* memory may run out: then more may go than an operation means */

static struct record observe(unsigned int s, unsigned int i)
{
	u64 va = space_base[s] + i * PAGE_SIZE;
	struct map_node *node = mapdb_at(&space[s], L4_FPAGE_MEM, va), *parent;
	struct record record = { .parent = NOBODY };
	u64 at;

	record.frame = host_frame(&space[s], va, &record.rights);
	if (!record.rights)
		return (struct record){ .parent = NOBODY };
	assert_non_null(node);
	assert_int_equal(record.frame, node->origin + (va - node->base));
	record.serial = node->serial;
	parent = node->parent;
	if (!parent)
		return record;
	while (map_node_space(parent) != &space[record.index])
		record.index++;
	record.parent = record.index;
	at = parent->base + (record.frame - parent->origin);
	record.index = (at - space_base[record.parent]) / PAGE_SIZE;
	return record;
}

static bool within(unsigned int i, unsigned int first, unsigned int pages)
{
	return i - first < pages;
}

/* Before the slice: does the operation mean this page, or one that it came from. */
static bool is_meant(const struct operation *o, unsigned int s, unsigned int i)
{
	bool self = o->self;

	while (s != NOBODY) {
		const struct record *r = &before[s][i];

		if (o->what == UNMAP ? self && s == o->s && within(i, o->from, o->pages) :
				       s == o->t && within(i, o->to, o->pages))
			return true;
		self = true;
		s = r->parent;
		i = r->index;
	}
	return false;
}

/* Whose child it is: as before, but that a grant may have moved the parent, too. */
static void check_parent(const struct operation *o, const struct record *now, unsigned int parent,
			 unsigned int index)
{
	if (o->what == GRANT && parent == o->s && within(index, o->from, o->pages) &&
	    (now->parent != parent || now->index != index)) {
		parent = o->t;
		index = o->to + (index - o->from);
	}
	assert_int_equal(now->parent, parent);
	assert_int_equal(now->index, index);
}

/* It is not there, or not the same, any more. */
static void check_gone(const struct operation *o, unsigned int s, unsigned int i)
{
	bool granted = o->what == GRANT && s == o->s && within(i, o->from, o->pages);

	assert_true(tight || granted || ((o->what == MAP || o->what == GRANT || o->what == UNMAP) && is_meant(o, s, i)));
}

static void check_new(const struct operation *o, unsigned int t, unsigned int i, struct record *now)
{
	unsigned int index = o->from + (i - o->to);
	const struct record *source = &before[o->s][index];

	assert_true((o->what == MAP || o->what == GRANT) && t == o->t && within(i, o->to, o->pages));
	assert_true(source->rights);
	assert_int_equal(now->frame, source->frame);
	assert_int_equal(now->rights, source->rights & o->rights);
	check_parent(o, now, o->what == MAP ? o->s : source->parent, o->what == MAP ? index : source->index);
	now->id = ++ids;
}

/* It is there still: with what rights, and whose child. */
static void check_kept(const struct operation *o, unsigned int s, unsigned int i, struct record *now)
{
	const struct record *old = &before[s][i];

	now->id = old->id;
	assert_int_equal(now->rights & ~old->rights, 0);
	if (now->rights != old->rights) {
		assert_true(o->what == UNMAP && is_meant(o, s, i));
		assert_int_equal(old->rights & ~now->rights & ~o->rights, 0);
	}
	check_parent(o, now, old->parent, old->index);
}

/* What of this slice's changes is this operation's to make. */
static void follow(const struct operation *o)
{
	memcpy(before, page, sizeof(before));
	for (unsigned int s = 0; s < SPACES; s++) {
		host_check_nodes(&space[s]);
		for (unsigned int i = 0; i < PAGES; i++) {
			struct record now = observe(s, i), *old = &before[s][i];
			bool same = now.rights && old->rights && now.serial == old->serial &&
				    now.frame == old->frame;

			if (old->rights && !same)
				check_gone(o, s, i);
			if (same)
				check_kept(o, s, i, &now);
			else if (now.rights)
				check_new(o, s, i, &now);
			page[s][i] = now;
		}
	}
	for (unsigned int s = 1; s < SPACES; s++)
		for (unsigned int i = 0; i < PAGES; i++)
			if (page[s][i].rights && page[s][i].parent != NOBODY)
				assert_true(page[page[s][i].parent][page[s][i].index].rights);
}

/* Has the host the frame, or a node of it whose copies are about to go. */
static bool is_of_host(u64 frame)
{
	for (unsigned int n = 0; n < PAGES; n++) {
		u64 va = space_base[1] + n * PAGE_SIZE;
		struct map_node *node = mapdb_at(&space[1], L4_FPAGE_MEM, va);

		if (page[1][n].rights && page[1][n].frame == frame)
			return true;
		if (node && node->going && node->origin + (va - node->base) == frame)
			return true;
	}
	return false;
}

static void check_copies(const struct space *in, u64 base)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		u64 rights, frame = host_frame(in, base + i * PAGE_SIZE, &rights);

		assert_true(!rights || is_of_host(frame));
	}
}

/* A guest has only frames of its host, and so has what the host has twice. */
static void check_guests(void)
{
	for (unsigned int i = 0; i < GUESTS; i++)
		check_copies(&guest[i], GUEST_BASE);
	check_copies(&space[1], ALIASES);
}

/* Nothing is left of what the unmap found when it began. */
static void check_unmapped(const struct operation *o)
{
	for (unsigned int s = 0; s < SPACES; s++)
		for (unsigned int i = 0; i < PAGES; i++) {
			const struct record *r = &page[s][i];
			unsigned int up = s, index = i;
			bool self = o->self;

			if (!(r->rights & o->rights) && !(r->rights && (o->rights & L4_RIGHT_R)))
				continue;
			for (; r->rights && r->id <= o->began; r = &page[up][index], self = true) {
				assert_false(self && up == o->s && within(index, o->from, o->pages));
				if (r->parent == NOBODY)
					break;
				up = r->parent;
				index = r->index;
			}
		}
}

static u64 some_rights(void)
{
	return L4_RIGHT_R | (host_below(4) ? L4_RIGHT_W : 0) | (host_below(3) ? L4_RIGHT_X : 0);
}

static void begin_batch(struct operation *o)
{
	u64 base = (o->guest = host_below(GUESTS + 1)) == GUESTS ? ALIASES : GUEST_BASE;

	for (unsigned int n = 0; n < BATCH; n++) {
		unsigned int pages = 1 + host_below(PAGES / 2);

		o->utcb.batch[n] = (struct l4_batch_entry){
			(base + host_below(PAGES - pages) * PAGE_SIZE) | L4_RIGHT_R |
			(host_below(4) ? L4_BATCH_MAP : L4_BATCH_UNMAP),
			space_base[1] + host_below(PAGES - pages) * PAGE_SIZE, pages,
		};
	}
}

static void begin_operation(struct operation *o)
{
	unsigned int what = host_below(20);

	o->what = what < 10 ? MAP : what < 12 ? GRANT : what < 18 ? UNMAP : GUEST;
	o->pages = 1U << host_below(7);
	o->s = host_below(SPACES);
	o->from = host_below(PAGES / o->pages) * o->pages;
	do
		o->t = host_below(SPACES);
	while (o->t == o->s);
	o->to = host_below(3) ? o->from : host_below(PAGES / o->pages) * o->pages;
	o->rights = o->what == UNMAP && host_below(2) ? host_below(8) : some_rights();
	o->self = o->s && host_below(2);
	o->began = ids;
	o->slices = 0;
	/* What sigma0 has it keeps: it had it from nobody. */
	if ((o->what == GRANT && (!o->s || !o->t)) || (o->what == MAP && !o->t))
		o->what = UNMAP;
	begin_batch(o);
}

static s64 call(struct operation *o)
{
	u64 fpage = l4_fpage_mem(space_base[o->s] + o->from * PAGE_SIZE,
				 PAGE_SHIFT + __builtin_ctz(o->pages), o->rights), done;

	switch (o->what) {
	case UNMAP:
		return unmap_fpage(&space[o->s], fpage, o->self ? L4_UNMAP_SELF : 0, &o->steps);
	case GUEST:
		return guest_update(&space[1], o->guest == GUESTS ? NULL : &guest[o->guest], &o->utcb,
				    BATCH, &done, &o->steps);
	default:
		return map_fpage(&space[o->s], fpage | (o->what == GRANT ? L4_FPAGE_GRANT : 0),
				 &space[o->t], space_base[o->t] + o->to * PAGE_SIZE, &o->steps);
	}
}

static void slice(struct operation *o)
{
	s64 result;

	if (o->what == NOTHING)
		begin_operation(o);
	host_preempt = 1 + host_below(4);
	result = call(o);
	host_preempt = 0;
	follow(o);
	if (result == PREEMPTED) {
		broken_off++;
		assert_true(++o->slices < MAX_SLICES);
		if (o->slices > most_slices)
			most_slices = o->slices;
		return;
	}
	refused += result == -L4_ENOMEM;
	assert_true(result >= 0 || result == -L4_EFAULT || (tight && result == -L4_ENOMEM));
	assert_int_equal(o->steps.of, STEPS_NONE);
	if (o->what == UNMAP)
		check_unmapped(o);
	o->what = NOTHING;
}

/* What sigma0 has lost it has again. */
static void refresh(void)
{
	struct operation all = { .what = UNMAP, .pages = PAGES, .rights = 7, .self = true };

	assert_int_equal(call(&all), 0);
	follow(&all);
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, PAGES * PAGE_SIZE, 7), 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		page[0][i] = observe(0, i);
		page[0][i].id = ++ids;
	}
}

/* Some have next to nothing left, others plenty. */
static void change_limits(void)
{
	unsigned int s = 1 + host_below(SPACES - 1);

	quota[s].limit = quota[s].used + (host_below(3) ? host_below(300) * 32 : 1UL << 40);
}

static void run(u64 steps)
{
	host_seed();
	most_slices = dropped = broken_off = refused = 0;
	for (unsigned int i = 0; i < GUESTS; i++)
		assert_int_equal(space_init_guest(&guest[i], &space[1]), 0);
	refresh();
	for (u64 n = 1; n <= steps; n++) {
		struct operation *o = &operations[host_below(OPS)];

		if (tight && n % 32 == 0)
			change_limits();
		if (o->what != NOTHING && host_below(100) == 0) {
			steps_drop(&o->steps);
			o->what = NOTHING;
			dropped++;
			continue;
		}
		slice(o);
		if (n % 16 == 0)
			check_guests();
		if (n % 512 == 0)
			refresh();
	}
	for (unsigned int n = 0; n < OPS; n++) {
		steps_drop(&operations[n].steps);
		operations[n].what = NOTHING;
	}
	host_operations(steps);
	print_message("broken off: %lu times, the longest %lu times; dropped: %lu; no memory: %lu\n",
		      broken_off, most_slices, dropped, refused);
}

static void many_at_once(void **state)
{
	(void)state;
	tight = false;
	run(host_steps(200000));
}

static void many_at_once_without_memory(void **state)
{
	(void)state;
	tight = true;
	run(host_steps(200000) / 2);
}

/* What follows is done on purpose. */
#define MIB	(1UL << 20)
#define X	0x20000000UL		/* where somebody gets it */

static struct steps first, second;

/* Goes on with an operation until it is through, or broken off for the so manyth time. */
#define SLICES(count, call) ({						\
	s64 result_ = PREEMPTED;					\
									\
	host_preempt = 1;						\
	for (u64 n_ = 0; n_ < (count) && result_ == PREEMPTED; n_++)	\
		result_ = call;						\
	host_preempt = 0;						\
	result_;							\
})

static u64 frame_at(const struct space *in, u64 va)
{
	u64 rights, frame = host_frame(in, va, &rights);

	return rights ? frame : 0;
}

static u64 *leaf_of(struct space *in, u64 va)
{
	unsigned int level;
	u64 *leaf = paging_find(&in->paging, va, &level);

	assert_int_equal(level, 0);
	return leaf;
}

/* The first 8 of 16 MiB, mapped in one piece; broken off when half of them are there. */
static s64 go_on_with_8_mib(u64 slices)
{
	return SLICES(slices, map_fpage(&space[1], l4_fpage_mem(UPPER, 23, 7), &space[2], X, &first));
}

static void have_16_mib(void)
{
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, 16 * MIB, 7), 0);
	assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM, 24, 7), &space[1], UPPER, &host_work), 4096);
	/* Small leaves, so that there are steps. */
	for (u64 at = 0; at < 16 * MIB; at += 2 * MIB)
		assert_int_equal(unmap_fpage(&space[1], l4_fpage_mem(UPPER + at, 12, L4_RIGHT_W),
					     L4_UNMAP_SELF, &host_work), 0);
}

static void map_half_of_8_mib(void)
{
	have_16_mib();
	do
		assert_int_equal(go_on_with_8_mib(1), PREEMPTED);
	while (!frame_at(&space[2], X + 4 * MIB - PAGE_SIZE));
	assert_int_equal(frame_at(&space[2], X + 8 * MIB - PAGE_SIZE), 0);
}

/* What is there then was mapped by somebody else, with fewer rights: it gets no more. */
static void a_mapping_made_anew_is_not_filled(void **state)
{
	u64 rights;

	(void)state;
	map_half_of_8_mib();
	assert_int_equal(unmap_fpage(&space[2], l4_fpage_mem(X, 23, 7), L4_UNMAP_SELF, &host_work), 0);
	assert_int_equal(map_fpage(&space[1], l4_fpage_mem(UPPER, 23, L4_RIGHT_R), &space[2], X,
				   &host_work), 2048);
	assert_true(go_on_with_8_mib(1000) >= 0);
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE) {
		assert_int_equal(host_frame(&space[2], X + at, &rights), RAM + at);
		assert_int_equal(rights, L4_RIGHT_R);
	}
}

/* Its second half was taken away meanwhile: nothing comes there any more. */
static void half_a_mapping_is_not_filled(void **state)
{
	(void)state;
	map_half_of_8_mib();
	assert_int_equal(unmap_fpage(&space[2], l4_fpage_mem(X + 4 * MIB, 22, 7), L4_UNMAP_SELF,
				     &host_work), 0);
	assert_true(go_on_with_8_mib(1000) >= 0);
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE)
		assert_int_equal(frame_at(&space[2], X + at), at < 4 * MIB ? RAM + at : 0);
}

/*
 * One maps to where another one does, and is stopped; the first goes on. What is
 * there then must be taken away with what it came from.
 */
static void a_replaced_mapping_is_not_filled(void **state)
{
	struct space *source = &space[1], *target = &space[2];
	s64 result;

	(void)state;
	map_half_of_8_mib();
	do
		result = SLICES(1, map_fpage(source, l4_fpage_mem(UPPER + 8 * MIB, 23, 7), target, X, &second));
	while (result == PREEMPTED && frame_at(target, X + 2 * MIB - PAGE_SIZE) != RAM + 10 * MIB - PAGE_SIZE);
	assert_int_equal(result, PREEMPTED);
	steps_drop(&second);
	assert_true(go_on_with_8_mib(1000) >= 0);
	assert_int_equal(unmap_fpage(source, l4_fpage_mem(UPPER, 23, 7), 0, &host_work), 0);
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE) {
		u64 frame = frame_at(target, X + at);

		assert_true(!frame || frame == RAM + 8 * MIB + at);
	}
}

/* While one is being taken a page, he takes it from whom he gave it to: they have it no more, at once. */
static void a_half_done_unmap_hides_nobody(void **state)
{
	(void)state;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, PAGE_SIZE, 7), 0);
	for (u64 slices = 1; slices < 20; slices++) {
		for (unsigned int s = 1; s < SPACES; s++)
			assert_int_equal(map_fpage(&space[s - 1], l4_fpage_mem(space_base[s - 1], 12, 7),
						   &space[s], space_base[s], &host_work), 1);
		SLICES(slices, unmap_fpage(&space[0], l4_fpage_mem(RAM, 12, 7), 0, &first));
		assert_int_equal(unmap_fpage(&space[2], l4_fpage_mem(space_base[2], 12, 7), 0, &host_work), 0);
		assert_int_equal(frame_at(&space[3], space_base[3]), 0);
		assert_int_equal(unmap_fpage(&space[1], l4_fpage_mem(space_base[1], 12, 7), 0, &host_work), 0);
		assert_int_equal(frame_at(&space[2], space_base[2]), 0);
		steps_drop(&first);
		assert_int_equal(unmap_fpage(&space[0], l4_fpage_mem(RAM, 12, 7), 0, &host_work), 0);
	}
}

/*
 * Of two pages with a node each the first is done; then there is one node of
 * both. What is left is the second page, not what that node can be cut into.
 */
static void a_larger_node_is_gone_on_with_from_its_middle(void **state)
{
	struct space *source = &space[1], *target = &space[2];

	(void)state;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, 8 * PAGE_SIZE, 7), 0);
	for (u64 at = 0; at < 8 * PAGE_SIZE; at += PAGE_SIZE)
		assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM + at, 12, 7), source, UPPER + at,
					   &host_work), 1);
	do
		assert_int_equal(SLICES(1, map_fpage(source, l4_fpage_mem(UPPER, 15, 7), target, X, &first)),
				 PREEMPTED);
	while (!frame_at(target, X));
	assert_int_equal(frame_at(target, X + 7 * PAGE_SIZE), 0);
	assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM, 15, 7), source, UPPER, &host_work), 8);
	assert_true(SLICES(100, map_fpage(source, l4_fpage_mem(UPPER, 15, 7), target, X, &first)) > 0);
	assert_int_equal(frame_at(target, X + 7 * PAGE_SIZE), RAM + 7 * PAGE_SIZE);
	assert_int_equal(unmap_fpage(source, l4_fpage_mem(UPPER, 15, 7), 0, &host_work), 0);
	for (u64 at = 0; at < 8 * PAGE_SIZE; at += PAGE_SIZE)
		assert_int_equal(frame_at(target, X + at), 0);
}

/* What the second space has at X goes, and that is broken off when only a guest still has some of it. */
static s64 go_on_taking_8_mib(u64 slices)
{
	return SLICES(slices, unmap_fpage(&space[2], l4_fpage_mem(X, 23, 7), L4_UNMAP_SELF, &second));
}

static void take_all_but_the_guests(void)
{
	struct l4_utcb utcb = { .batch = { { GUEST_BASE | L4_RIGHT_R | L4_BATCH_MAP, X, 16 } } };
	struct steps steps = { 0 };
	u64 done;

	for (unsigned int i = 0; i < GUESTS; i++) {
		assert_int_equal(space_init_guest(&guest[i], &space[2]), 0);
		assert_int_equal(guest_update(&space[2], &guest[i], &utcb, 1, &done, &steps), 0);
	}
	do {
		assert_int_equal(go_on_taking_8_mib(1), PREEMPTED);
		assert_non_null(mapdb_at(&space[2], L4_FPAGE_MEM, X));
		assert_true(mapdb_at(&space[2], L4_FPAGE_MEM, X)->going);
	} while (second.cursor.copies.guest == COPIES_NONE);
	assert_int_equal(frame_at(&space[2], X + 4 * MIB - PAGE_SIZE), 0);
	assert_int_equal(frame_at(&guest[0], GUEST_BASE), RAM);
}

static void nobody_has_it(void)
{
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE)
		assert_int_equal(frame_at(&space[2], X + at), 0);
	for (unsigned int i = 0; i < GUESTS; i++)
		for (u64 at = 0; at < 16 * PAGE_SIZE; at += PAGE_SIZE)
			assert_int_equal(frame_at(&guest[i], GUEST_BASE + at), 0);
}

/* A mapping half made goes meanwhile: no more of it is made. */
static void a_mapping_that_goes_is_not_filled(void **state)
{
	(void)state;
	map_half_of_8_mib();
	take_all_but_the_guests();
	assert_true(go_on_with_8_mib(1000) >= 0);
	assert_int_equal(go_on_taking_8_mib(1000), 0);
	nobody_has_it();
}

/* It is split by who takes a part of it: the other half goes as well, and has copies, too. */
static void split_what_goes(u64 part)
{
	map_half_of_8_mib();
	take_all_but_the_guests();
	assert_false(*leaf_of(&space[1], UPPER) & PTE_A);
	assert_int_equal(unmap_fpage(&space[2], l4_fpage_mem(X + part, 22, 7), L4_UNMAP_SELF, &host_work), 0);
	assert_true(mapdb_at(&space[2], L4_FPAGE_MEM, X + (part ? 0 : 4 * MIB))->going);
	assert_true(go_on_with_8_mib(1000) >= 0);
	assert_int_equal(go_on_taking_8_mib(1000), 0);
	nobody_has_it();
	/* The guests read the first pages; where it was read is not known any more. */
	assert_true(*leaf_of(&space[1], UPPER) & PTE_A);
	assert_true(*leaf_of(&space[1], UPPER + 8 * MIB - PAGE_SIZE) & PTE_A);
}

static void a_mapping_that_goes_is_split(void **state)
{
	(void)state;
	split_what_goes(0);
}

static void a_mapping_that_goes_is_split_behind(void **state)
{
	(void)state;
	split_what_goes(4 * MIB);
}

/*
 * Whoever maps from there, or grants, meanwhile gets nothing, and holds nobody up: not
 * with children, either, who are there while they are looked for something (a page of the
 * kernel's keeps a table where that can be broken off).
 */
static void nothing_comes_from_a_mapping_that_goes(void **state)
{
	void *page_of_kernel = kmem_page_alloc(&quota[2]);
	u64 slices = 0;
	s64 result;

	(void)state;
	assert_int_equal(space_pin_page(&space[2], X + 6 * MIB, page_of_kernel), 0);
	map_half_of_8_mib();
	take_all_but_the_guests();
	do {
		for (u64 grant = 0; grant <= L4_FPAGE_GRANT; grant += L4_FPAGE_GRANT) {
			struct steps steps = { 0 };

			assert_int_equal(SLICES(1, map_fpage(&space[2], l4_fpage_mem(X, 23, 7) | grant,
							     &space[3], space_base[3], &steps)), -L4_EFAULT);
			assert_null(mapdb_at(&space[3], L4_FPAGE_MEM, space_base[3]));
		}
		result = go_on_taking_8_mib(1);
		assert_true(++slices < 100);
	} while (result == PREEMPTED);
	assert_int_equal(result, 0);
	space_unpin_page(&space[2], X + 6 * MIB);
	kmem_page_free(&quota[2], page_of_kernel);
	nobody_has_it();
}

static s64 ask_of_8_mib(u64 slices)
{
	return SLICES(slices, unmap_fpage(&space[1], l4_fpage_mem(UPPER, 23, 0), L4_UNMAP_STATUS, &first));
}

static void write_to_the_last_page(void)
{
	map_half_of_8_mib();
	assert_int_equal(go_on_with_8_mib(1000), 2048);
	ask_of_8_mib(1000);
	assert_int_equal(ask_of_8_mib(1000), 0);
	*leaf_of(&space[2], X + 8 * MIB - PAGE_SIZE) |= PTE_A | PTE_D;
}

/* A large piece is asked about in steps: each looks at few pages. */
static void status_is_asked_in_steps(void **state)
{
	u64 flushes;

	(void)state;
	write_to_the_last_page();
	assert_int_equal(ask_of_8_mib(2 * 2048 / 128 - 1), PREEMPTED);
	assert_int_equal(ask_of_8_mib(1000), L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(ask_of_8_mib(1000), 0);
	/* What is seen in the first of many steps is said at the end; and is seen anew from then on. */
	*leaf_of(&space[1], UPPER) |= PTE_A;
	flushes = host_flushes;
	assert_int_equal(ask_of_8_mib(1), PREEMPTED);
	assert_true(host_flushes > flushes);
	assert_int_equal(ask_of_8_mib(1000), L4_RIGHT_R);
	assert_int_equal(ask_of_8_mib(1000), 0);
	/* Who asks about a part is not told of the rest, and takes nothing from it. */
	*leaf_of(&space[1], UPPER) |= PTE_A;
	assert_int_equal(SLICES(1000, unmap_fpage(&space[1], l4_fpage_mem(UPPER + 8 * MIB, 23, 0),
						  L4_UNMAP_STATUS, &first)), 0);
	assert_int_equal(ask_of_8_mib(1000), L4_RIGHT_R);
}

/*
 * What was written to is told to who mapped it there, in steps; if who began that does
 * not end it, by who does.
 */
static void what_goes_is_told_in_steps(void **state)
{
	(void)state;
	write_to_the_last_page();
	/* Who asks before it is told learns of it as well. */
	*leaf_of(&space[2], X) |= PTE_A | PTE_D;
	assert_int_equal(go_on_taking_8_mib(1), PREEMPTED);
	assert_int_equal(frame_at(&space[2], X), 0);
	*leaf_of(&space[2], X + 8 * MIB - PAGE_SIZE) &= ~PTE_USED;
	assert_int_equal(SLICES(1, unmap_fpage(&space[1], l4_fpage_mem(UPPER, 12, 0), L4_UNMAP_STATUS, &first)),
			 PREEMPTED);
	assert_int_equal(SLICES(9, unmap_fpage(&space[1], l4_fpage_mem(UPPER, 12, 0), L4_UNMAP_STATUS, &first)),
			 L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(ask_of_8_mib(1000), L4_RIGHT_R | L4_RIGHT_W);
	assert_int_equal(ask_of_8_mib(1000), 0);
	*leaf_of(&space[2], X + 8 * MIB - PAGE_SIZE) |= PTE_A | PTE_D;
	do {
		assert_int_equal(go_on_taking_8_mib(1), PREEMPTED);
		assert_non_null(mapdb_at(&space[2], L4_FPAGE_MEM, X));
	} while (frame_at(&space[2], X + 8 * MIB - PAGE_SIZE));
	assert_int_equal(go_on_taking_8_mib(1), PREEMPTED);
	assert_false(*leaf_of(&space[1], UPPER + 8 * MIB - PAGE_SIZE) & PTE_D);
	steps_drop(&second);
	assert_int_equal(go_on_taking_8_mib(200), 0);
	for (u64 at = 0; at < 16 * MIB; at += PAGE_SIZE)
		assert_int_equal(!!(*leaf_of(&space[1], UPPER + at) & PTE_D), at < 8 * MIB);
	assert_int_equal(ask_of_8_mib(1000), L4_RIGHT_R | L4_RIGHT_W);
}

/* So is a right: each step goes on where the one before it stopped. */
static void rights_are_taken_in_steps(void **state)
{
	u64 rights, slices = 0;

	(void)state;
	have_16_mib();
	while (SLICES(1, unmap_fpage(&space[1], l4_fpage_mem(UPPER, 23, L4_RIGHT_X), L4_UNMAP_SELF, &second)) ==
	       PREEMPTED)
		assert_true(++slices < 1000);
	assert_true(slices > 10);
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE) {
		assert_int_equal(host_frame(&space[1], UPPER + at, &rights), RAM + at);
		assert_false(rights & L4_RIGHT_X);
	}
}

/* And what is held already is gone over in as many: nobody waits for all of it. */
static void what_is_held_is_gone_over_in_steps(void **state)
{
	u64 fpage = l4_fpage_mem(UPPER, 23, L4_RIGHT_X);

	(void)state;
	have_16_mib();
	for (unsigned int round = 0; round < 2; round++) {
		u64 slices = 0;

		while (SLICES(1, unmap_fpage(&space[1], fpage, L4_UNMAP_HOLD, &second)) == PREEMPTED)
			assert_true(++slices < 1000);
		assert_true(slices > 10);
		for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE)
			assert_true(*leaf_of(&space[1], UPPER + at) & PTE_NX);
		assert_false(*leaf_of(&space[1], UPPER + 8 * MIB) & PTE_NX);
	}
}

/*
 * A large piece is granted in short ones: at each time a page is one's or the other's. So that is
 * as well what is left of it when it is given up.
 */
static void a_grant_is_broken_off(void **state)
{
	u64 fpage = l4_fpage_mem(UPPER, 23, 7) | L4_FPAGE_GRANT, slices = 0;
	s64 result;

	(void)state;
	have_16_mib();
	*leaf_of(&space[1], UPPER + 7 * MIB) |= PTE_A | PTE_D;
	do {
		result = SLICES(1, map_fpage(&space[1], fpage, &space[2], X, &first));
		for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE) {
			u64 old = frame_at(&space[1], UPPER + at), new = frame_at(&space[2], X + at);

			assert_int_equal(old ^ new, RAM + at);
		}
		assert_true(++slices < 1000);
	} while (result == PREEMPTED);
	assert_int_equal(result, 2048);
	assert_true(slices >= 32);
	assert_null(mapdb_find(&space[1], L4_FPAGE_MEM, UPPER, UPPER + 8 * MIB - 1));
	assert_int_equal(frame_at(&space[1], UPPER + 8 * MIB), RAM + 8 * MIB);
	for (u64 at = 0; at < 8 * MIB; at += PAGE_SIZE)
		assert_int_equal(!!(*leaf_of(&space[2], X + at) & PTE_D), at >> 18 == 7 * MIB >> 18);
	assert_int_equal(map_fpage(&space[1], l4_fpage_mem(UPPER + 8 * MIB, 23, 7) | L4_FPAGE_GRANT, &space[3],
				   space_base[3], &host_work), 2048);
}

/* But what is one leaf, or a hole, is not cut. */
static void a_large_leaf_is_granted_whole(void **state)
{
	struct map_node *node;
	unsigned int level;

	(void)state;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, 4 * MIB, 7), 0);
	assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM, 21, 7), &space[1], UPPER, &host_work), 512);
	assert_int_equal(map_fpage(&space[1], l4_fpage_mem(UPPER, 21, 7) | L4_FPAGE_GRANT, &space[2], X,
				   &host_work), 512);
	paging_find(&space[2].paging, X, &level);
	assert_int_equal(level, 1);
	node = mapdb_at(&space[2], L4_FPAGE_MEM, X);
	assert_int_equal(node->order, 21);
}

/* Half of it is there still: nothing comes from there, by the long way or the short one. */
static void nothing_comes_from_a_mapping_half_gone(void **state)
{
	u64 page_of_it = l4_fpage_mem(X + 8 * MIB - PAGE_SIZE, 12, 7), to = space_base[3];

	(void)state;
	map_half_of_8_mib();
	assert_int_equal(go_on_with_8_mib(1000), 2048);
	assert_int_equal(map_fpage(&space[1], l4_fpage_mem(UPPER + 8 * MIB, 12, 7), &space[3], to + PAGE_SIZE,
				   &host_work), 1);
	assert_int_equal(go_on_taking_8_mib(1), PREEMPTED);
	assert_int_not_equal(frame_at(&space[2], X + 8 * MIB - PAGE_SIZE), 0);
	assert_int_equal(map_fpage(&space[2], page_of_it, &space[3], to, &host_work), -L4_EFAULT);
	assert_int_equal(map_fpage(&space[2], page_of_it | L4_FPAGE_GRANT, &space[3], to, &host_work), -L4_EFAULT);
	assert_null(mapdb_at(&space[3], L4_FPAGE_MEM, to));
	assert_int_equal(go_on_taking_8_mib(1000), 0);
	assert_null(mapdb_at(&space[2], L4_FPAGE_MEM, X));
}

#define CHILDREN	1000UL

/*
 * After each step of the unmap somebody changes mappings: of another page, what
 * is derived, and, if that one stays, of the same page.
 */
static void disturb(u64 n, bool same)
{
	u64 at = X + (CHILDREN + 10 + n % 64) * PAGE_SIZE;

	map_fpage(&space[1], l4_fpage_mem(UPPER + PAGE_SIZE, 12, 7), &space[3], space_base[3], &host_work);
	unmap_fpage(&space[1], l4_fpage_mem(UPPER + PAGE_SIZE, 12, 7), 0, &host_work);
	/* One of those that are to go goes by itself: forwards, and from behind. */
	unmap_fpage(&space[2], l4_fpage_mem(X + n * 7 % CHILDREN * PAGE_SIZE, 12, 7), L4_UNMAP_SELF, &host_work);
	if (!same)
		return;
	map_fpage(&space[1], l4_fpage_mem(UPPER, 12, 7), &space[2], at, &host_work);
	/* A larger piece of the same memory comes, and is split. */
	map_fpage(&space[1], l4_fpage_mem(UPPER, 13, 7), &space[3], space_base[3] + 0x10000, &host_work);
	unmap_fpage(&space[3], l4_fpage_mem(space_base[3] + 0x10000, 12, 7), L4_UNMAP_SELF, &host_work);
}

static void an_unmap_ends_while_others_map(void **state)
{
	static const struct {
		u64 rights, flags;
	} calls[] = {
		{ L4_RIGHTS_ALL, 0 }, { L4_RIGHT_W, 0 }, { L4_RIGHT_W, L4_UNMAP_STATUS },
		{ L4_RIGHTS_ALL, L4_UNMAP_SELF },
	};

	(void)state;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, 2 * PAGE_SIZE, 7), 0);
	for (unsigned int c = 0; c < ARRAY_SIZE(calls); c++) {
		u64 page_of = l4_fpage_mem(UPPER, 12, calls[c].rights), slices = 0;
		s64 result;

		assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM, 13, 7), &space[1], UPPER, &host_work), 2);
		for (u64 n = 0; n < CHILDREN; n++)
			assert_int_equal(map_fpage(&space[1], l4_fpage_mem(UPPER, 12, 7), &space[2],
						   X + n * PAGE_SIZE, &host_work), 1);
		do {
			result = SLICES(1, unmap_fpage(&space[1], page_of, calls[c].flags, &first));
			disturb(slices, !(calls[c].flags & L4_UNMAP_SELF));
			/* It gets something done each time. */
			assert_true(++slices < 10 * CHILDREN);
		} while (result == PREEMPTED);
		assert_true(result >= 0);
		for (u64 n = 0; n < CHILDREN; n++) {
			u64 rights;

			host_frame(&space[2], X + n * PAGE_SIZE, &rights);
			assert_int_equal(rights & calls[c].rights, 0);
		}
	}
}

/* A chain of derivations, each step of its end broken off: no step is done again from its beginning. */
static void the_end_of_a_long_chain(void **state)
{
	u64 slices = 0, length = 3000;

	(void)state;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, PAGE_SIZE, 7), 0);
	assert_int_equal(map_fpage(&space[0], l4_fpage_mem(RAM, 12, 7), &space[1], X, &host_work), 1);
	for (u64 n = 1; n < length; n++)
		assert_int_equal(map_fpage(&space[2 - n % 2], l4_fpage_mem(X + (n - 1) * PAGE_SIZE, 12, 7),
					   &space[1 + n % 2], X + n * PAGE_SIZE, &host_work), 1);
	while (SLICES(1, unmap_fpage(&space[0], l4_fpage_mem(RAM, 12, 7), 0, &first)) == PREEMPTED)
		assert_true(++slices < 4 * length);
	assert_int_equal(host_check_nodes(&space[1]) + host_check_nodes(&space[2]), 0);
}

static int begin(void **state)
{
	host_begin(state);
	memset(page, 0, sizeof(page));
	memset(guest, 0, sizeof(guest));
	for (unsigned int s = 0; s < SPACES; s++) {
		space[s] = (struct space){ 0 };
		quota_init_root(&quota[s], 1UL << 40);
		assert_int_equal(space_init(&space[s], &quota[s]), 0);
	}
	return 0;
}

static int end(void **state)
{
	u64 slices = 0;

	steps_drop(&first);
	steps_drop(&second);
	host_preempt = 3;
	for (unsigned int s = 0; s < SPACES; s++)
		while (!host_destroy(&space[s]))
			assert_true(++slices < MAX_SLICES);
	host_preempt = 0;
	for (unsigned int s = 0; s < SPACES; s++)
		assert_int_equal(quota[s].used, 0);
	return host_end(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(many_at_once), TEST(many_at_once_without_memory), TEST(a_replaced_mapping_is_not_filled),
		TEST(a_mapping_made_anew_is_not_filled), TEST(half_a_mapping_is_not_filled),
		TEST(a_half_done_unmap_hides_nobody), TEST(a_larger_node_is_gone_on_with_from_its_middle),
		TEST(a_mapping_that_goes_is_not_filled), TEST(a_mapping_that_goes_is_split),
		TEST(a_mapping_that_goes_is_split_behind),
		TEST(nothing_comes_from_a_mapping_that_goes), TEST(nothing_comes_from_a_mapping_half_gone),
		TEST(status_is_asked_in_steps), TEST(what_goes_is_told_in_steps),
		TEST(rights_are_taken_in_steps), TEST(what_is_held_is_gone_over_in_steps), TEST(a_grant_is_broken_off), TEST(a_large_leaf_is_granted_whole),
		TEST(an_unmap_ends_while_others_map),
		TEST(the_end_of_a_long_chain),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
