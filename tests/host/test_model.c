/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random operations on some spaces, hosts and guests, beside a model that
 * knows single pages only:
 *
 *   page[space][index] -> struct mapping { parent, frame, rights }
 *
 * After each step some pages, after some steps all, must be mapped as the
 * model says, and the TLB must not know better. Most operations are done in a
 * small world of 64 pages a space, where they often meet; some in one that has
 * room for large pages. Two more tests let memory run out, where the model
 * cannot follow, and check what must hold all the same.
 */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#define SPACES		5	/* 0 is sigma0; 1 and 2 have guests */
#define HOSTS		2
#define GUESTS		4	/* two each */
#define PAGES		1024	/* of a space, at most */
#define WORD_BITS	64
#define RAM		(1UL << 30)
#define ALIAS		0xffffc90000000000UL
#define GUEST_BASE	0x40000000UL
#define RW		(L4_RIGHT_R | L4_RIGHT_W)

static const u64 space_base[SPACES] = {
	RAM, UPPER + 5 * 2 * LARGE, UPPER, 0x10000000, KERNEL_SLOT_END,
};

struct mapping {
	struct mapping *parent, *children, *sibling;
	u64 frame, rights;
	unsigned int space, index;
	bool held;		/* X is not used by the space itself */
};

/* A mapping without a node: in a guest, or an alias. */
struct leaf {
	u64 frame, rights;	/* rights 0: none */
};

static struct space space[SPACES], guest[GUESTS];
static struct quota quota[SPACES];
static struct mapping *page[SPACES][PAGES];
static struct leaf guest_page[GUESTS][PAGES], alias_page[HOSTS][PAGES];
static u64 guest_generation[GUESTS], alias_generation[HOSTS];	/* the highest of unmaps */
static u64 generation;
static u64 guest_holds[GUESTS][PAGES][PAGES / WORD_BITS], alias_holds[HOSTS][PAGES][PAGES / WORD_BITS];
static unsigned int step, world;	/* world: pages that each space has in this run */
static u64 interrupted;
static bool tight;		/* memory may run out: no model */

static bool is_host(unsigned int s)
{
	return s == 1 || s == 2;
}

static unsigned int host_of(unsigned int g)
{
	return 1 + g / 2;
}

/* The model */

/* holds[frame] has a bit for each leaf of that frame: which ones a frame's loss touches. */
typedef u64 holds_t[PAGES][PAGES / WORD_BITS];

static void set_leaf(struct leaf *leaves, holds_t holds, unsigned int i, u64 frame, u64 rights)
{
	u64 bit = 1UL << i % WORD_BITS;

	if (leaves[i].rights)
		holds[(leaves[i].frame - RAM) / PAGE_SIZE][i / WORD_BITS] &= ~bit;
	leaves[i] = (struct leaf){ frame, rights };
	if (rights)
		holds[(frame - RAM) / PAGE_SIZE][i / WORD_BITS] |= bit;
}

static void reduce_leaf(struct leaf *leaves, holds_t holds, unsigned int i, u64 rights)
{
	if (leaves[i].rights)
		set_leaf(leaves, holds, i, leaves[i].frame,
			 leaves[i].rights & (rights & L4_RIGHT_R ? 0 : ~rights));
}

static void lose(struct leaf *leaves, holds_t holds, u64 frame, u64 rights)
{
	const u64 *words = holds[(frame - RAM) / PAGE_SIZE];

	for (unsigned int w = 0; w < world / WORD_BITS; w++)
		for (u64 bits = words[w]; bits; bits &= bits - 1)
			reduce_leaf(leaves, holds, w * WORD_BITS + __builtin_ctzl(bits), rights);
}

static void host_loses(unsigned int s, u64 frame, u64 rights, bool self)
{
	if (!is_host(s))
		return;
	for (unsigned int g = 0; g < GUESTS; g++)
		if (host_of(g) == s)
			lose(guest_page[g], guest_holds[g], frame, rights);
	if (self)
		lose(alias_page[s - 1], alias_holds[s - 1], frame, rights);
}

static void detach(struct mapping *m)
{
	struct mapping **at = m->parent ? &m->parent->children : NULL;

	if (!at)
		return;
	while (*at != m)
		at = &(*at)->sibling;
	*at = m->sibling;
}

static void remove_mapping(struct mapping *m)
{
	while (m->children)
		remove_mapping(m->children);
	detach(m);
	page[m->space][m->index] = NULL;
	host_loses(m->space, m->frame, L4_RIGHT_R, true);
	free(m);
}

static void reduce_mapping(struct mapping *m, u64 rights, bool self)
{
	for (struct mapping *child = m->children; child; child = child->sibling)
		reduce_mapping(child, rights, true);
	if (!self)
		return;
	m->rights &= ~rights;
	host_loses(m->space, m->frame, rights, true);
}

static struct mapping *add_mapping(unsigned int s, unsigned int index, u64 frame, u64 rights,
				   struct mapping *parent)
{
	struct mapping *m = calloc(1, sizeof(*m));

	m->space = s;
	m->index = index;
	m->frame = frame;
	m->rights = rights;
	m->parent = parent;
	if (parent) {
		m->sibling = parent->children;
		parent->children = m;
	}
	return page[s][index] = m;
}

static s64 model_map(unsigned int s, unsigned int from, unsigned int t, unsigned int to,
		     unsigned int pages, u64 rights, bool grant)
{
	s64 count = 0;

	for (unsigned int i = 0; i < pages; i++) {
		if (!page[s][from + i])
			continue;
		if (page[t][to + i])
			remove_mapping(page[t][to + i]);
		struct mapping *m = page[s][from + i];

		if (!m)
			continue;
		count++;
		if (!grant) {
			add_mapping(t, to + i, m->frame, m->rights & rights, m);
			continue;
		}
		page[s][from + i] = NULL;
		page[t][to + i] = m;
		m->space = t;
		m->index = to + i;
		m->rights &= rights;
		m->held = false;
		host_loses(s, m->frame, L4_RIGHT_R, true);
	}
	return count ? count : -L4_EFAULT;
}

static void model_hold(unsigned int s, unsigned int from, unsigned int pages)
{
	for (unsigned int i = from; i < from + pages; i++)
		if (page[s][i])
			page[s][i]->held = true;
}

static void model_unmap(unsigned int s, unsigned int from, unsigned int pages, u64 rights, bool self)
{
	for (unsigned int i = from; i < from + pages; i++) {
		struct mapping *m = page[s][i];

		if (!m)
			continue;
		if (!self)
			host_loses(s, m->frame, rights, false);
		if (!(rights & L4_RIGHT_R)) {
			reduce_mapping(m, rights, self);
		} else if (self) {
			remove_mapping(m);
		} else {
			while (m->children)
				remove_mapping(m->children);
		}
	}
}

/* Checks */

static void check_page(unsigned int s, unsigned int i)
{
	const struct mapping *m = page[s][i];

	u64 va = space_base[s] + i * PAGE_SIZE;
	unsigned int level;

	host_expect(&space[s], va, m ? m->frame : 0, m ? m->rights : 0);
	if (m)
		assert_int_equal(!(paging_walk(&space[s].paging, va, &level) & PTE_NX),
				 m->rights & L4_RIGHT_X && !m->held);
}

static void check_leaf(const struct space *in, u64 base, const struct leaf *leaves, unsigned int i)
{
	host_expect(in, base + i * PAGE_SIZE, leaves[i].frame, leaves[i].rights);
}

/* What needs no model: every leaf is in a node with its frame; guests have only frames of their host. */
static bool in_a_node(struct space *in, u64 va, u64 frame)
{
	const struct map_node *node = mapdb_find(in, L4_FPAGE_MEM, va, va);

	return node && node->origin + (va - node->base) == frame;
}

static void check_authority(void)
{
	static bool has[SPACES][PAGES];

	for (unsigned int s = 0; s < SPACES; s++) {
		for (unsigned int i = 0; i < world; i++) {
			u64 rights, va = space_base[s] + i * PAGE_SIZE;
			u64 frame = host_frame(&space[s], va, &rights);

			has[s][i] = false;
			if (rights)
				assert_true(in_a_node(&space[s], va, frame));
		}
		for (unsigned int i = 0; i < world; i++) {
			struct map_node *node = mapdb_find(&space[s], L4_FPAGE_MEM,
							   space_base[s] + i * PAGE_SIZE,
							   space_base[s] + i * PAGE_SIZE);
			if (node)
				has[s][(node->origin - RAM) / PAGE_SIZE +
				       (space_base[s] + i * PAGE_SIZE - node->base) / PAGE_SIZE] = true;
		}
	}
	for (unsigned int i = 0; i < world; i++) {
		u64 rights, frame;

		for (unsigned int g = 0; g < GUESTS; g++) {
			frame = host_frame(&guest[g], GUEST_BASE + i * PAGE_SIZE, &rights);
			assert_true(!rights || has[host_of(g)][(frame - RAM) / PAGE_SIZE]);
		}
		for (unsigned int h = 0; h < HOSTS; h++) {
			frame = host_frame(&space[1 + h], ALIAS + i * PAGE_SIZE, &rights);
			assert_true(!rights || has[1 + h][(frame - RAM) / PAGE_SIZE]);
		}
	}
}

static void check_all(void)
{
	for (unsigned int s = 0; s < SPACES; s++) {
		host_check_tables(&space[s]);
		host_check_nodes(&space[s]);
	}
	for (unsigned int g = 0; g < GUESTS; g++)
		host_check_tables(&guest[g]);
	check_authority();
	if (tight)
		return;
	for (unsigned int i = 0; i < world; i++) {
		for (unsigned int s = 0; s < SPACES; s++)
			check_page(s, i);
		for (unsigned int g = 0; g < GUESTS; g++)
			check_leaf(&guest[g], GUEST_BASE, guest_page[g], i);
		for (unsigned int h = 0; h < HOSTS; h++)
			check_leaf(&space[1 + h], ALIAS, alias_page[h], i);
	}
}

static void check_some(void)
{
	host_tlb_check();
	if (step % (4 * WORD_BITS) == 0) {
		check_all();
		return;
	}
	for (unsigned int n = 0; !tight && n < world / 8; n++) {
		unsigned int i = host_below(world), g = host_below(GUESTS);

		check_page(host_below(SPACES), i);
		check_leaf(&guest[g], GUEST_BASE, guest_page[g], i);
		check_leaf(&space[host_of(g)], ALIAS, alias_page[host_of(g) - 1], i);
	}
}

/* Operations */

static void same(s64 result, s64 expected)
{
	if (tight && result == -L4_ENOMEM)
		return;
	if (!tight)
		assert_int_equal(result, expected);
}

/* Now and then work is broken off at every so manyth preemption point, and gone on with at once. */
static bool broken_off(s64 result)
{
	if (result == PREEMPTED) {
		interrupted++;
		return true;
	}
	return false;
}

static void clear_tlb(struct space *of)
{
	tlb_flush_range(of, 0, PAGING_ALL);
}

/* No CPU has it loaded any more, nor one of its guests. */
static void destroy(struct space *s)
{
	struct list *pos;

	clear_tlb(s);
	list_for_each(pos, &s->guests)
		clear_tlb(list_entry(pos, struct space, guest_link));
	while (!host_destroy(s))
		interrupted++;
}

static u64 some_rights(void)
{
	return L4_RIGHT_R | (host_below(4) ? L4_RIGHT_W : 0) | (host_below(3) ? L4_RIGHT_X : 0);
}

/* Mostly small; now and then all there is. */
static unsigned int some_order(void)
{
	return host_below(host_below(3) ? 5 : __builtin_ctzl(world) + 1);
}

/*
 * Either to the same index in any other space, so that loops come about; or to
 * any place of a space with a higher number, so that offsets do.
 */
static void do_map(bool grant)
{
	unsigned int order = some_order(), pages = 1U << order;
	unsigned int s = host_below(SPACES), t = host_below(SPACES), from, to;
	u64 rights = some_rights(), fpage;
	s64 expected = 0, result;
	static bool loops;

	if (step % (8 * WORD_BITS) == 0)
		loops = host_below(2);
	from = host_below(world / pages) * pages;
	to = loops ? from : host_below(world / pages) * pages;
	if (s == t || (!loops && s > t))
		return;
	fpage = l4_fpage_mem(space_base[s] + from * PAGE_SIZE, 12 + order, rights);
	if (grant)
		fpage |= L4_FPAGE_GRANT;
	if (!tight)
		expected = model_map(s, from, t, to, pages, rights, grant);
	do
		result = map_fpage(&space[s], fpage, &space[t], space_base[t] + to * PAGE_SIZE, &host_work);
	while (broken_off(result));
	same(result, expected);
}

static void do_unmap(void)
{
	unsigned int order = some_order(), pages = 1U << order, s = host_below(SPACES);
	unsigned int from = host_below(world / pages) * pages;
	u64 rights = host_below(3) ? L4_RIGHTS_ALL : host_below(8);
	bool self = s && host_below(2), hold = !host_below(8);
	s64 result;

	if (hold)
		rights = L4_RIGHT_X;
	if (!tight && hold)
		model_hold(s, from, pages);
	else if (!tight)
		model_unmap(s, from, pages, rights, self);
	do
		result = unmap_fpage(&space[s], l4_fpage_mem(space_base[s] + from * PAGE_SIZE, 12 + order,
							     rights), hold ? L4_UNMAP_HOLD : self, &host_work);
	while (broken_off(result));
	same(result, 0);
}

static int model_guest_map(struct leaf *leaves, holds_t holds, unsigned int to,
			   struct mapping **from, unsigned int pages, u64 rights)
{
	for (unsigned int i = 0; i < pages; i++) {
		if (!from[i] || (rights & ~from[i]->rights))
			return -L4_EFAULT;
		set_leaf(leaves, holds, to + i, from[i]->frame, rights);
	}
	return 0;
}

static void do_guest(void)
{
	unsigned int g = host_below(GUESTS), h = host_of(g), pages, from, to;
	bool self = host_below(4) == 0;
	struct leaf *leaves = self ? alias_page[h - 1] : guest_page[g];
	u64 (*holds)[PAGES / WORD_BITS] = self ? alias_holds[h - 1] : guest_holds[g];
	u64 *highest = self ? &alias_generation[h - 1] : &guest_generation[g];
	u64 rights = some_rights(), va, number = 0, done;
	static struct l4_utcb utcb;
	int expected = 0, result;

	pages = host_below(4) ? 1 + host_below(8) : 1 + host_below(world);
	from = host_below(world - pages + 1);
	to = host_below(world - pages + 1);
	if (host_below(4) == 0)
		from &= ~511U, to &= ~511U;
	generation += host_below(3);
	if (host_below(2))
		number = generation + 1 - host_below(min_u64(generation, 4) + 1);
	if (host_below(3)) {
		if (number && number < *highest)
			expected = -L4_EBUSY;
		else if (!tight)
			expected = model_guest_map(leaves, holds, to, &page[h][from], pages, rights);
		rights |= L4_BATCH_MAP;
	} else {
		rights = host_below(3) ? L4_RIGHTS_ALL : host_below(8);
		for (unsigned int i = to; !tight && i < to + pages; i++)
			reduce_leaf(leaves, holds, i, rights);
		rights |= L4_BATCH_UNMAP;
		*highest = number > *highest ? number : *highest;
	}
	va = (self ? ALIAS : GUEST_BASE) + to * PAGE_SIZE;
	utcb.vcpu.batch_generation = number;
	utcb.batch[0] = (struct l4_batch_entry){ va | rights, space_base[h] + from * PAGE_SIZE, pages };
	do
		result = guest_update(&space[h], self ? NULL : &guest[g], &utcb, 1, &done, &host_work);
	while (broken_off(result));
	same(result, expected);
}

static void make_guest(unsigned int g)
{
	guest[g] = (struct space){ 0 };
	guest_generation[g] = 0;
	assert_int_equal(space_init_guest(&guest[g], &space[host_of(g)]), 0);
	for (unsigned int i = 0; i < world; i++)
		reduce_leaf(guest_page[g], guest_holds[g], i, L4_RIGHT_R);
}

static void make_space(unsigned int s)
{
	space[s] = (struct space){ 0 };
	if (s - 1 < HOSTS)
		alias_generation[s - 1] = 0;
	quota_init_root(&quota[s], 1UL << 40);
	assert_int_equal(space_init(&space[s], &quota[s]), 0);
	for (unsigned int g = 0; g < GUESTS; g++)
		if (host_of(g) == s)
			make_guest(g);
	if (tight)
		quota[s].limit = quota[s].used + (host_below(3) ? host_below(20) * PAGE_SIZE : 1UL << 40);
}

static void do_destroy(void)
{
	unsigned int s = 1 + host_below(SPACES - 1), g = host_below(GUESTS);

	if (host_below(2)) {
		destroy(&guest[g]);
		quota[host_of(g)].limit += 1UL << 40;
		make_guest(g);
		quota[host_of(g)].limit -= 1UL << 40;
		return;
	}
	for (unsigned int i = 0; !tight && i < world; i++)
		if (page[s][i])
			remove_mapping(page[s][i]);
	destroy(&space[s]);
	assert_int_equal(quota[s].used, 0);
	make_space(s);
}

static void do_step(void)
{
	unsigned int what = host_below(100);

	/* Not sooner than in an interval of the real ones, which get some step done. */
	host_preempt = host_one_in(4) ? 100 + host_below(300) : 0;

	for (unsigned int n = 0; n < world / 32; n++) {
		unsigned int s = host_below(SPACES), g = host_below(GUESTS);

		host_touch(&space[s], space_base[s] + host_below(world) * PAGE_SIZE);
		host_touch(&guest[g], GUEST_BASE + host_below(world) * PAGE_SIZE);
		host_touch(&space[host_of(g)], ALIAS + host_below(world) * PAGE_SIZE);
	}
	if (what < 45)
		do_map(false);
	else if (what < 52)
		do_map(true);
	else if (what < 70)
		do_unmap();
	else if (what < 99)
		do_guest();
	else if (host_below(4) == 0)
		do_destroy();
	if (tight && host_below(50) == 0) {
		unsigned int s = host_below(SPACES);

		quota[s].limit = quota[s].used + (host_below(3) ? host_below(500) * 32 : 1UL << 40);
	}
	host_preempt = 0;
	/* sigma0 gets back what it granted away. */
	if (step % 256 == 0)
		for (unsigned int i = 0; i < world; i++) {
			u64 frame = RAM + i * PAGE_SIZE;

			if (mapdb_find(&space[0], L4_FPAGE_MEM, frame, frame))
				continue;
			if (map_root(&space[0], L4_FPAGE_MEM, frame, frame, PAGE_SIZE, 7))
				continue;
			if (!tight)
				add_mapping(0, i, frame, L4_RIGHTS_ALL, NULL);
		}
}

static void run(unsigned int pages, bool no_memory, u64 steps)
{
	world = pages;
	tight = no_memory;
	host_seed();
	host_tlb_size(world);
	for (unsigned int s = 0; s < SPACES; s++)
		make_space(s);
	quota[0].limit = 1UL << 40;
	assert_int_equal(map_root(&space[0], L4_FPAGE_MEM, RAM, RAM, world * PAGE_SIZE, 7), 0);
	for (unsigned int i = 0; !tight && i < world; i++)
		add_mapping(0, i, RAM + i * PAGE_SIZE, L4_RIGHTS_ALL, NULL);
	for (step = 1; step <= steps; step++) {
		paging_has_1g = host_below(2);
		do_step();
		check_some();
	}
	check_all();
	host_preempt = 0;
	for (unsigned int s = 0; s < SPACES; s++) {
		for (unsigned int i = 0; !tight && i < world; i++)
			if (page[s][i])
				remove_mapping(page[s][i]);
		destroy(&space[s]);
		assert_int_equal(quota[s].used, 0);
	}
	host_operations(steps);
	print_message("broken off: %lu times\n", interrupted);
}

static void agrees_with_the_model(void **state)
{
	(void)state;
	run(64, false, host_steps(4000000));
}

static void agrees_on_large_pages(void **state)
{
	(void)state;
	run(PAGES, false, host_steps(4000000) / 200);
}

static void holds_without_memory(void **state)
{
	(void)state;
	run(64, true, host_steps(4000000) / 8);
}

static void holds_without_memory_on_large_pages(void **state)
{
	(void)state;
	run(PAGES, true, host_steps(4000000) / 200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, host_begin, host_end)
	const struct CMUnitTest tests[] = {
		TEST(agrees_with_the_model), TEST(agrees_on_large_pages),
		TEST(holds_without_memory), TEST(holds_without_memory_on_large_pages),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
